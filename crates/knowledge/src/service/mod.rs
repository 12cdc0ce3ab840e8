//! The libraries of one node: rows in the store, a copy in memory to answer from, an index to find by.

mod access;
mod care;
mod counting;
mod depend;
mod draft;
mod feedback;
mod follow;
mod gap;
mod get;
mod lead;
mod list;
mod local;
mod notes;
mod open;
mod publish;
pub(crate) mod put;
mod regress;
pub mod rows;
pub(crate) mod scenario;
mod search;
pub(crate) mod shelf;
mod words;

pub use care::{Care, Upkeep, UpkeepList};
pub use depend::{DependentAnswer, DependentNode, DependentTest, Dependents, SourceRow};
pub use draft::{Draft, DraftOrigin, DraftRow};
pub use feedback::Feedback;
pub use follow::Follower;
pub use gap::{Gap, GapFigures, GapNear, GapWhy};
pub use get::PublicEntry;
pub use list::{EntryFilter, EntryPage, EntryRow};
pub use notes::{Note, note_words};
pub use open::Library;
pub use put::EntryVersion;
pub use regress::{BrokenTest, TestRun};
pub use search::Ask;
