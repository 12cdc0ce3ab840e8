//! Danger to life, fire and crime in progress, recognised without any model.

use std::sync::LazyLock;

use crate::reading::{Danger, Service};
use crate::rules::{Rules, lines};
use crate::views::Views;

static RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules::parse(include_str!("../assets/rules/danger.rules")).unwrap_or_default());

/// Signs, the surest first: whoever holds a knife in a burning house is told to call 119.
const SIGNS: &[(&str, Service)] = &[
    ("sign-gas", Service::Gas),
    ("sign-119", Service::Fire),
    ("sign-122", Service::Traffic),
    ("sign-120", Service::Ambulance),
    ("sign-crisis", Service::Crisis),
    ("sign-110", Service::Police),
];

/// Verdicts that say it is not so, or not now.
const CALM: &[&str] =
    &["resolved", "negated", "past", "media", "policy", "maybe", "place", "nuisance", "lost"];

/// Of these, the strongest.
const OVER: &[&str] = &["resolved", "negated", "media"];

/// The rules, for models that take their matching as features.
pub fn rules() -> &'static Rules {
    &RULES
}

/// What the rules alone make of the words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// Danger, where nothing says that it is over, past, imagined or a question of rules.
    pub danger: Option<Danger>,
    /// A sign of danger, whatever else was said.
    pub sign: Option<Danger>,
    /// Whether the danger stands beyond what a model may overrule.
    pub certain: bool,
    /// Said to be over, or not so, or a film: stronger than the other reasons for calm.
    pub over: bool,
    /// Idioms and names that only look like danger were there.
    pub blanked: bool,
}

impl Signs {
    /// How far the rules lean towards danger, in the model's margins.
    pub fn lean(&self) -> f32 {
        let towards = if self.danger.is_some() { 0.2 } else { 0.0 };
        let over = if self.over && self.danger.is_none() { 0.4 } else { 0.0 };
        let blanked = if self.blanked && self.sign.is_none() { 0.3 } else { 0.0 };
        towards - over - blanked
    }
}

/// Looks for danger in the words.
pub fn look(text: &str) -> Option<Danger> {
    look_views(&Views::of(text)).danger
}

/// The same, for views already made, with what speaks against it.
pub fn look_views(views: &Views) -> Signs {
    let rules = &*RULES;
    let mut signs = Signs::default();
    look_at(rules, &views.clauses, &mut signs);
    // Marks put between the characters of a word hide it only from the form that keeps them.
    if signs.danger.is_none() && views.clauses != views.solid {
        look_at(rules, &views.solid, &mut signs);
    }
    signs
}

fn look_at(rules: &Rules, form: &str, signs: &mut Signs) {
    for piece in lines(form) {
        let mut line = rules.line(&piece);
        signs.blanked |= rules.blank("blank", &mut line);
        signs.over |= OVER.iter().any(|verdict| rules.find(verdict, &line).is_some());
        let sign = SIGNS.iter().find_map(|(verdict, service)| {
            Some(Danger { service: *service, words: rules.find(verdict, &line)? })
        });
        let Some(sign) = sign else { continue };
        if !CALM.iter().any(|verdict| rules.find(verdict, &line).is_some()) {
            signs.certain |= rules.find("certain", &line).is_some();
            signs.danger.get_or_insert_with(|| sign.clone());
        }
        signs.sign.get_or_insert(sign);
    }
}

/// The verdicts that match, and what is left to match: for those who edit the rules.
pub fn explain(text: &str) -> (Vec<String>, String) {
    let rules = &*RULES;
    let mut line = rules.line(&Views::of(text).clauses);
    rules.blank("blank", &mut line);
    let verdicts = rules.verdicts().filter(|verdict| rules.find(verdict, &line).is_some());
    (verdicts.map(str::to_owned).collect(), line.words(0, line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_can_be_read() {
        assert_eq!(Rules::parse(include_str!("../assets/rules/danger.rules")).err(), None);
    }

    #[test]
    fn idioms_and_questions_of_insurance_are_no_danger() {
        for (words, service) in [
            ("我家着火了", Some(Service::Fire)),
            ("有人拿刀砍人", Some(Service::Police)),
            ("我不想活了", Some(Service::Crisis)),
            ("煤气漏了", Some(Service::Gas)),
            ("火灾保险怎么买", None),
            ("气死我了", None),
            ("消防证怎么考", None),
        ] {
            assert_eq!(look(words).map(|danger| danger.service), service, "{words} {:?}", explain(words));
        }
    }
}
