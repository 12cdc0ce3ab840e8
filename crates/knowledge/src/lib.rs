//! Knowledge: what the house knows, how it is found, and when nothing fits.
//!
//! Invariants:
//! - No card cites a clause that is not in force on its day, and no card is without a citation.
//! - A change and its history commit together; a change made on an old revision is refused.
//! - What one node commits every node finds within two seconds.
//! - What staff have edited no pack and no import overwrites.
//! - A draft comes into use only after somebody who did not write it has passed it; nobody out of its scope sees it.
//! - Publishing that would break a test is refused with the test's name.
//!
//! Deliberately absent: conversation (a scenario's flow is text here), permissions of its own, HTTP.
//!
//! See docs/search.md for how things are found and docs/pack-format.md for the form of the content.

pub mod entry;
mod error;
pub mod events;
pub mod gaps;
pub mod import;
pub mod intake;
pub mod model;
mod origin;
pub mod pack;
pub mod review;
pub mod search;
pub mod service;
pub mod split;
pub mod sql;
mod writer;

pub use error::KnowledgeError;
pub use model::{
    AnswerCard, Answerable, Citation, Clause, Entry, EntryKind, EntryRecord, ScenarioRecord, Status, Target,
};
pub use service::{Ask, Library};
