//! A text made ready for comparison, once at indexing and once per query.

use std::collections::BTreeSet;

use language::normalise;
use language::pinyin;
use language::synonyms::Synonyms;

use super::near::{NgramVectors, Sense};
use super::terms::hash_text;

/// What a question asks for, told by its question words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// No question word.
    Nothing,
    /// 怎么, 如何, 咋
    How,
    /// 为什么, 为啥
    Why,
    /// 什么时候, 多久, 几天
    When,
    /// 哪里, 在哪
    Where,
    /// 多少, 几
    HowMuch,
    /// 谁
    Who,
    /// 能不能, 可以…吗, 是不是
    Whether,
    /// 什么, 啥, 哪些
    What,
}

const ASKS: &[(Asks, &[&str])] = &[
    (Asks::Why, &["为什么", "为啥", "为何", "怎么回事", "咋回事", "什么原因", "凭什么", "凭啥", "怎么会"]),
    (
        Asks::When,
        &["什么时候", "啥时候", "何时", "多久", "多长时间", "几天", "几点", "几号", "哪天", "多少天", "时间"],
    ),
    (Asks::Where, &["哪里", "在哪", "哪儿", "什么地方", "啥地方", "去哪", "何处", "地址"]),
    (Asks::HowMuch, &["多少", "多大", "多高", "几个", "几块", "几次", "费用", "价格", "几岁"]),
    (Asks::Who, &["谁", "什么人", "哪个部门", "哪个单位"]),
    (
        Asks::Whether,
        &["能不能", "可不可以", "是不是", "有没有", "行不行", "要不要", "会不会", "是否", "可否", "能否"],
    ),
    (Asks::How, &["怎么", "怎样", "如何", "咋", "怎办", "流程", "步骤", "办法", "方法"]),
    (Asks::What, &["什么", "啥", "哪些", "哪个", "哪种", "是哪"]),
];

fn asks(text: &str) -> Asks {
    for (kind, words) in ASKS {
        if words.iter().any(|word| text.contains(word)) {
            return *kind;
        }
    }
    if text.ends_with('吗') || text.ends_with('么') || text.ends_with("不") {
        Asks::Whether
    } else {
        Asks::Nothing
    }
}

const NEGATIONS: &[char] = &['不', '没', '无', '未', '别', '勿', '非'];

/// A text made ready for comparison.
#[derive(Debug, Clone)]
pub struct Text {
    /// Normalised characters.
    pub chars: Box<[char]>,
    /// Toneless syllable of each character (hashed), 0 where it has none.
    pub sounds: Box<[u32]>,
    /// Concepts of the synonym table.
    pub concepts: Box<[u32]>,
    /// Numbers named.
    pub numbers: Box<[u64]>,
    /// What it means by its n-grams' vectors.
    pub sense: Sense,
    /// Question asked.
    pub asks: Asks,
    /// Whether it denies something (A-not-A questions do not).
    pub denies: bool,
}

impl Text {
    /// Reads a text; input beyond `language::plain::MAX_CHARS` is left out.
    pub fn new(text: &str, synonyms: &Synonyms, near: &NgramVectors) -> Self {
        let chars = normalise::chars(text);
        let joined: String = chars.iter().collect();
        let a_not_a: BTreeSet<usize> = chars
            .windows(3)
            .enumerate()
            .filter(|(_, w)| w.first() == w.last() && w.get(1).is_some_and(|c| NEGATIONS.contains(c)))
            .map(|(at, _)| at + 1)
            .collect();
        let denies = chars.iter().enumerate().any(|(at, c)| {
            NEGATIONS.contains(c) && !a_not_a.contains(&at) && !(at + 1 == chars.len() && *c == '不')
        });
        Self {
            sounds: chars
                .iter()
                .map(|c| pinyin::syllable(*c).map_or(0, |s| hash_text(s) as u32 | 1))
                .collect(),
            concepts: synonyms.concepts(&chars).into(),
            sense: near.sense(&chars),
            numbers: normalise::numbers(&chars).into(),
            asks: asks(&joined),
            denies,
            chars: chars.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_denials_are_told_apart() {
        let of = |text: &str| Text::new(text, &Synonyms::default(), &NgramVectors::default());
        assert_eq!(of("房本没下来咋办").asks, Asks::How);
        assert!(of("房本没下来咋办").denies);
        assert!(!of("公积金能不能取").denies);
        assert_eq!(of("公积金能不能取").asks, Asks::Whether);
        assert_eq!(of("退休金什么时候发").asks, Asks::When);
    }
}
