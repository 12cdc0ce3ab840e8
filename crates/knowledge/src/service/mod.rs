//! The libraries of one node: rows in the store, a copy in memory to answer from, an index to find by.

mod access;
mod counting;
mod feedback;
mod follow;
mod gap;
mod get;
mod lead;
mod list;
mod open;
pub(crate) mod put;
pub mod rows;
pub(crate) mod scenario;
mod search;
pub(crate) mod shelf;
mod words;

pub use feedback::Feedback;
pub use follow::Follower;
pub use gap::{Gap, GapNear};
pub use get::PublicEntry;
pub use list::{EntryFilter, EntryPage, EntryRow};
pub use open::Library;
pub use put::EntryVersion;
pub use search::Ask;
