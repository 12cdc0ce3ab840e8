//! Matters that outlive a contact: tickets from registration to archive, their deadlines, the record of every step.
//!
//! Invariants:
//! - A ticket moves only by [`model::decide`]; each move is one row of `ticket_events`, and the events of a ticket, replayed,
//!   give its case (property test in `model/tests.rs`).
//! - A ticket that is not closed has a due time; a closed one has none. Where the calendar's years end the due time is counted
//!   by weekdays and marked provisional: no matter is turned away for want of a holiday notice.
//! - Asked for twice with one key, a ticket is opened once. Numbers of a day run from 1 without gaps.
//! - At rest, personal values and the caller's own words are sealed; beside them stands a masked copy, which is all that lists,
//!   search and details show. [`Casework::ticket_personal`] unseals one field and writes who looked.
//! - To a citizen, a number that does not exist and a proof that does not fit are answered alike.
//! - State, events, audit and call-back promise commit together.
//!
//! Deliberately absent: HTTP, the wording of conversations (`dialogue`), who leads which domain (the site's organisation
//! is read: [`Casework::refresh`]), joint handling, extensions, merging and exchange, which come with the full workflow.

mod deadlines;
mod draft;
mod error;
pub mod model;
mod organisation;
mod service;
pub mod sql;
mod view;
mod words;

pub use deadlines::{Deadlines, Due, WorkingDays};
pub use draft::{Fact, TicketDraft};
pub use error::CaseworkError;
pub use model::{Case, Command, Event, Kind, Refusal, State, Urgency};
pub use organisation::{Organisation, Place, Unit};
pub use service::{Casework, DueFilter, Paging, Proof, TicketFilter};
pub use view::{EventView, Page, Progress, ProgressEvent, Ticket, TicketRow};
pub use words::{due_words, due_words_exact};
