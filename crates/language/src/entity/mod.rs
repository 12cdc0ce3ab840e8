//! Facts named in the words: phones, identity numbers, places, names, amounts, numbers, times.

mod place;

use std::sync::LazyLock;

use crate::plain::fold;
use crate::reading::{Entity, EntityKind};
use crate::rules::{Rules, lines};

/// Whether an 18-digit resident identity number has a right check digit (GB 11643-1999, ISO 7064 MOD 11-2).
pub fn id_number_is_valid(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'x', '9', '8', '7', '6', '5', '4', '3', '2'];
    let lower = text.to_lowercase();
    let chars: Vec<char> = lower.chars().collect();
    let Some((last, digits)) = chars.split_last() else { return false };
    if digits.len() != 17 {
        return false;
    }
    let mut sum = 0;
    for (digit, weight) in digits.iter().zip(WEIGHTS) {
        let Some(value) = digit.to_digit(10) else { return false };
        sum += value * weight;
    }
    CHECKS.get((sum % 11) as usize) == Some(last)
}

/// A mainland mobile number.
pub fn is_mobile(text: &str) -> bool {
    text.len() == 11
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.starts_with('1')
        && !matches!(text.as_bytes().get(1), Some(b'0' | b'1' | b'2'))
}

/// Finds the facts named in the text.
pub fn find(text: &str) -> Vec<Entity> {
    let folded = fold(text);
    let mut found = Vec::new();
    digits(&folded, &mut found);
    numbers(&folded, &mut found);
    places(&folded, &mut found);
    names(&folded, &mut found);
    named(&folded, &mut found);
    found
}

/// Words that stand before a name without belonging to it.
const BEFORE: &[&str] = &[
    "要", "投诉", "举报", "反映", "表扬", "感谢", "谢谢", "隔壁", "对面", "楼下", "楼上", "旁边", "门口",
    "附近", "一", "这", "那", "个", "位", "请问", "你们", "我们", "咨询", "关于", "因为", "但", "不过",
];

/// Times and organisations, by rules.
fn named(text: &str, found: &mut Vec<Entity>) {
    static RULES: LazyLock<Rules> =
        LazyLock::new(|| Rules::parse(include_str!("../../assets/rules/entity.rules")).unwrap_or_default());
    let mut clauses = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || c == ':' {
            clauses.push(c);
        } else if c != ' ' && !clauses.ends_with('，') {
            clauses.push('，');
        }
    }
    // Pieces of a long text overlap; what stands in the overlap is named once.
    let mut seen = Vec::new();
    for piece in lines(&clauses) {
        let mut line = RULES.line(&piece);
        for words in RULES.spans("organisation", &line) {
            let mut name = words.as_str();
            while let Some(rest) = BEFORE.iter().find_map(|before| name.strip_prefix(before)) {
                name = rest;
            }
            if name.chars().count() >= 4 {
                seen.push((EntityKind::Organisation, name.to_owned()));
            }
        }
        RULES.blank("nottime", &mut line);
        for words in RULES.spans("time", &line) {
            seen.push((EntityKind::Time, words));
        }
    }
    for (at, (kind, words)) in seen.iter().enumerate() {
        // 天童南路100号 names a house, not the hundredth of the month.
        let in_place = *kind == EntityKind::Time
            && found.iter().any(|one| one.kind == EntityKind::Place && one.words.contains(words.as_str()));
        if in_place {
            continue;
        }
        if !seen.iter().take(at).any(|earlier| earlier == &(*kind, words.clone())) {
            push(found, *kind, words, words, None);
        }
    }
}

/// Digits as they are said, 幺三八, in their own script; runs of fewer than seven are left alone.
fn spoken(text: &str) -> Vec<(String, String)> {
    let digit = |c: char| {
        "零一二三四五六七八九"
            .chars()
            .position(|known| known == c)
            .or_else(|| match c {
                '幺' | '腰' => Some(1),
                '两' => Some(2),
                '〇' | '洞' => Some(0),
                '拐' => Some(7),
                c => c.to_digit(10).map(|value| value as usize),
            })
            .and_then(|value| char::from_digit(value as u32, 10))
    };
    let mut runs = vec![(String::new(), String::new())];
    for c in text.chars().filter(|c| !matches!(c, ' ' | '-' | '，' | ',')) {
        match (digit(c), runs.last_mut()) {
            (Some(value), Some((words, digits))) => {
                words.push(c);
                digits.push(value);
            }
            _ => runs.push((String::new(), String::new())),
        }
    }
    runs.retain(|(words, digits)| digits.len() >= 7 && words != digits);
    runs
}

/// A landline of Ningbo with its area code, or any landline of the country with one.
pub fn is_landline(text: &str) -> bool {
    (11..=12).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.starts_with('0')
        && !text.starts_with("00")
        && matches!(text.as_bytes().get(text.len() - 8), Some(b'2'..=b'9'))
}

fn push(found: &mut Vec<Entity>, kind: EntityKind, words: &str, value: &str, unit: Option<&str>) {
    found.push(Entity {
        kind,
        words: words.to_owned(),
        value: value.to_owned(),
        unit: unit.map(str::to_owned),
    });
}

fn digits(text: &str, found: &mut Vec<Entity>) {
    for (words, run) in spoken(text) {
        if is_mobile(&run) {
            push(found, EntityKind::Phone, &words, &run, None);
        } else if run.len() == 18 && id_number_is_valid(&run) {
            push(found, EntityKind::IdNumber, &words, &run, None);
        }
    }
    let joined: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    for run in joined.split(|c: char| !(c.is_ascii_alphanumeric())) {
        if run.len() == 18 && id_number_is_valid(run) {
            push(found, EntityKind::IdNumber, run, run, None);
        } else if is_mobile(run) || is_landline(run) {
            push(found, EntityKind::Phone, run, run, None);
        } else if run.len() == 15 && run.starts_with("yz") && run.bytes().skip(2).all(|b| b.is_ascii_digit())
        {
            push(found, EntityKind::Ticket, run, &run.to_uppercase(), None);
        }
    }
}

/// The value of a Chinese or Arabic numeral under ten thousand, such as 二十三, 两百, 15.
pub fn numeral(text: &str) -> Option<u64> {
    if let Ok(value) = text.parse::<u64>() {
        return Some(value);
    }
    let (mut total, mut digit, mut seen) = (0_u64, 0_u64, false);
    for c in text.chars() {
        let unit = match c {
            '零' | '〇' => 0,
            '一' => 1,
            '二' | '两' => 2,
            '三' => 3,
            '四' => 4,
            '五' => 5,
            '六' => 6,
            '七' => 7,
            '八' => 8,
            '九' => 9,
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => return None,
        };
        seen = true;
        if unit >= 10 {
            total += if digit == 0 { 1 } else { digit } * unit;
            digit = 0;
        } else {
            digit = unit;
        }
    }
    seen.then_some(total + digit)
}

const UNITS: &[&str] = &[
    "个月",
    "个人",
    "平方米",
    "平方",
    "平米",
    "公里",
    "周岁",
    "万元",
    "块钱",
    "元",
    "块",
    "万",
    "月",
    "年",
    "岁",
    "天",
    "口人",
    "人",
    "套",
    "次",
    "小时",
];

fn numbers(text: &str, found: &mut Vec<Entity>) {
    let chars: Vec<char> = text.chars().collect();
    let is_number = |c: char| c.is_ascii_digit() || "零〇一二两三四五六七八九十百千".contains(c);
    let mut at = 0;
    while at < chars.len() {
        if let Some((length, words, value)) = ten_thousands(&chars, at) {
            // 三万五千人 is counted, not paid.
            let after: String = chars.iter().skip(at + length).take(1).collect();
            if !["人", "平", "户", "亩", "次", "公"].contains(&after.as_str()) {
                push(found, EntityKind::Amount, &words, &value.to_string(), Some("元"));
            }
            at += length;
            continue;
        }
        let run: String = chars.iter().skip(at).take_while(|c| is_number(**c)).collect();
        let length = run.chars().count();
        if length == 0 {
            at += 1;
            continue;
        }
        let rest: String = chars.iter().skip(at + length).take(3).collect();
        if let (Some(value), Some(unit)) = (numeral(&run), UNITS.iter().find(|unit| rest.starts_with(**unit)))
        {
            let words = format!("{run}{unit}");
            match *unit {
                "元" | "块" | "块钱" => {
                    push(found, EntityKind::Amount, &words, &value.to_string(), Some("元"));
                }
                "万元" | "万" => {
                    push(found, EntityKind::Amount, &words, &(value * 10_000).to_string(), Some("元"));
                }
                unit => push(found, EntityKind::Number, &words, &value.to_string(), Some(unit)),
            }
        }
        at += length;
    }
}

/// 2.5万, 三万五, 一万二千元: an amount in ten thousands that is no plain number of them.
fn ten_thousands(chars: &[char], at: usize) -> Option<(usize, String, u64)> {
    let rest = chars.get(at..)?;
    let take = |from: usize, keep: fn(char) -> bool| -> String {
        rest.iter().skip(from).copied().take_while(|c| keep(*c)).collect()
    };
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let spoken = |c: char| "一二两三四五六七八九十百".contains(c);
    let arabic = take(0, digits);
    let head = if arabic.is_empty() { take(0, spoken) } else { arabic };
    let length = head.chars().count();
    if length == 0 || rest.get(length) != Some(&'万') {
        return None;
    }
    let tail = take(length + 1, |c| "一二两三四五六七八九十百千".contains(c) || c.is_ascii_digit());
    let after: String = rest.iter().skip(length + 1 + tail.chars().count()).take(2).collect();
    let whole = if head.contains('.') {
        (head.parse::<f64>().ok().filter(|value| *value < 1e7)? * 10_000.0).round() as u64
    } else {
        numeral(&head)?.checked_mul(10_000)?
    };
    let more = match tail.chars().count() {
        0 if head.contains('.') => 0,
        0 => return None,
        // 三万五 is thirty-five thousand.
        1 => numeral(&tail)?.checked_mul(1000)?,
        _ => numeral(&tail)?,
    };
    let unit = ["块钱", "元", "块"].iter().find(|unit| after.starts_with(**unit)).copied().unwrap_or("");
    let words = format!("{head}万{tail}{unit}");
    Some((words.chars().count(), words, whole.checked_add(more)?))
}

fn places(text: &str, found: &mut Vec<Entity>) {
    for place in place::find(text) {
        push(found, EntityKind::Place, &place, &place, None);
    }
}

fn names(text: &str, found: &mut Vec<Entity>) {
    for lead in ["我叫", "我的名字是", "姓名是", "我是业主"] {
        if let Some((_, after)) = text.split_once(lead) {
            let name: String = after.chars().take_while(|c| crate::plain::is_han(*c)).take(4).collect();
            if (2..=4).contains(&name.chars().count()) {
                push(found, EntityKind::Name, &name, &name, None);
            }
        }
    }
    if let Some((_, after)) = text.split_once("我姓")
        && let Some(surname) = after.chars().next().filter(|c| crate::plain::is_han(*c))
    {
        push(found, EntityKind::Name, &surname.to_string(), &surname.to_string(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_need_their_check_digit() {
        assert!(id_number_is_valid("11010519491231002X"), "the standard's own example");
        assert!(!id_number_is_valid("110105194912310021"));
    }

    #[test]
    fn numerals_are_read_as_spoken() {
        assert_eq!(numeral("二十三"), Some(23));
        assert_eq!(numeral("两百"), Some(200));
        assert_eq!(numeral("十"), Some(10));
        assert_eq!(numeral("15"), Some(15));
    }
}
