//! Documents of many kinds to text, and text to proposed clauses with what they repeat or contradict.
//!
//! Invariants: bytes of any kind give text or a sentence that says what to do, in bounded memory and depth; every paragraph of the
//! text is accounted for, and what an editor does to the proposal cannot lose one; nothing comes into use from here: what is kept
//! becomes drafts, which a second person reviews. Deliberately absent: reading pictures, old binary office files, fetching anything.

mod docx;
mod html;
mod likeness;
mod markdown;
mod office;
mod pdf;
mod propose;
mod read;
mod table;
mod working;
mod xlsx;

pub use likeness::{Alike, AlikeKind, likeness};
pub use read::{Kind, Reading, read};
pub use working::{Common, Fate, Source, Working, WorkingClause, WorkingEntry};
pub use xlsx::{Sheet, sheet};

use crate::entry::Fault;

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The most text taken from one, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

fn fault(message: impl Into<String>) -> Fault {
    Fault::new("file", message)
}

fn too_long() -> Fault {
    fault(format!("文字超过{}MB，请拆成几个文件。", MAX_TEXT_BYTES / 1024 / 1024))
}

/// Text that grows while a document is read, up to a limit.
#[derive(Debug, Default)]
struct Text(String);

impl Text {
    fn push(&mut self, text: &str) -> Result<(), Fault> {
        if self.0.len() + text.len() > MAX_TEXT_BYTES {
            return Err(too_long());
        }
        self.0.push_str(text);
        Ok(())
    }
}
