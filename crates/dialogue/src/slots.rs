//! Taking slot values out of the caller's words.

use language::plain::squash;
use language::{Act, EntityKind, Reading, entity};

use crate::scenario::{Slot, SlotType};

/// A value with the words it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The value in its standard form.
    pub value: String,
    /// The words.
    pub words: String,
}

/// The value of a slot that is refused: 不留, 不方便说. Optional slots accept it and move on.
pub const REFUSED: &str = "不提供";

/// Reads the answer to the question just put.
pub fn answer(name: &str, slot: &Slot, reading: &Reading) -> Option<Taken> {
    if let Some(taken) = volunteered(name, slot, reading) {
        return Some(taken);
    }
    let words = squash(&reading.normal);
    let taken = |value: &str| Some(Taken { value: value.to_owned(), words: reading.raw.clone() });
    match slot.slot_type {
        SlotType::YesNo => yes_no(reading, &words).and_then(taken),
        SlotType::Text => (!matches!(
            reading.act,
            Act::Empty | Act::AskRepeat | Act::AskPause | Act::Abandon | Act::AskIdentity
        ) && words.chars().count() >= 2)
            .then(|| reading.raw.clone())
            .and_then(|value| taken(&value)),
        SlotType::Number | SlotType::Amount => {
            bare_number(&words).and_then(|value| taken(&value.to_string()))
        }
        SlotType::Date => {
            (reading.act == Act::Statement && words.chars().count() >= 2 && looks_like_time(&words))
                .then(|| reading.raw.clone())
                .and_then(|value| taken(&value))
        }
        SlotType::Place => (reading.act == Act::Statement
            && (3..=60).contains(&words.chars().count())
            && !looks_like_question(&words))
        .then(|| reading.raw.clone())
        .and_then(|value| taken(&value)),
        SlotType::Name => (reading.act == Act::Statement
            && (1..=6).contains(&words.chars().count())
            && !looks_like_question(&words))
        .then(|| reading.raw.clone())
        .and_then(|value| taken(&value)),
        SlotType::Phone => refuses(&words).then_some(REFUSED).and_then(taken),
        SlotType::Choice => ordinal(slot, &words).and_then(|value| taken(&value)),
        SlotType::IdNumber => None,
    }
}

/// A value that the caller named without being asked. Stricter than [`answer`]: only what is unmistakable.
pub fn volunteered(name: &str, slot: &Slot, reading: &Reading) -> Option<Taken> {
    let of = |kind: EntityKind| {
        reading.entity(kind).map(|entity| Taken { value: entity.value.clone(), words: entity.words.clone() })
    };
    match slot.slot_type {
        SlotType::Phone => of(EntityKind::Phone),
        SlotType::IdNumber => of(EntityKind::IdNumber),
        SlotType::Place => of(EntityKind::Place),
        SlotType::Name if name == "name" => of(EntityKind::Name),
        SlotType::Amount => of(EntityKind::Amount),
        SlotType::Date if name == "time" => of(EntityKind::Time),
        SlotType::Number => {
            let unit = slot.unit.as_deref()?;
            let entity = reading.entities.iter().find(|entity| {
                entity.kind == EntityKind::Number
                    && entity.unit.as_deref().is_some_and(|named| same_unit(named, unit))
            })?;
            Some(Taken {
                value: in_unit(&entity.value, entity.unit.as_deref(), unit),
                words: entity.words.clone(),
            })
        }
        SlotType::Choice => choice(slot, &squash(&reading.normal)),
        _ => None,
    }
}

/// The option whose longest wording stands in the words; nothing when two options tie.
fn choice(slot: &Slot, words: &str) -> Option<Taken> {
    let mut best: Option<(usize, &str, String)> = None;
    let mut tied = false;
    for (value, wordings) in &slot.options {
        for wording in wordings {
            let squashed = squash(wording);
            if squashed.is_empty() || !words.contains(&squashed) {
                continue;
            }
            // "没有办过" must not be taken for "办过".
            if negated(words, &squashed) {
                continue;
            }
            let length = squashed.chars().count();
            match &best {
                Some((longest, known, _)) if *longest == length && *known != value => tied = true,
                Some((longest, ..)) if *longest >= length => {}
                _ => {
                    best = Some((length, value, wording.clone()));
                    tied = false;
                }
            }
        }
    }
    best.filter(|_| !tied).map(|(_, value, words)| Taken { value: value.to_owned(), words })
}

fn negated(words: &str, wording: &str) -> bool {
    words.split_once(wording).is_some_and(|(before, _)| {
        ["不是", "没有", "没", "不", "并非"].iter().any(|no| before.ends_with(no))
            && !wording.starts_with(['不', '没'])
    })
}

fn ordinal(slot: &Slot, words: &str) -> Option<String> {
    let at = match words.trim_start_matches("选").trim_start_matches('第') {
        "1" | "一" | "一个" | "1个" | "前面那个" | "前者" => 0,
        "2" | "二" | "二个" | "2个" | "后面那个" | "后者" => 1,
        "3" | "三" | "三个" | "3个" => 2,
        "4" | "四" | "四个" | "4个" => 3,
        _ => return None,
    };
    slot.options.keys().nth(at).cloned()
}

fn yes_no(reading: &Reading, words: &str) -> Option<&'static str> {
    match reading.act {
        Act::Affirm => return Some("yes"),
        Act::Deny => return Some("no"),
        Act::Statement => {}
        _ => return None,
    }
    if words.chars().count() > 20 || looks_like_question(words) {
        return None;
    }
    const NO: &[&str] = &[
        "没有",
        "不是",
        "还没",
        "没办",
        "没交",
        "不在",
        "不会",
        "没买",
        "没签",
        "没过",
        "未",
        "不符合",
        "不到",
        "无",
    ];
    const YES: &[&str] = &[
        "有的", "是的", "对的", "已经", "办了", "交了", "签了", "有啊", "都有", "是啊", "会的", "符合",
        "在的", "有",
    ];
    if NO.iter().any(|no| words.contains(no)) || words.starts_with('没') || words.starts_with('不') {
        Some("no")
    } else if YES.iter().any(|yes| words.contains(yes)) || words.starts_with('是') || words.starts_with('对')
    {
        Some("yes")
    } else {
        None
    }
}

fn bare_number(words: &str) -> Option<u64> {
    let run: String = words
        .chars()
        .skip_while(|c| !c.is_ascii_digit() && !"零一二两三四五六七八九十百千".contains(*c))
        .take_while(|c| c.is_ascii_digit() || "零一二两三四五六七八九十百千".contains(*c))
        .collect();
    if words.chars().count() > 12 { None } else { entity::numeral(&run) }
}

fn same_unit(named: &str, wanted: &str) -> bool {
    let group = |unit: &str| match unit {
        "个月" | "月" => "month",
        "年" => "year",
        "岁" | "周岁" => "age",
        "平方米" | "平方" | "平米" => "area",
        "人" | "个人" | "口人" => "people",
        "天" => "day",
        _ => "other",
    };
    let (a, b) = (group(named), group(wanted));
    (a == b && (a != "other" || named == wanted)) || (a == "year" && b == "month")
}

/// Converts years to months where months are wanted.
fn in_unit(value: &str, named: Option<&str>, wanted: &str) -> String {
    match (value.parse::<u64>(), named) {
        (Ok(years), Some("年")) if wanted.contains('月') => (years * 12).to_string(),
        _ => value.to_owned(),
    }
}

fn looks_like_time(words: &str) -> bool {
    const MARKS: &[char] = &[
        '年', '月', '日', '号', '天', '点', '早', '晚', '上', '下', '周', '昨', '今', '明', '刚', '前', '后',
        '午', '夜', '久', '时',
    ];
    words.contains(MARKS)
}

/// Whether the words ask something rather than answer.
pub fn looks_like_question(words: &str) -> bool {
    ["怎么", "如何", "吗", "什么", "多少", "能不能", "可不可以", "为什么", "哪里办", "啥", "咋"]
        .iter()
        .any(|mark| words.contains(mark))
}

fn refuses(words: &str) -> bool {
    ["不留", "不方便", "不想留", "不用留", "不说", "没有电话", "不给", "不用了", "算了", "不要了"]
        .iter()
        .any(|no| words.contains(no))
        || words == "不"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use language::{Heard, Reader};

    use super::*;

    fn slot(slot_type: SlotType, unit: Option<&str>) -> Slot {
        let options = BTreeMap::from([
            ("market".to_owned(), vec!["市场租房".to_owned(), "外面租的".to_owned()]),
            ("public".to_owned(), vec!["公租房".to_owned(), "租的公家房".to_owned()]),
        ]);
        Slot { slot_type, ask: "？".to_owned(), reask: None, unit: unit.map(str::to_owned), options }
    }

    fn read(text: &str) -> Reading {
        Reader::builtin().read(text, &Heard::Form("？".to_owned()))
    }

    #[test]
    fn answers_are_read_as_people_give_them() {
        let yes = slot(SlotType::YesNo, None);
        assert_eq!(answer("x", &yes, &read("有的有的")).unwrap().value, "yes");
        assert_eq!(answer("x", &yes, &read("还没办呢")).unwrap().value, "no");
        let months = slot(SlotType::Number, Some("个月"));
        assert_eq!(answer("x", &months, &read("交了两年了")).unwrap().value, "24");
        assert_eq!(answer("x", &months, &read("六个月")).unwrap().value, "6");
        let choose = slot(SlotType::Choice, None);
        assert_eq!(answer("x", &choose, &read("是外面租的房子")).unwrap().value, "market");
        assert_eq!(answer("x", &choose, &read("第二个")).unwrap().value, "public");
        assert_eq!(answer("phone", &slot(SlotType::Phone, None), &read("不方便留")).unwrap().value, REFUSED);
    }

    #[test]
    fn a_denied_option_is_not_taken() {
        assert_eq!(volunteered("x", &slot(SlotType::Choice, None), &read("不是公租房")), None);
    }
}
