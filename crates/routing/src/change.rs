//! Which rows a step has touched, so that only those are written.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ContactId, Micros, QueueId, StaffId};
use serde::{Deserialize, Serialize};

/// How a contact left routing's care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    /// The citizen left before anybody answered.
    Abandoned,
    /// An agent talked with the citizen and it is over.
    Finished,
}

impl Departure {
    /// The stable name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abandoned => "abandoned",
            Self::Finished => "finished",
        }
    }
}

/// A contact that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub how: Departure,
    /// The agent it was with.
    pub agent: Option<StaffId>,
    /// When.
    pub at: Micros,
}

/// Rows touched since the changes were last taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Contacts to write.
    pub contacts: BTreeSet<ContactId>,
    /// Contacts that left; none of them is in `contacts`.
    pub ended: BTreeMap<ContactId, Ended>,
    /// Agents to write.
    pub agents: BTreeSet<StaffId>,
    /// Queues that have learned something.
    pub queues: BTreeSet<QueueId>,
}

impl Changes {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.ended.is_empty() && self.agents.is_empty() && self.queues.is_empty()
    }

    pub(crate) fn contact(&mut self, contact: &ContactId) {
        self.ended.remove(contact);
        if !self.contacts.contains(contact) {
            self.contacts.insert(contact.clone());
        }
    }

    pub(crate) fn agent(&mut self, agent: &StaffId) {
        if !self.agents.contains(agent) {
            self.agents.insert(agent.clone());
        }
    }

    pub(crate) fn left(&mut self, contact: &ContactId, ended: Ended) {
        self.contacts.remove(contact);
        self.ended.insert(contact.clone(), ended);
    }
}
