//! How a text is said: short sentences, numbers and dates as people read them aloud, nothing that only the eye can use.

mod number;

/// Sentences that many callers hear; rendered when the house opens.
pub fn common() -> Vec<String> {
    let mut sentences: Vec<String> = [
        "好的，马上为您转人工。您说过的都会一起转过去，不用再重复。",
        "系统有一处出了点问题，不耽误您，马上为您转人工。您说过的都在，不用重复。",
        "下一个就是您。",
        "您好，我在听。请直接说您的事；不方便说也没关系，按0就转人工。",
        "抱歉，我没听明白。您换个说法再讲一遍好吗？也可以直接说“转人工”。",
        "现在没有工作人员在线，位置给您留着；我先把您的事登记下来，会有人回复您。",
    ]
    .map(str::to_owned)
    .to_vec();
    sentences.extend([crate::call::AWAY, crate::call::HELD].map(str::to_owned));
    sentences.extend((1..=10).map(|ahead| format!("您前面还有{ahead}位。断线了也不要紧，位置会给您留着。")));
    sentences
}

/// Most characters of one answer read aloud. What is longer is offered, not recited.
const LONGEST: usize = 220;
/// Said where an answer was cut.
const MORE: &str = "还有一些细节没有念完，您可以接着问，也可以按零请工作人员跟您细说。";

/// The sentences to be spoken, in order.
pub fn rewrite(text: &str) -> Vec<String> {
    let plain = plain(text);
    let mut sentences: Vec<String> = Vec::new();
    let mut length = 0;
    let mut cut = false;
    for sentence in split(&plain) {
        let said = number::say(&sentence);
        let count = said.chars().count();
        if length > 0 && length + count > LONGEST {
            cut = true;
            break;
        }
        length += count;
        sentences.push(said);
    }
    if cut {
        sentences.push(MORE.to_owned());
    }
    sentences
}

/// Without marks for the eye: headings, stars, bullets, links, quotation marks.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let end = rest
                .find(|c: char| c.is_whitespace() || !c.is_ascii() || c == ')' || c == '>')
                .unwrap_or(rest.len());
            plain.push_str("网上的页面");
            rest = rest.get(end..).unwrap_or_default();
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\r' | '\n' => plain.push('。'),
            '*' | '#' | '`' | '_' | '|' | '“' | '”' | '"' | '‘' | '’' | '《' | '》' | '【' | '】' | '['
            | ']' => {}
            '：' if rest.starts_with(|next: char| next.is_ascii_digit()) => plain.push(':'),
            '（' | '(' | '）' | ')' | '：' | '·' => plain.push('，'),
            _ => plain.push(c),
        }
    }
    plain
}

/// At full stops; what is left of a sentence without words is dropped.
fn split(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut open = String::new();
    for c in text.chars() {
        let ends = matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';');
        if !ends || !open.is_empty() {
            open.push(c);
        }
        if ends {
            keep(&mut sentences, &mut open);
        }
    }
    keep(&mut sentences, &mut open);
    sentences
}

fn keep(sentences: &mut Vec<String>, open: &mut String) {
    let sentence = std::mem::take(open);
    let trimmed = sentence.trim().trim_start_matches(['，', '、', '-', ' ']);
    if trimmed.chars().any(char::is_alphanumeric) {
        sentences.push(trimmed.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sentence_at_a_time_without_marks() {
        assert_eq!(
            rewrite("**您好**，请带《居民身份证》（原件）。\n1. 到窗口；2. 交费。"),
            ["您好，请带居民身份证，原件，。", "一，到窗口；", "二，交费。"]
        );
    }

    #[test]
    fn a_link_is_not_spelled() {
        assert_eq!(rewrite("详见https://www.zjzwfw.gov.cn/a?b=1 办理"), ["详见网上的页面 办理"]);
    }

    #[test]
    fn a_long_answer_is_cut_and_says_so() {
        let long = "这一句话有十二个字左右呢。".repeat(40);
        let said = rewrite(&long);
        assert_eq!(said.last().unwrap(), MORE);
        assert!(said.iter().map(|s| s.chars().count()).sum::<usize>() < 280);
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_no_ascii_digit_is_left(text in "[0-9a-zA-Z年月日元%.:\\-，。！（）《》\\n ]{0,80}") {
            for sentence in rewrite(&text) {
                prop_assert!(!sentence.chars().any(|c| c.is_ascii_digit()), "{sentence}");
            }
        }
    }
}
