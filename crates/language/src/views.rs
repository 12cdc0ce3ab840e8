//! The forms in which an utterance is compared: with clauses, solid, Latin words, sounds.
//!
//! Fillers and interjections are taken out of all of them, so that an added 嗯 or 那个 changes nothing.

use crate::plain::{MAX_CHARS, fold};

/// Sounds and words without content, longest first.
const FILLERS: &[&str] = &[
    "怎么说呢",
    "什么来着",
    "就是说",
    "是这样的",
    "那个啥",
    "那什么",
    "那个",
    "这个",
    "哎呀",
    "哎哟",
    "诶呀",
    "嗯",
    "呃",
    "噢",
    "喔",
    "哦",
    "诶",
    "欸",
    "唉",
    "哎",
    "啊",
    "呀",
    "哟",
    "嗷",
];

/// Traditional characters common in messages, each before its simplified form.
const TRADITIONAL: &str = "轉转個个務务電电話话請请給给幫帮們们來来說说講讲聽听領领導导線线員员機机師师對对嗎吗這这裡里還还\
沒没無无為为麼么樣样錢钱繳缴醫医養养費费證证戶户駕驾車车燈灯壞坏報报搶抢殺杀傷伤煙烟氣气燒烧護护樓楼門门間间時时會会\
過过從从開开關关問问題题辦办處处單单據据實实際际廠厂區区縣县鄉乡鎮镇號号碼码訴诉舉举買买賣卖貨货錯错遲迟業业產产權权\
險险險险稅税學学兒儿歲岁婦妇貼贴補补償偿價价誰谁讓让歡欢謝谢後后點点現现發发經经濟济應应該该";

/// The simplified form of a character.
fn simple(c: char) -> char {
    static FORMS: std::sync::LazyLock<std::collections::HashMap<char, char>> =
        std::sync::LazyLock::new(|| {
            let chars: Vec<char> = TRADITIONAL.chars().collect();
            chars.as_chunks::<2>().0.iter().map(|[from, to]| (*from, *to)).collect()
        });
    if c.is_ascii() { c } else { FORMS.get(&c).copied().unwrap_or(c) }
}

/// The forms of one utterance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Views {
    /// Clauses divided by single 「，」, fillers out, no spaces inside.
    pub clauses: String,
    /// Letters and digits only, fillers out.
    pub solid: String,
    /// Latin words, lower case, one space between; Chinese left out.
    pub latin: String,
}

impl Views {
    /// The forms of a text.
    pub fn of(text: &str) -> Self {
        let folded: Vec<char> = fold(text).chars().take(MAX_CHARS).map(simple).collect();
        let kept = strip(&folded);
        let mut clauses = String::with_capacity(kept.len() * 3);
        let mut latin = String::new();
        for &c in &kept {
            if c.is_alphanumeric() {
                clauses.push(c);
            } else if !clauses.is_empty() && !clauses.ends_with('，') && c != '\'' {
                clauses.push('，');
            }
            if c.is_ascii_alphanumeric() {
                latin.push(c);
            } else if !latin.is_empty() && !latin.ends_with(' ') && c != '\'' {
                latin.push(' ');
            }
        }
        // A filler between characters may have been divided by punctuation: the solid form is stripped again.
        let letters: Vec<char> = kept.iter().copied().filter(|c| c.is_alphanumeric()).collect();
        let solid = strip(&letters).into_iter().collect();
        Self {
            clauses: clauses.trim_end_matches('，').to_owned(), solid, latin: latin.trim_end().to_owned()
        }
    }
}

/// The text without fillers; what the removal brings together is looked at again.
fn strip(chars: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    for &c in chars {
        out.push(c);
        while let Some(length) = filler_at_end(&out) {
            out.truncate(out.len() - length);
        }
    }
    out
}

fn filler_at_end(chars: &[char]) -> Option<usize> {
    let last = chars.last()?;
    FILLERS.iter().find_map(|filler| {
        if !filler.ends_with(*last) {
            return None;
        }
        let length = filler.chars().count();
        let tail = chars.len().checked_sub(length).and_then(|from| chars.get(from..))?;
        tail.iter().copied().eq(filler.chars()).then_some(length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_and_marks_change_nothing() {
        let plain = Views::of("我要转人工");
        for text in [
            "嗯我要那个转人工",
            "我要转 人工。",
            "我，要，转，人，工",
            "我要转人那个工",
            "哎呀我要转就是说人工",
        ] {
            assert_eq!(Views::of(text).solid, plain.solid, "{text}");
        }
        assert_eq!(Views::of("你好,我要 转人工!").clauses, "你好，我要，转人工");
        assert_eq!(Views::of("给我real person，please").latin, "real person please");
    }
}
