//! Entries and scenarios as the search index sees them.

use crate::model::{Entry, Target};
use crate::search::{IndexedClause, IndexedEntry};

/// Before the id of a scenario in the index; entry ids hold no colon.
const SCENARIO: &str = "scenario:";

/// An entry for the index.
pub fn of_entry(entry: &Entry) -> IndexedEntry {
    IndexedEntry {
        id: entry.id.clone(),
        title: entry.title.clone(),
        questions: entry.questions.clone(),
        tags: entry.tags.clone(),
        answer: entry.answer.clone(),
        clauses: entry
            .clauses
            .iter()
            .map(|clause| IndexedClause {
                id: clause.id.clone(),
                text: clause.text.clone(),
                in_force_from: clause.in_force_from,
                in_force_until: clause.in_force_until,
            })
            .collect(),
        domain: entry.domain.clone(),
        region: entry.region.clone(),
    }
}

/// A scenario for the index: found by its title and by how callers begin it.
pub fn of_scenario(id: &str, title: &str, domain: &str, triggers: &[String]) -> IndexedEntry {
    IndexedEntry {
        id: scenario_key(id),
        title: title.to_owned(),
        questions: triggers.to_vec(),
        domain: domain.to_owned(),
        ..IndexedEntry::default()
    }
}

/// The id of a scenario in the index.
pub fn scenario_key(id: &str) -> String {
    format!("{SCENARIO}{id}")
}

/// What an id of the index stands for.
pub fn target(key: &str) -> Target {
    key.strip_prefix(SCENARIO)
        .map_or_else(|| Target::Entry(key.to_owned()), |id| Target::Scenario(id.to_owned()))
}
