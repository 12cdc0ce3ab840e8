//! What is shown of a ticket: to staff, and to the citizen whose it is.

use kernel::{ContactId, Micros, UnitId};
use serde::{Deserialize, Serialize};

use crate::draft::Fact;
use crate::model::{Kind, State, Urgency};

/// A ticket in a list. Personal data is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRow {
    /// Its internal id.
    pub id: String,
    /// The number citizens know it by.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The kind of request.
    pub kind: Kind,
    /// In words.
    pub kind_words: String,
    /// The category's name.
    pub category: String,
    /// The business domain.
    pub domain: String,
    /// Where it stands.
    pub state: State,
    /// In words.
    pub state_words: String,
    /// Urgency.
    pub urgency: Urgency,
    /// Where it is.
    pub place: String,
    /// The unit that has it.
    pub unit: Option<UnitId>,
    /// What that unit is called.
    pub unit_name: String,
    /// The unit that should get it.
    pub proposed_unit: Option<UnitId>,
    /// What that unit is called.
    pub proposed_unit_name: String,
    /// By when the next thing is owed: the reply, then call-back and archive. None once closed.
    pub due_us: Option<i64>,
    /// It is past that.
    pub overdue: bool,
    /// When it was opened.
    pub created_us: i64,
    /// When it last changed.
    pub updated_us: i64,
}

/// Something that has happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// Its number within the ticket.
    pub seq: i64,
    /// When.
    pub at_us: i64,
    /// Its stable name.
    pub kind: String,
    /// Who: the key of an account, contact or part of the program.
    pub actor: String,
    /// Who, in words: what they were employed to do.
    pub actor_words: String,
    /// What happened, in words.
    pub words: String,
}

/// A ticket with everything but what is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// As in a list, with the place in full.
    #[serde(flatten)]
    pub row: TicketRow,
    /// What was told; personal values masked.
    pub facts: Vec<Fact>,
    /// The matter in words, masked.
    pub words: Vec<String>,
    /// The caller's number, masked; empty when none was given.
    pub phone: String,
    /// The caller's name, masked; empty when none was given.
    pub name: String,
    /// The contact it comes from.
    pub contact_id: Option<ContactId>,
    /// It is a promise to call back.
    pub callback: bool,
    /// The holiday list lacks a year of the term, and the due time was counted by weekdays.
    pub due_provisional: bool,
    /// What has happened.
    pub events: Vec<EventView>,
    /// Grows with each change.
    pub version: i64,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// How many the filter passes in all.
    pub total: i64,
}

/// A ticket as its citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// In plain words.
    pub state_words: String,
    /// Its title.
    pub title: String,
    /// What comes next, and by when.
    pub next_step: String,
    /// By when, None once closed.
    pub due_us: Option<i64>,
    /// What has happened, in plain words.
    pub events: Vec<ProgressEvent>,
}

/// Something that has happened, as the citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressEvent {
    /// When.
    pub at_us: i64,
    /// In plain words.
    pub words: String,
}

impl TicketRow {
    /// The due time as an instant.
    pub fn due(&self) -> Option<Micros> {
        self.due_us.map(Micros)
    }
}
