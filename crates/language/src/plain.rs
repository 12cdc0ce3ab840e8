//! Folding of text for comparison: width, case, punctuation, spaces. Bounded: longer input is cut first.

/// The longest utterance that is read, in characters; what follows is kept in the transcript but not interpreted.
pub const MAX_CHARS: usize = 2_000;

/// Full-width forms to half-width, upper to lower case; control and formatting characters removed.
pub fn fold(text: &str) -> String {
    text.chars()
        .take(MAX_CHARS)
        .filter_map(|c| match c {
            '\u{3000}' => Some(' '),
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
            // Bidirectional marks, zero-width characters and byte-order marks carry no words.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => None,
            c if c.is_control() => Some(' '),
            c => Some(c),
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words without markup and program text among them: `<script>alert(1)</script> 身份证丢了怎么补`. A run of ASCII that holds
/// such signs is left out where Chinese stands beside it; a text of nothing else stays as it is.
pub fn uncoded(text: &str) -> String {
    const SIGNS: &[char] = &['<', '>', '{', '}', '=', ';', '|', '\\'];
    let coded = |run: &str| run.contains(SIGNS) || run.contains("--") || run.contains("${");
    if han_count(text) < 2 || !coded(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\u{3000}']) {
        if c.is_ascii() && !c.is_control() {
            run.push(c);
            continue;
        }
        out.push_str(if coded(&run) { " " } else { &run });
        run.clear();
        out.push(c);
    }
    out.trim().to_owned()
}

/// Letters and digits only, folded: the form phrases are compared in.
pub fn squash(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The number of Chinese characters.
pub fn han_count(text: &str) -> usize {
    text.chars().filter(|c| is_han(*c)).count()
}

/// A Chinese character of the basic or first extension block.
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_text_is_no_part_of_the_question() {
        assert_eq!(
            uncoded("<script>alert(1)</script> ' OR 1=1; DROP TABLE x;-- 身份证丢了怎么补"),
            "身份证丢了怎么补"
        );
        assert_eq!(uncoded("公积金<b>提取</b>流程"), "公积金 提取 流程");
        assert_eq!(uncoded("我电话13812345678，visa 到期"), "我电话13812345678，visa 到期");
        assert_eq!(uncoded("a<b"), "a<b");
    }

    #[test]
    fn width_case_and_marks_do_not_matter() {
        assert_eq!(squash("转 人　工！\u{200b}ＡＢｃ"), "转人工abc");
    }
}
