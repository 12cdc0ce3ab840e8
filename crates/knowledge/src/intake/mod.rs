//! Documents of many kinds to text, and text to proposed clauses with what they repeat or contradict.
//!
//! Invariants: nothing is written here; bytes of any kind give text or a sentence that says what to do, in bounded memory;
//! every paragraph of the text is accounted for. Deliberately absent: PDF (its text is pasted), reading pictures, old binary office
//! files.

mod docx;
mod html;
pub(crate) mod propose;
mod read;
mod xlsx;
mod xml;
mod zip;

pub use propose::{Alike, AlikeKind, Group, Proposal, ProposedClause, ProposedParagraph};
pub use read::{Kind, read};
pub use xlsx::{Sheet, sheet};

use crate::entry::Fault;

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The most text taken from one, in bytes.
pub const MAX_TEXT_BYTES: usize = 8 * 1024 * 1024;

fn fault(message: impl Into<String>) -> Fault {
    Fault::new("file", message)
}
