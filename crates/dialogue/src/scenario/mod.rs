//! Scenarios: short flows as data. See `docs/pack-format.md`.

mod common;
mod error;
mod model;
mod parse;
mod schema;
mod validate;

pub use common::{
    HELP as HELP_FLOW, PRAISE as PRAISE_FLOW, SUGGESTION as SUGGESTION_FLOW, builtin, common_slot,
};
pub use error::{Problem, ScenarioError};
pub use model::{Branch, EntryRef, HandOverNode, Node, NodeBody, Scenario, Slot, SlotType, Test, TicketNode};
pub use parse::{parse, parse_many};
pub use schema::json_schema;
pub use validate::validate;

use std::collections::BTreeMap;

/// The scenarios a site runs, by id. Always holds the built-in ones.
#[derive(Debug, Clone, Default)]
pub struct Scenarios(BTreeMap<String, Scenario>);

impl Scenarios {
    /// The built-in scenarios and the given ones; a given one replaces a built-in one of the same id.
    pub fn new(given: impl IntoIterator<Item = Scenario>) -> Self {
        let mut all: BTreeMap<_, _> =
            builtin().into_iter().map(|scenario| (scenario.id.clone(), scenario)).collect();
        all.extend(given.into_iter().map(|scenario| (scenario.id.clone(), scenario)));
        Self(all)
    }

    /// One scenario.
    pub fn get(&self, id: &str) -> Option<&Scenario> {
        self.0.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Scenario> {
        self.0.values()
    }

    /// The scenario whose first answer is this entry: asking for the entry starts the scenario.
    pub fn opening_with(&self, entry: &str) -> Option<&Scenario> {
        self.0.values().find(|scenario| match scenario.nodes.get(&scenario.start).map(|node| &node.body) {
            Some(NodeBody::Answer(reference)) => reference.entry == entry && reference.clause.is_none(),
            _ => false,
        })
    }
}
