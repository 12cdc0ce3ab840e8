//! A document's text as proposed clauses, each with the paragraph it comes from and what it repeats or contradicts.

use std::collections::BTreeSet;
use std::ops::Range;

use language::pinyin;
use serde::Serialize;

use crate::split::{Fate, split};

/// Pairs of characters in common from which a clause says the same as another.
const SAME: f32 = 0.9;
/// And from which it speaks of the same matter, figures aside.
const SAME_MATTER: f32 = 0.62;
/// Clauses proposed from one document.
const MOST_CLAUSES: usize = 3_000;
/// Characters of an answer put together from clauses.
const ANSWER_CHARS: usize = 120;
/// Characters of a heading that go into an id.
const ID_CHARS: usize = 8;

/// A paragraph of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposedParagraph {
    /// Its words.
    pub text: String,
    /// `used`, `merged` or `left_out`.
    pub fate: &'static str,
    /// Why it is left out.
    pub reason: Option<&'static str>,
    /// The clauses it stands in.
    pub clauses: Range<usize>,
}

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
    /// Figures that only the new one names, and only the old one.
    pub figures: Option<(Vec<String>, Vec<String>)>,
}

/// A proposed clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposedClause {
    /// Headings and lead-ins above it.
    pub path: Vec<String>,
    /// Its place in the numbering, such as 第十二条（三）.
    pub place: String,
    /// Its words.
    pub text: String,
    /// The paragraph it comes from.
    pub paragraph: usize,
    /// What it is like.
    pub alike: Vec<Alike>,
}

/// Clauses that would make one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The entry's title.
    pub title: String,
    /// A free part of an id.
    pub id: String,
    /// A first answer, from the clauses' own words.
    pub answer: String,
    /// Ways of asking.
    pub questions: Vec<String>,
    /// The clauses.
    pub clauses: Vec<usize>,
}

/// What a document gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The document's title.
    pub title: String,
    /// Every paragraph.
    pub paragraphs: Vec<ProposedParagraph>,
    /// The clauses.
    pub clauses: Vec<ProposedClause>,
    /// Clauses by chapter.
    pub groups: Vec<Group>,
    /// The document holds more clauses than are proposed at once.
    pub cut: bool,
}

impl Proposal {
    /// Reads a text. What the clauses are like is looked for by the library.
    pub fn of(text: &str) -> Self {
        let found = split(text);
        let paragraph = |paragraph: &crate::split::Paragraph| {
            let (fate, reason, clauses) = match &paragraph.fate {
                Fate::Used(clauses) => ("used", None, clauses.clone()),
                Fate::Merged(clauses) => ("merged", None, clauses.clone()),
                Fate::LeftOut(reason) => ("left_out", Some(reason.told()), 0..0),
            };
            let text = text.get(paragraph.at.clone()).unwrap_or_default().to_owned();
            ProposedParagraph { text, fate, reason, clauses }
        };
        let cut = found.clauses.len() > MOST_CLAUSES;
        let clauses: Vec<ProposedClause> = found
            .clauses
            .into_iter()
            .take(MOST_CLAUSES)
            .map(|clause| ProposedClause {
                path: clause.path,
                place: clause.place,
                text: clause.text,
                paragraph: clause.paragraph,
                alike: Vec::new(),
            })
            .collect();
        let groups = groups(&found.title, &clauses);
        Self {
            title: found.title,
            paragraphs: found.paragraphs.iter().map(paragraph).collect(),
            clauses,
            groups,
            cut,
        }
    }
}

/// Clauses under one chapter make one entry; a document without chapters is one.
fn groups(title: &str, clauses: &[ProposedClause]) -> Vec<Group> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        let chapter = clause.path.iter().find(|heading| heading.as_str() != title);
        let chapter = chapter.filter(|heading| heading.chars().count() <= 30).cloned().unwrap_or_default();
        match groups.last_mut().filter(|(known, _)| *known == chapter) {
            Some((_, held)) => held.push(at),
            None => groups.push((chapter, vec![at])),
        }
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let named = groups.into_iter().map(|(chapter, held)| {
        let bare = chapter.trim_start_matches(|c: char| {
            "第章节条一二三四五六七八九十百（）()、.．0123456789 　".contains(c)
        });
        let name = match (title.is_empty(), bare.is_empty()) {
            (_, true) => title.to_owned(),
            (true, false) => bare.to_owned(),
            (false, false) => format!("{title}：{bare}"),
        };
        let first = held.first().and_then(|at| clauses.get(*at));
        let name = if name.is_empty() {
            first.map_or_else(String::new, |clause| clause.text.chars().take(20).collect())
        } else {
            name
        };
        let matter = if bare.is_empty() { title } else { bare };
        let matter = matter.trim_start_matches("关于").trim_end_matches(['的', '通', '知', '法', '办']);
        let asks = ["有什么规定", "怎么办", "要什么条件"];
        let questions = if matter.chars().count() < 3 {
            Vec::new()
        } else {
            asks.map(|ask| format!("{matter}{ask}")).to_vec()
        };
        let id = free(&spelled(&name), &mut taken);
        Group { id, answer: answer(clauses, &held), title: name, questions, clauses: held }
    });
    named.collect()
}

/// The first clauses' own words, as many as are bearable to hear.
fn answer(clauses: &[ProposedClause], held: &[usize]) -> String {
    let mut out = String::new();
    for clause in held.iter().filter_map(|at| clauses.get(*at)) {
        let more = clause.text.trim();
        if !out.is_empty() && out.chars().count() + more.chars().count() > ANSWER_CHARS {
            break;
        }
        out.extend(more.chars().take(ANSWER_CHARS * 2));
    }
    out
}

/// The sounds of the first characters: 租房提取 as `zu-fang-ti-qu`.
fn spelled(text: &str) -> String {
    let sounds: Vec<&str> = text
        .chars()
        .filter(|c| !"关于的、，：《》".contains(*c))
        .filter_map(pinyin::syllable)
        .take(ID_CHARS)
        .collect();
    let spelled: String = sounds
        .join("-")
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .collect();
    if spelled.is_empty() { "wenjian".to_owned() } else { spelled }
}

fn free(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut number = 1;
    let mut tried = id.to_owned();
    while !taken.insert(tried.clone()) {
        number += 1;
        tried = format!("{id}-{number}");
    }
    tried
}

/// How two clauses are alike, if they are: the same words, or the same matter with other figures.
pub(crate) fn likeness(new: &str, old: &str) -> Option<(AlikeKind, Option<(Vec<String>, Vec<String>)>)> {
    let (ours, theirs) = (figures(new), figures(old));
    let only =
        |a: &[String], b: &[String]| a.iter().filter(|one| !b.contains(one)).cloned().collect::<Vec<_>>();
    let (added, gone) = (only(&ours, &theirs), only(&theirs, &ours));
    let alike = dice(&bare(new), &bare(old));
    // A figure on one side only may be an addition; another figure on both is another rule.
    if !added.is_empty() && !gone.is_empty() {
        return (alike >= SAME_MATTER).then_some((AlikeKind::Contradiction, Some((added, gone))));
    }
    (added.is_empty() && gone.is_empty() && alike >= SAME).then_some((AlikeKind::Duplicate, None))
}

const NUMERALS: &str = "0123456789.%０１２３４５６７８９〇零一二三四五六七八九十百千万亿半两";
const UNITS: &str = "元天日月年岁次倍个件平米%时周分成";

/// Figures with their units: 30日, 百分之五, 2000元. A numeral without a unit is a word: 一并, 统一.
fn figures(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if !NUMERALS.contains(*c) {
            at += 1;
            continue;
        }
        let run: String = chars.iter().skip(at).take_while(|c| NUMERALS.contains(**c)).collect();
        let length = run.chars().count();
        let unit: String =
            chars.iter().skip(at + length).take_while(|c| UNITS.contains(**c)).take(2).collect();
        let ordinal = at > 0 && chars.get(at - 1) == Some(&'第');
        let arabic = run.chars().any(|c| c.is_ascii_digit());
        if !ordinal && (arabic || !unit.is_empty()) {
            let figure = format!("{run}{unit}");
            if !out.contains(&figure) {
                out.push(figure);
            }
        }
        at += length.max(1);
    }
    out
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
        let kind = |new: &str| likeness(new, old).map(|(kind, _)| kind);
        assert_eq!(
            kind("职工租房的，每年可以提取一次住房公积金，金额不超过12000元。"),
            Some(AlikeKind::Duplicate)
        );
        assert_eq!(
            kind("职工租房的，每年可以提取一次住房公积金，金额不超过18000元。"),
            Some(AlikeKind::Contradiction)
        );
        assert_eq!(kind("老年人满八十周岁可以申领高龄津贴，每月一百元。"), None);
        let (_, figures) = likeness("申请之日起15日内办结。", "申请之日起二十日内办结。").unwrap();
        assert_eq!(figures.unwrap(), (vec!["15日".to_owned()], vec!["二十日".to_owned()]));
    }

    #[test]
    fn a_document_gives_entries_by_chapter() {
        let text = "租房提取管理办法\n第一章 条件\n第一条 职工无房的可以提取。\n第二条 每年一次。\n第二章 材料\n第三条 带身份证和合同。\n鄞州区人民政府\n2026年1月1日";
        let found = Proposal::of(text);
        assert_eq!((found.clauses.len(), found.groups.len()), (3, 2), "{found:?}");
        assert_eq!(found.groups[0].title, "租房提取管理办法：条件");
        assert!(found.groups.iter().all(|group| crate::entry::validate::id_is_sound(&group.id)));
        assert!(found.paragraphs.iter().any(|paragraph| paragraph.reason == Some("落款或日期")));
    }

    proptest! {
        #[test]
        fn every_paragraph_and_clause_is_accounted_for(text in "[第一二三章条（）。，；\\n职工可以提取3日元]{0,200}") {
            let found = Proposal::of(&text);
            let grouped: usize = found.groups.iter().map(|group| group.clauses.len()).sum();
            prop_assert_eq!(grouped, found.clauses.len());
            let kept: String = found.paragraphs.iter().flat_map(|one| one.text.chars()).filter(|c| !c.is_whitespace()).collect();
            let all: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(kept, all);
            for (at, clause) in found.clauses.iter().enumerate() {
                let paragraph = &found.paragraphs[clause.paragraph];
                prop_assert!(paragraph.fate == "used" && paragraph.clauses.contains(&at));
            }
        }
    }
}
