//! The words every other crate speaks: identifiers, time, randomness, stable error codes.
//!
//! Invariants: no I/O but the two system sources in [`clock`] and [`random`]; nothing here knows a table, a
//! protocol or a person. Deliberately absent: tokio, logging, configuration.

pub mod calendar;
pub mod clock;
pub mod ctx;
pub mod error;
pub mod id;
pub mod random;

pub use calendar::{CalendarError, HolidayList, UnitHours, WorkCalendar, WorkSpan};
pub use clock::{Clock, Micros, SystemClock, TestClock};
pub use ctx::{Actor, Ctx, Role, Scope};
pub use error::{Coded, ErrorCode};
pub use id::{ContactId, EntryId, LineId, QueueId, StaffId, TicketId, UnitId};
pub use random::Rng;
