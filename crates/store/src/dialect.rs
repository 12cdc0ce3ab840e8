//! Which engine a store runs on.

/// The engines. They differ only in [`crate::Pair`] statements, opening and migrating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// One file, one process.
    Sqlite,
    /// A server, many processes.
    Postgres,
}
