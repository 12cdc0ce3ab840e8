//! One entry: reading it from YAML, checking it, answering from it.

mod card;
pub mod fault;
pub mod index;
pub mod validate;
pub mod vocabulary;
mod within;
pub mod yaml;

pub use fault::Fault;
pub use validate::MAX_ANSWER_CHARS;
pub use vocabulary::{Region, Vocabulary};
