//! 人工 as recognisers mishear it: 转人公, 砖仁功, 银工服务. By toneless syllables, in a narrow context, so that 转让工程款
//! and 砖厂工人 stay what they are.

use crate::pinyin::syllable;

/// 人 as said: Mandarin, and the Ningbo readings.
const REN: &[&str] = &["ren", "reng"];
const REN_NINGBO: &[&str] = &["yin", "ning", "nin", "nen", "rin", "ying", "len", "neng"];
const GONG: &[&str] = &["gong", "kong", "gou", "geng"];
/// Verbs before it.
const ASK: &[&str] =
    &["zhuan", "zuan", "zhuang", "chuan", "jie", "zhao", "yao", "jiao", "huan", "gei", "han", "lai", "jin"];
/// What may follow when the phrase ends there.
const AFTER: &[char] = &[
    '，', '吧', '呢', '了', '嘛', '啦', '呗', '好', '谢', '快', '请', '帮', '可', '行', '一', '听', '有',
    '来', '哈', '伐', '咯', '你', '我', '侬',
];

/// The words that sound like a request for 人工, where the writing is not 人工 itself.
pub fn person_named(clauses: &str) -> Option<String> {
    let chars: Vec<char> = clauses.chars().collect();
    let sound = |at: usize| chars.get(at).and_then(|c| syllable(*c)).unwrap_or("");
    for at in 0..chars.len().saturating_sub(1) {
        let mandarin = REN.contains(&sound(at));
        if !mandarin && !REN_NINGBO.contains(&sound(at)) {
            continue;
        }
        // A vowel misheard in both syllables is no longer this word.
        let near = GONG.iter().position(|g| *g == sound(at + 1));
        let Some(near) = near else { continue };
        let written: String = chars.iter().skip(at).take(2).collect();
        if near > 0 && !mandarin {
            continue;
        }
        // 人工 itself is the rules' matter, except after a misheard verb or before a misheard 服务 or 客服.
        let told: String = chars.iter().skip(at + 2).take(2).collect();
        if written == "人工" {
            let end = if told == "服务" || told == "客服" { at + 4 } else { at + 2 };
            if misheard_verb(&chars, at, end) {
                return Some(chars.iter().skip(at - 1).take(3).collect());
            }
            if end == at + 4 || !service_after(&sound, at + 2, &chars) {
                continue;
            }
        }
        let asked = at > 0 && ASK.contains(&sound(at - 1));
        let first = at == 0 || chars.get(at - 1) == Some(&'，');
        let last = chars.get(at + 2).is_none_or(|c| AFTER.contains(c));
        let service = service_after(&sound, at + 2, &chars);
        let alone = first && chars.get(at + 2).is_none_or(|c| *c == '，');
        let sure = match (mandarin, near == 0) {
            (true, true) => {
                service && !with_fee(&chars, at + 4) || asked && last || alone && chars.len() <= 9
            }
            (false, true) => (service && (first || asked)) || asked && last || alone && chars.len() <= 5,
            _ => service && asked,
        };
        if sure {
            let from = at.saturating_sub(usize::from(asked));
            return Some(chars.iter().skip(from).take(at + 2 - from).collect());
        }
    }
    None
}

/// 砖人工, 装人工: the verb misheard, 人工 not, and nothing after it.
fn misheard_verb(chars: &[char], at: usize, end: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    before.is_some_and(|c| *c != '转' && matches!(syllable(*c), Some("zhuan" | "chuan" | "zuan" | "zhuang")))
        && chars.get(end).is_none_or(|c| AFTER.contains(c))
}

/// 客服 misheard, after a verb and with nothing behind it: 转客夫, 找可服.
pub fn desk_named(clauses: &str) -> Option<String> {
    let chars: Vec<char> = clauses.chars().collect();
    let sound = |at: usize| chars.get(at).and_then(|c| syllable(*c)).unwrap_or("");
    (1..chars.len().saturating_sub(1)).find_map(|at| {
        let words: String = chars.iter().skip(at - 1).take(3).collect();
        let heard = sound(at) == "ke" && sound(at + 1) == "fu" && !words.ends_with("客服");
        // 找一下可服: the verb may stand before 一下 or 个.
        let verb = match chars.get(at - 1) {
            Some('下') => at.saturating_sub(3),
            Some('个') => at.saturating_sub(2),
            _ => at - 1,
        };
        let asked = matches!(sound(verb), "zhuan" | "jie" | "zhao" | "jiao" | "huan");
        let last = chars.get(at + 2).is_none_or(|c| AFTER.contains(c));
        (heard && asked && last).then_some(words)
    })
}

fn service_after<'a>(sound: &impl Fn(usize) -> &'a str, at: usize, chars: &[char]) -> bool {
    let pair = (sound(at), sound(at + 1));
    let known = matches!(pair, ("fu", "wu") | ("ke", "fu" | "hu") | ("zuo", "xi"))
        || (sound(at) == "tai" && chars.get(at + 1).is_none_or(|c| AFTER.contains(c)));
    let end = if sound(at) == "tai" { at + 1 } else { at + 2 };
    known && chars.get(end).is_none_or(|c| AFTER.contains(c))
}

fn with_fee(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(|c| matches!(c, '费' | '协' | '窗' | '点' | '期'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misheard_wishes_are_heard() {
        for words in [
            "转人公",
            "砖仁功",
            "专任宫",
            "银工服务",
            "仁工服务",
            "人公可服",
            "转宁公好伐",
            "任公",
            "仁公课服",
        ] {
            assert!(person_named(words).is_some(), "{words}");
        }
    }

    #[test]
    fn likenesses_are_left_alone() {
        for words in [
            "转让工程款要交税吗",
            "砖厂工人没交社保",
            "赚人工钱",
            "转任公务员要什么条件",
            "专人公示几天",
            "仁公堂药店能刷医保吗",
            "认购服务协议能退吗",
            "转公积金",
            "宁工怎么走",
            "传染病人工伤",
        ] {
            assert_eq!(person_named(words), None, "{words}");
        }
    }
}
