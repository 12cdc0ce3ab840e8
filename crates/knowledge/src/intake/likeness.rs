//! How a new clause is like one in use: the same words, or the same matter with another figure or date.

use serde::Serialize;

/// Pairs of characters in common from which a clause says the same as another.
const SAME: f32 = 0.9;
/// And from which it speaks of the same matter, figures aside.
const SAME_MATTER: f32 = 0.62;

/// How a clause is like one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlikeKind {
    /// Says the same.
    Duplicate,
    /// The same matter, another figure or date.
    Contradiction,
}

/// A clause in use that a proposed one is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alike {
    /// How.
    pub kind: AlikeKind,
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The clause.
    pub clause_id: String,
    /// Its words.
    pub text: String,
    /// Where it stands: law and article.
    pub source: String,
    /// Figures that only the new one names.
    pub new: Vec<String>,
    /// Figures that only the old one names.
    pub old: Vec<String>,
}

/// How two clauses are alike, if they are, with the figures that only the new one and only the old one name.
pub fn likeness(new: &str, old: &str) -> Option<(AlikeKind, Vec<String>, Vec<String>)> {
    let (ours, theirs) = (figures(new), figures(old));
    let only = |a: &[Figure], b: &[Figure]| -> Vec<String> {
        a.iter().filter(|one| !b.iter().any(|other| other.same(one))).map(|one| one.told.clone()).collect()
    };
    let (added, gone) = (only(&ours, &theirs), only(&theirs, &ours));
    let alike = dice(&bare(new), &bare(old));
    // A figure on one side only may be an addition; another figure on both is another rule.
    if !added.is_empty() && !gone.is_empty() {
        return (alike >= SAME_MATTER).then_some((AlikeKind::Contradiction, added, gone));
    }
    (added.is_empty() && gone.is_empty() && alike >= SAME).then_some((AlikeKind::Duplicate, added, gone))
}

const NUMERALS: &str = "0123456789.０１２３４５６７８９〇零一二三四五六七八九十百千万亿半两";
/// The longest first.
const UNITS: [&str; 30] = [
    "个工作日",
    "个自然日",
    "个百分点",
    "平方米",
    "个小时",
    "工作日",
    "自然日",
    "个月",
    "周岁",
    "万元",
    "小时",
    "分钟",
    "公里",
    "以上",
    "元",
    "日",
    "天",
    "月",
    "年",
    "岁",
    "次",
    "倍",
    "个",
    "件",
    "份",
    "米",
    "%",
    "％",
    "周",
    "成",
];

struct Figure {
    told: String,
    value: Option<f64>,
    unit: &'static str,
}

impl Figure {
    fn same(&self, other: &Self) -> bool {
        match (self.value, other.value) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9 && self.unit == other.unit,
            _ => self.told == other.told,
        }
    }
}

/// Figures with their units: 30日, 百分之五, 2000元. A Chinese numeral without a unit is a word: 一并, 统一.
fn figures(text: &str) -> Vec<Figure> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut out: Vec<Figure> = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if !NUMERALS.contains(*c) {
            at += 1;
            continue;
        }
        let run: String = chars.iter().skip(at).take_while(|c| NUMERALS.contains(**c)).collect();
        let length = run.chars().count();
        let rest: String = chars.iter().skip(at + length).take(4).collect();
        let before: String =
            chars.iter().take(at).rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
        let percent = before == "百分之";
        let unit = if percent {
            "%"
        } else {
            UNITS.into_iter().find(|unit| rest.starts_with(unit)).unwrap_or_default()
        };
        let (value, unit) = (value(&run), unit);
        let (value, unit) = match unit {
            "万元" => (value.map(|value| value * 10_000.0), "元"),
            "天" | "自然日" | "个自然日" => (value, "日"),
            "个工作日" => (value, "工作日"),
            "个月" => (value, "月"),
            "周岁" => (value, "岁"),
            "个小时" => (value, "小时"),
            "％" => (value, "%"),
            other => (value, other),
        };
        // 第三条, （二）: numbering. 一个, 一次: mostly words.
        let numbering = before.ends_with(['第', '（', '(']) && !rest.starts_with(['日', '天']);
        let arabic = run.chars().any(|c| c.is_ascii_digit());
        let word = !arabic
            && (unit.is_empty()
                || unit == "以上"
                || (run == "一" && matches!(unit, "个" | "件" | "份" | "周")));
        if !numbering && !word && run.chars().any(|c| c != '.') {
            let shown: String = rest
                .chars()
                .take(
                    UNITS
                        .into_iter()
                        .find(|unit| rest.starts_with(unit))
                        .map_or(0, |unit| unit.chars().count()),
                )
                .collect();
            let told = if percent { format!("百分之{run}") } else { format!("{run}{shown}") };
            let figure = Figure { told, value, unit };
            if !out.iter().any(|known| known.same(&figure)) {
                out.push(figure);
            }
        }
        at += length.max(1);
    }
    out
}

/// A number as written in either way: 15, 1.5, 十五, 二〇二六, 三千五百, 2万.
fn value(run: &str) -> Option<f64> {
    let plain: String = run
        .chars()
        .map(|c| {
            if ('０'..='９').contains(&c) {
                char::from_u32(c as u32 - '０' as u32 + u32::from(b'0')).unwrap_or(c)
            } else {
                c
            }
        })
        .collect();
    if let Ok(value) = plain.parse::<f64>() {
        return Some(value);
    }
    if let Some(number) = plain.strip_suffix('万').and_then(|number| number.parse::<f64>().ok()) {
        return Some(number * 10_000.0);
    }
    let digit = |c: char| {
        "〇一二三四五六七八九".chars().position(|known| known == c).or(match c {
            '零' => Some(0),
            '两' => Some(2),
            _ => None,
        })
    };
    let step = |c: char| match c {
        '十' => Some(10.0),
        '百' => Some(100.0),
        '千' => Some(1_000.0),
        _ => None,
    };
    if plain.chars().count() > 1 && plain.chars().all(|c| digit(c).is_some()) {
        return Some(plain.chars().filter_map(digit).fold(0.0, |sum, digit| sum * 10.0 + digit as f64));
    }
    let (mut whole, mut part, mut last) = (0.0, 0.0, None);
    for c in plain.chars() {
        if let Some(digit) = digit(c) {
            last = Some(digit as f64);
        } else if let Some(step) = step(c) {
            part += last.take().unwrap_or(1.0) * step;
        } else if c == '万' || c == '亿' {
            let size = if c == '万' { 1e4 } else { 1e8 };
            whole += (part + last.take().unwrap_or_default()) * size;
            part = 0.0;
        } else {
            return None;
        }
    }
    Some(whole + part + last.unwrap_or_default())
}

/// Pairs of characters without figures, marks and numbering.
fn bare(text: &str) -> Vec<[char; 2]> {
    let chars: Vec<char> = text
        .chars()
        .filter(|c| c.is_alphanumeric() && !NUMERALS.contains(*c) && !"第条款项".contains(*c))
        .collect();
    let mut pairs: Vec<[char; 2]> = chars.windows(2).filter_map(|pair| pair.first_chunk().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn dice(a: &[[char; 2]], b: &[[char; 2]]) -> f32 {
    let both = a.iter().filter(|pair| b.binary_search(pair).is_ok()).count();
    if a.is_empty() || b.is_empty() { 0.0 } else { 2.0 * both as f32 / (a.len() + b.len()) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_and_the_contrary_are_told_apart() {
        let old = "职工租房的，每年可以提取一次住房公积金，金额不超过12000元。";
        let kind = |new: &str| likeness(new, old).map(|(kind, ..)| kind);
        let same = "第五条 职工租房的，每年可以提取一次住房公积金，金额不超过1.2万元。";
        assert_eq!(kind(same), Some(AlikeKind::Duplicate));
        let other = "职工租房的，每年可以提取一次住房公积金，金额不超过18000元。";
        assert_eq!(kind(other), Some(AlikeKind::Contradiction));
        assert_eq!(kind("老年人满八十周岁可以申领高龄津贴，每月一百元。"), None);
    }

    #[test]
    fn figures_are_read_in_either_writing() {
        let only =
            |new, old| likeness(new, old).map(|(kind, new, old)| (kind, new.join("、"), old.join("、")));
        let told = |a: &str, b: &str| Some((AlikeKind::Contradiction, a.to_owned(), b.to_owned()));
        assert_eq!(only("申请之日起15日内办结。", "申请之日起二十日内办结。"), told("15日", "二十日"));
        assert_eq!(
            only("受理之日起十五个工作日内办结完毕。", "受理之日起15个工作日内办结完毕。"),
            Some((AlikeKind::Duplicate, String::new(), String::new()))
        );
        assert_eq!(only("缴存比例不得低于百分之五。", "缴存比例不得低于8%。"), told("百分之五", "8%"));
        for (run, number) in [
            ("十五", 15.0),
            ("三千五百", 3500.0),
            ("二〇二六", 2026.0),
            ("一万二千", 12000.0),
            ("百", 100.0),
            ("2万", 20000.0),
        ] {
            assert_eq!(value(run), Some(number), "{run}");
        }
    }

    proptest! {
        #[test]
        fn any_two_texts_are_compared(a in "[0-9一二十百万亿.％%第条日元职工提取 ]{0,60}", b in "[0-9一二十百万亿半两日元职工提取]{0,60}") {
            let _ = likeness(&a, &b);
            if let Some((_, new, old)) = likeness(&a, &a) {
                prop_assert!(new.is_empty() && old.is_empty());
            }
        }
    }
}
