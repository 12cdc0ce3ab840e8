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
//! is read: [`Casework::refresh`]), exchange with other systems. States, guards and shapes: docs/casework.md.

mod deadlines;
pub mod dispatch;
mod draft;
mod error;
pub mod model;
mod organisation;
pub mod quality;
pub mod scan;
mod service;
pub mod sql;
mod view;
mod words;

pub use deadlines::{Deadlines, Due, Escalation, Matter, MatterTerm, WorkingDays};
pub use dispatch::{Catalogue, Proposal};
pub use draft::{Fact, TicketDraft, WindowMatter};
pub use error::CaseworkError;
pub use model::{Case, Command, Event, Kind, Refusal, State, Step, Urgency, WindowResult};
pub use organisation::{Organisation, Place, Unit};
pub use service::{
    Beside, Board, BoardLine, Casework, CitizenForm, CitizenStep, DueFilter, FILE_MAX_BYTES, FILES_MAX,
    Group, Indicators, LessonRun, Lessons, Lights, Notice, Notices, Options, Paging, Part, Proof, Rates,
    Recommendations, Related, Repeats, StepForm, TicketFilter, UnitFigures, Unsolved, WindowMonth,
};
pub use service::{Ending, Followed, Follower, Moved, Outline, Place as RecordPlace};
pub use view::{
    Attachment, EventView, Light, Page, Progress, ProgressEvent, StepField, StepOffer, Ticket, TicketRow,
};
pub use words::{due_words, due_words_exact};
