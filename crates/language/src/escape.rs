//! The wish for a person, recognised without any model: phrases, their sounds, their refusals.
//!
//! The charter's first line rests on this file. It runs before every flow, scenario and search, and never waits for
//! anything: the rules are read once, matching takes microseconds whatever the text.

use std::sync::LazyLock;

use crate::reading::{Heard, HumanWish};
use crate::rules::{Line, Rules, lines};
use crate::sounds;
use crate::views::Views;

static RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules::parse(include_str!("../assets/rules/human.rules")).unwrap_or_default());

/// Questions whose answer may well be 客服 or 接线员 without any wish to speak with one.
const ABOUT_PEOPLE: &[&str] =
    &["职业", "人员", "哪位", "身份", "岗位", "单位", "姓名", "联系人", "对象", "项目", "事项", "名称", "谁"];

/// The rules, for models that take their matching as features.
pub fn rules() -> &'static Rules {
    &RULES
}

/// The verdict of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Escape {
    /// The wish.
    pub wish: Option<HumanWish>,
    /// An explicit refusal.
    pub refused: bool,
}

/// Looks for the wish in the words, in the light of where they were said.
pub fn hear(text: &str, heard: &Heard) -> Escape {
    hear_views(&Views::of(text), heard)
}

/// The same, for views already made.
pub fn hear_views(views: &Views, heard: &Heard) -> Escape {
    let rules = &*RULES;
    let mut refused = false;
    for form in [&views.clauses, &views.solid] {
        for piece in lines(form) {
            let mut line = rules.line(&piece);
            let declined = *heard == Heard::Offered
                && rules.find("declined", &line).is_some()
                && rules.find("overturn", &line).is_none();
            rules.blank("mask", &mut line);
            refused |= rules.blank("refuse", &mut line) | declined;
            if let Some(words) = rules.find("must", &line) {
                return found("phrase", &words);
            }
            rules.blank("report", &mut line);
            if let Some(words) = rules.find("wish", &line) {
                return found("phrase", &words);
            }
            if !declined && let Some(wish) = in_place(rules, &line, heard) {
                return wish;
            }
        }
        if form == &views.clauses && views.clauses == views.solid {
            break;
        }
    }
    if let Some(words) = latin(rules, views) {
        return found("phrase", &words);
    }
    if !refused
        && !about_people(heard)
        && let Some(words) =
            sounds::person_named(&views.clauses).or_else(|| sounds::desk_named(&views.clauses))
    {
        return found("pinyin", &words);
    }
    Escape { wish: None, refused }
}

/// What remains of the words once other meanings, refusals and tales about staff are blanked: for those who edit the
/// rules.
pub fn remaining(text: &str) -> String {
    let mut line = RULES.line(&Views::of(text).clauses);
    for verdict in ["mask", "refuse", "report"] {
        RULES.blank(verdict, &mut line);
    }
    line.words(0, line.len())
}

/// Rules that hold only in some places of the conversation.
fn in_place(rules: &Rules, line: &Line, heard: &Heard) -> Option<Escape> {
    if !about_people(heard)
        && let Some(words) = rules.find("bare", line)
    {
        return Some(found("phrase", &words));
    }
    if matches!(heard, Heard::Opening | Heard::Form(_)) {
        return None;
    }
    if let Some(words) = rules.find("after", line) {
        return Some(found("phrase", &words));
    }
    if matches!(heard, Heard::AfterFail | Heard::AfterAnswer)
        && let Some(words) = rules.find("lost", line)
    {
        return Some(found("phrase", &words));
    }
    if *heard == Heard::Queue
        && let Some(words) = rules.find("queue", line)
    {
        return Some(found("phrase", &words));
    }
    if *heard == Heard::Offered
        && let Some(words) = rules.find("offered", line).or_else(|| rules.find("overturn", line))
    {
        return Some(found("offer", &words));
    }
    None
}

/// Whether a form's question may be answered with a word for staff.
fn about_people(heard: &Heard) -> bool {
    matches!(heard, Heard::Form(question) if ABOUT_PEOPLE.iter().any(|about| question.contains(about)))
}

fn latin(rules: &Rules, views: &Views) -> Option<String> {
    if views.latin.is_empty() {
        return (views.solid == "0").then(|| "0".to_owned());
    }
    let spaced = format!(" {} ", views.latin);
    let line = rules.line(&spaced);
    if rules.find("latinno", &line).is_some() {
        return None;
    }
    let words = rules.find("latin", &line)?.trim().to_owned();
    // 房产agent多收佣金 names an agent; 我要agent asks for one.
    let last = words.rsplit(' ').next().unwrap_or_default();
    let follows = views.clauses.split(last).nth(1).and_then(|rest| rest.chars().next());
    follows.is_none_or(|c| "，吗吧呢呀啊嘛来接帮跟".contains(c)).then_some(words)
}

fn found(by: &str, words: &str) -> Escape {
    Escape { wish: Some(HumanWish { by: by.to_owned(), words: words.to_owned() }), refused: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_can_be_read() {
        assert_eq!(Rules::parse(include_str!("../assets/rules/human.rules")).err(), None);
    }
}
