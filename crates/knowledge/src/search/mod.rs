//! Finding the entry that answers a caller's words: candidates by terms and vectors, a learned ranker, a calibrated
//! confidence that also says when nothing fits.
//!
//! Invariants: a search takes no lock while it works and sees one consistent state; what `upsert` or `remove` returned
//! from is visible to every later search; nothing is found that is not in force on the asked day; any text is handled in
//! bounded time. Deliberately absent: storage (the index is rebuilt from rows at start), permissions, answer wording.
//!
//! What was measured and why it is built this way: `docs/search.md`.

pub mod abstention;
pub mod embed;
mod entry;
pub mod eval;
pub mod features;
mod find;
mod index;
pub mod meaning;
pub mod near;
mod part;
pub mod passages;
mod postings;
pub mod rank;
mod scores;
mod signs;
mod terms;
#[cfg(test)]
mod tests;
mod text;

pub use embed::Embedder;
pub use entry::{Hit, IndexedClause, IndexedEntry, Query};
pub use index::{SearchIndex, Settings};
