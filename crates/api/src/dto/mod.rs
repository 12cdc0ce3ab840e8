//! What goes over the wire: the shapes of `docs/api.md`, and nowhere else.

pub mod chat;
pub mod knowledge;
mod map;
pub mod progress;
