//! The shape of a scenario once it is parsed.

use std::collections::BTreeMap;

use language::Kind;
use serde::{Deserialize, Serialize};

/// A flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Unique in the site.
    pub id: String,
    /// For staff, and for the caller when candidates are put to them.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// The kind of request it serves.
    pub kind: Kind,
    /// Ways callers begin the matter.
    pub triggers: Vec<String>,
    /// What it may ask.
    pub slots: BTreeMap<String, Slot>,
    /// The first node.
    pub start: String,
    /// The nodes.
    pub nodes: BTreeMap<String, Node>,
}

impl Scenario {
    /// A node.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(id)
    }
}

/// A question and what an answer to it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// What an answer looks like.
    pub slot_type: SlotType,
    /// The question.
    pub ask: String,
    /// The question in other words, for the second time.
    pub reask: Option<String>,
    /// For a number: its unit.
    pub unit: Option<String>,
    /// For a choice: value to the words callers use for it; the first word is its display name.
    pub options: BTreeMap<String, Vec<String>>,
}

/// The types of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotType {
    /// `yes` or `no`.
    YesNo,
    /// One of the options.
    Choice,
    /// A number.
    Number,
    /// Money, in yuan.
    Amount,
    /// A date or time, as said.
    Date,
    /// Anything.
    Text,
    /// An address.
    Place,
    /// A telephone number.
    Phone,
    /// A person's name.
    Name,
    /// A resident identity number.
    IdNumber,
}

/// A step of the flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// What it does.
    pub body: NodeBody,
    /// Where it leads; nothing where the body ends the flow or branches.
    pub next: Option<String>,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeBody {
    /// Gives an entry or one clause of it, with its sources.
    Answer(EntryRef),
    /// Says a kindness or a procedure; never a fact.
    Say(String),
    /// Asks for a slot.
    Ask(String),
    /// Chooses by what is known.
    Branch {
        /// Tried in order.
        cases: Vec<Branch>,
        /// When none holds.
        otherwise: String,
    },
    /// Searches with the caller's own words.
    Knowledge,
    /// Opens a ticket.
    Ticket(TicketNode),
    /// Hands over to a person.
    HandOver(HandOverNode),
    /// Ends the flow with these words.
    End(String),
}

/// An entry, or one clause of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRef {
    /// The entry.
    pub entry: String,
    /// The clause.
    pub clause: Option<String>,
}

/// One way of a branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// All must hold.
    pub when: BTreeMap<String, Test>,
    /// Where it leads.
    pub to: String,
}

/// A test of one slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The value is this.
    Is(String),
    /// The value is one of these.
    In(Vec<String>),
    /// It is known, or not.
    Known(bool),
    /// A number in bounds; all given bounds must hold.
    Range {
        /// Below.
        lt: Option<f64>,
        /// At most.
        lte: Option<f64>,
        /// Above.
        gt: Option<f64>,
        /// At least.
        gte: Option<f64>,
    },
}

impl Test {
    /// Whether it holds for a value; an unknown value fails every test but `known: false`.
    pub fn holds(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Self::Known(wanted), value) => value.is_some() == *wanted,
            (_, None) => false,
            (Self::Is(wanted), Some(value)) => value == wanted,
            (Self::In(wanted), Some(value)) => wanted.iter().any(|one| one == value),
            (Self::Range { lt, lte, gt, gte }, Some(value)) => value.parse::<f64>().is_ok_and(|number| {
                lt.is_none_or(|bound| number < bound)
                    && lte.is_none_or(|bound| number <= bound)
                    && gt.is_none_or(|bound| number > bound)
                    && gte.is_none_or(|bound| number >= bound)
            }),
        }
    }
}

/// What a ticket needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketNode {
    /// The kind of request.
    pub kind: Kind,
    /// The category's name.
    pub category: String,
    /// Slots asked for before it is opened, in this order; what the passport has is not asked.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The domain whose unit handles it; the scenario's domain by default.
    #[serde(default)]
    pub unit: Option<String>,
    /// Harm grows while it waits.
    #[serde(default)]
    pub urgent: bool,
}

/// Why and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOverNode {
    /// For the desk card.
    pub reason: String,
    /// Skills wanted.
    #[serde(default)]
    pub skills: Vec<String>,
}
