//! What a caller's words mean, as far as that can be told without memory: a wish for a person, danger, the kind of
//! matter, its domain, the facts named.
//!
//! Invariants: pure (same words, same [`Reading`]); any text is handled in bounded time; the wish for a person and
//! danger are recognised without any model. Deliberately absent: conversation state, I/O, knowledge.

pub mod act;
pub mod classify;
pub mod concepts;
pub mod danger;
pub mod dialect;
pub mod entity;
pub mod escape;
pub mod eval;
pub mod kind;
pub mod mind;
pub mod model;
pub mod normalise;
pub mod pinyin;
pub mod plain;
pub mod reader;
pub mod reading;
pub mod rules;
pub mod segment;
pub mod sounds;
pub mod synonyms;
pub mod table;
pub mod train;
pub mod views;

pub use reader::Reader;
pub use reading::{
    Act, Danger, Doing, Domain, Entity, EntityKind, Heard, HumanWish, Kind, MedicalLine, Reading, Service,
    Urgency,
};

/// Words by business domain.
pub fn domain_words() -> &'static concepts::Concepts {
    static WORDS: std::sync::LazyLock<concepts::Concepts> =
        std::sync::LazyLock::new(|| concepts::Concepts::parse(include_str!("../assets/lexicon/domains.txt")));
    &WORDS
}

/// Words by kind of request.
pub fn kind_words() -> &'static concepts::Concepts {
    static WORDS: std::sync::LazyLock<concepts::Concepts> =
        std::sync::LazyLock::new(|| concepts::Concepts::parse(include_str!("../assets/lexicon/kinds.txt")));
    &WORDS
}
