//! At any date no card cites a clause that is not in force that day.

use crate::common::{clause, entry};
use jiff::civil::{Date, date};
use knowledge::Clause;
use proptest::prelude::*;

fn day() -> impl Strategy<Value = Date> {
    (1990i16..2040, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn clauses() -> impl Strategy<Value = Vec<Clause>> {
    let one = (proptest::option::of(day()), proptest::option::of(day()));
    proptest::collection::vec(one, 1..6).prop_map(|spans| {
        let number = |(at, (from, until))| Clause {
            in_force_from: from,
            in_force_until: until,
            ..clause(&format!("{at}"), &format!("条款{at}的原文"))
        };
        spans.into_iter().enumerate().map(number).collect()
    })
}

proptest! {
    #[test]
    fn a_card_states_nothing_out_of_force(clauses in clauses(), day in day(), asked in proptest::option::of(0usize..7)) {
        let entry = knowledge::Entry { clauses, ..entry("a", "标题", "答复") };
        let wanted = asked.map(|at| at.to_string());
        let in_force: Vec<&Clause> = entry.clauses.iter().filter(|clause| clause.in_force(day)).collect();
        let card = entry.card(wanted.as_deref(), day);
        let citable = in_force.iter().filter(|clause| wanted.as_ref().is_none_or(|wanted| *wanted == clause.id)).count();
        prop_assert_eq!(card.is_some(), citable > 0);
        if let Some(card) = card {
            prop_assert_eq!(card.citations.len(), citable);
            for citation in &card.citations {
                prop_assert!(citation.in_force_from.is_none_or(|from| from <= day));
                prop_assert!(citation.in_force_until.is_none_or(|until| day <= until));
                prop_assert!(in_force.iter().any(|clause| clause.id == citation.clause_id && clause.text == citation.text));
            }
            // The whole answer only while all it rests on holds; otherwise clauses in force speak for themselves.
            if wanted.is_none() && in_force.len() == entry.clauses.len() {
                prop_assert_eq!(card.text, "答复");
            } else {
                prop_assert!(card.text.split('\n').all(|part| in_force.iter().any(|clause| clause.text == part)));
            }
        }
    }
}
