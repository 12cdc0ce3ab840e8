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
    &["resolved", "negated", "past", "media", "policy", "maybe", "place", "hazard", "nuisance", "lost"];

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
}

/// Looks for danger in the words.
pub fn look(text: &str) -> Option<Danger> {
    look_views(&Views::of(text)).danger
}

/// The same, for views already made, with what speaks against it.
pub fn look_views(views: &Views) -> Signs {
    let rules = &*RULES;
    let mut signs = Signs::default();
    for piece in lines(&views.clauses) {
        let mut line = rules.line(&piece);
        rules.blank("blank", &mut line);
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
    signs
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
            assert_eq!(look(words).map(|danger| danger.service), service, "{words}");
        }
    }
}
