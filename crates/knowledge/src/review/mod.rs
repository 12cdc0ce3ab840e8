//! How an entry comes into use and stays true, without I/O: the steps of a draft, and what falls due when.

mod due;
mod step;

pub use due::{Due, DueKind, RECHECK_DAYS, due_of};
pub use step::{DraftState, Refusal, Step, decide};
