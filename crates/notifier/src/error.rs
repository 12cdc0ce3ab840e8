//! Refusals of this crate.

use casework::CaseworkError;
use kernel::{Coded, ErrorCode};
use security::SecurityError;
use store::StoreError;

/// What can go wrong with messages.
#[derive(Debug, thiserror::Error)]
pub enum NotifierError {
    /// The carrier is not set up rightly; the text says what to do.
    #[error("{0}")]
    Setting(String),
    /// No such message.
    #[error("no such message")]
    NotFound,
    /// It is on its way or has arrived.
    #[error("the message has not failed")]
    NotFailed,
    /// Tickets.
    #[error(transparent)]
    Casework(#[from] CaseworkError),
    /// Permissions, sealed values.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for NotifierError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for NotifierError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Setting(_) => ErrorCode::Internal,
            Self::NotFound => ErrorCode::NotFound,
            Self::NotFailed => ErrorCode::Conflict,
            Self::Casework(error) => error.code(),
            Self::Security(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Setting(what) => what.clone(),
            Self::NotFound => "没有这条短信，请从列表里进入。".to_owned(),
            Self::NotFailed => "这条短信没有失败，不用重发。".to_owned(),
            Self::Casework(error) => error.advice(),
            Self::Security(error) => error.advice(),
            Self::Store(error) => error.advice(),
        }
    }
}
