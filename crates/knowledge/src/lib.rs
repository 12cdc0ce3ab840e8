//! Knowledge: what the house knows, how it is found, and when nothing fits.
//!
//! See docs/architecture.md and docs/search.md.

pub mod search;
