//! Bringing many questions and answers in from a table: CSV, JSON lines or YAML, with a mapping of columns.
//!
//! Every row is accounted for: written, unchanged, a duplicate, or refused with the reason. Rows are written some hundreds at a
//! time, each batch whole or not at all; the same file given again goes on where it stopped.

pub(crate) mod convert;
mod decode;
mod mapping;
mod report;
mod rows;
mod run;
mod template;

pub use decode::Source;
pub use mapping::{ClauseMapping, Fixed, Mapping};
pub use report::{Progress, Report, RowNote};
pub use rows::Format;
pub use run::{Options, run};
