//! What an operator sets before the program starts: one YAML file, overridden by environment variables.
//!
//! `MINSHENG_STORE__URL=postgres://...` overrides `store.url`: section and key joined by two underscores. Variables without
//! two underscores (`MINSHENG_TEST_PG`) are not settings and are left alone.
//!
//! Invariants: every key has a default, a Chinese explanation and, for numbers, a range; an unknown key, a wrong type and a
//! value out of range are refused, all of them in one message that says where and what to write instead; the text of
//! [`Config::document`] loads as the defaults. Deliberately absent: settings that change while the program runs (they are
//! rows, `store::Setting`), reloading, and secrets (a file of its own, `security.secret_file`).

mod document;
mod error;
mod load;
mod nearest;
mod section;
mod sections;

pub use error::ConfigError;
pub use sections::{
    CarrierKind, Chat, Config, DatabaseUrl, Durability, Exchange, Knowledge, LogFormat, Notifier, Routing,
    Secret, Secrets, Security, Server, Store, Voice,
};
