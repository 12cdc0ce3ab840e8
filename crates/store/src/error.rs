//! What can go wrong with a database, told apart by what a caller can do about it.

use kernel::{Coded, ErrorCode};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with this key exists already.
    #[error("already there: {0}")]
    Unique(String),
    /// Somebody else changed the row since it was read, or two writers met; reading again and retrying may succeed.
    #[error("changed by somebody else: {0}")]
    Conflict(String),
    /// No such row.
    #[error("not found: {0}")]
    NotFound(String),
    /// The lease a writer relied on has passed to another.
    #[error("lease {0} has passed to another holder")]
    LeaseLost(String),
    /// The database does not take the value: a U+0000 in text, a number out of range, a row that does not fit a check.
    #[error("value refused: {0}")]
    Refused(String),
    /// The database is locked or its pool is exhausted.
    #[error("busy: {0}")]
    Busy(String),
    /// The database cannot be reached.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// A stored JSON text does not fit the type it is read as.
    #[error("stored {what} does not read as expected: {source}")]
    Json {
        /// What was read or written.
        what: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
    /// The address of the database cannot be used.
    #[error("database address: {0}")]
    Address(String),
    /// The schema on disk and the program do not fit.
    #[error("migration: {0}")]
    Migration(String),
    /// Anything else the database reports: a defect of ours.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same transaction, run again, may succeed.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Busy(_))
    }

    /// Whether a unique key was violated.
    pub const fn is_unique(&self) -> bool {
        matches!(self, Self::Unique(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound("row".to_owned()),
            sqlx::Error::PoolTimedOut => Self::Busy("no free connection".to_owned()),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed => {
                Self::Unreachable(error.to_string())
            }
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let text = || database.message().to_owned();
                // SQLSTATE has five characters; SQLite's codes are numbers whose low byte is the kind.
                match code.as_str() {
                    _ if database.is_unique_violation() => Self::Unique(text()),
                    "40001" | "40P01" | "55P03" => Self::Conflict(text()),
                    "22021" | "22P05" | "22003" | "23514" | "23502" | "23503" => Self::Refused(text()),
                    state if state.len() == 5 => match state.get(..2) {
                        Some("08" | "57") => Self::Unreachable(text()),
                        Some("53") => Self::Busy(text()),
                        _ => Self::Database(error),
                    },
                    number => match number.parse::<i32>().unwrap_or_default() & 0xff {
                        5 | 6 => Self::Busy(text()),
                        18..=20 => Self::Refused(text()),
                        10 | 13 | 14 => Self::Unreachable(text()),
                        _ => Self::Database(error),
                    },
                }
            }
            _ => Self::Database(error),
        }
    }
}

impl Coded for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unique(_) | Self::Conflict(_) | Self::LeaseLost(_) => ErrorCode::Conflict,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Refused(_) => ErrorCode::Invalid,
            Self::Busy(_) | Self::Unreachable(_) => ErrorCode::Unavailable,
            Self::Json { .. } | Self::Address(_) | Self::Migration(_) | Self::Database(_) => {
                ErrorCode::Internal
            }
        }
    }
}
