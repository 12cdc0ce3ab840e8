//! Rows: one store over SQLite (one process, one file) and PostgreSQL (many processes), spoken to in one SQL.
//!
//! Invariants:
//! - No write transaction begins without a [`kernel::Ctx`]; state, audit and outgoing messages commit together or not at all.
//! - Nothing leaves the process except from committed outbox rows. A consumer gets each at least once and, guarding itself
//!   with [`Tx::apply_once`], applies it once. No row is leased to two claimers at one time.
//! - On SQLite writes come one after another from a single connection that begins with `BEGIN IMMEDIATE`; readers see the
//!   last commit and cannot write.
//! - All instants are told (`Ctx::now` or an argument), never read here.
//! - A wake-up is a hint: everything works, later, without it.
//!
//! Deliberately absent: an object mapper, queries of other crates (each has its own `sql.rs`), order between two messages of
//! a topic (claimers run side by side), in-memory SQLite (readers and writer would see different databases), triggers.

mod dialect;
mod error;
mod json;
mod lease;
mod migrate;
mod open;
mod outbox;
mod setting;
pub mod sql;
mod statement;
#[cfg(feature = "testing")]
pub mod testing;
mod timer;
mod tx;
mod wake;

pub use dialect::Dialect;
pub use error::StoreError;
pub use json::{from_json, to_json};
pub use lease::Lease;
pub use open::{Durability, OpenOptions, Store};
pub use outbox::{Claimed, StuckMessage, TopicDepth, backoff_secs};
pub use setting::{Setting, SettingChange};
pub use statement::{Pair, Statement};
pub use timer::DueTimer;
pub use tx::{Tx, one_changed};
pub use wake::Wakeups;
