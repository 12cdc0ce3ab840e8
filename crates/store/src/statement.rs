//! Named statements, so that one test can prepare every one of them on both engines.

use crate::Dialect;

/// One statement in the words of each engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl Pair {
    /// The text for one engine.
    pub const fn on(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    #[doc(hidden)]
    pub const fn same(sql: &'static str) -> Self {
        Self { sqlite: sql, postgres: sql }
    }
}

/// A named statement, as listed in a crate's `ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The constant's name.
    pub name: &'static str,
    /// The text for each engine.
    pub sql: Pair,
}

/// Declares named statements and `ALL`, the list of them.
///
/// ```
/// mod sql {
///     store::sql! {
///         /// Open tickets of a unit, the most pressing first.
///         TICKET_LIST = "SELECT id, title FROM tickets WHERE unit = $1 AND state <> 'archived' ORDER BY due_us LIMIT $2";
///         /// One waiting contact, locked where the engine has row locks.
///         ITEM_LOCK = {
///             sqlite: "SELECT contact_id FROM queue_items WHERE contact_id = $1",
///             postgres: "SELECT contact_id FROM queue_items WHERE contact_id = $1 FOR UPDATE",
///         };
///     }
/// }
/// assert_eq!(sql::ALL.len(), 2);
/// ```
///
/// What the two engines share, and what bites:
/// - `$1` placeholders; `INSERT ... ON CONFLICT (...) DO UPDATE SET x = excluded.x`; `RETURNING`; window functions.
/// - Columns read must be TEXT, BIGINT or DOUBLE PRECISION: wrap `SUM(x)` as `CAST(SUM(x) AS BIGINT)` (PostgreSQL gives NUMERIC).
/// - Bind instants and counts as `i64`; an optional filter reads `(CAST($1 AS TEXT) IS NULL OR unit = $1)`.
/// - `LIKE` ignores ASCII case on SQLite and not on PostgreSQL.
/// - PostgreSQL refuses U+0000 in text.
#[macro_export]
macro_rules! sql {
    ($($(#[$meta:meta])* $name:ident = $body:tt;)*) => {
        $($crate::__sql_const!($(#[$meta])* $name = $body);)*

        /// Every statement here.
        pub const ALL: &[$crate::Statement] =
            &[$($crate::Statement { name: stringify!($name), sql: $crate::__sql_pair!($body) }),*];
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sql_const {
    ($(#[$meta:meta])* $name:ident = { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }) => {
        $(#[$meta])*
        pub const $name: $crate::Pair = $crate::Pair { sqlite: $sqlite, postgres: $postgres };
    };
    ($(#[$meta:meta])* $name:ident = $sql:literal) => {
        $(#[$meta])*
        pub const $name: &str = $sql;
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sql_pair {
    ({ sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }) => {
        $crate::Pair { sqlite: $sqlite, postgres: $postgres }
    };
    ($sql:literal) => {
        $crate::Pair::same($sql)
    };
}
