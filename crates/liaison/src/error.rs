//! What can go wrong at the station, told apart by what a person can do about it.

use casework::CaseworkError;
use kernel::{Coded, ErrorCode};
use security::SecurityError;
use store::StoreError;

/// An error of the station.
#[derive(Debug, thiserror::Error)]
pub enum LiaisonError {
    /// No such member, shift, contact or ticket.
    #[error("没有找到{0}，请刷新后再试")]
    NotFound(&'static str),
    /// What was typed cannot be taken.
    #[error("{0}")]
    Faulty(String),
    /// It does not fit how things stand.
    #[error("{0}")]
    NotNow(&'static str),
    /// This person may not do this.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Tickets.
    #[error(transparent)]
    Casework(#[from] CaseworkError),
}

impl From<sqlx::Error> for LiaisonError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for LiaisonError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Faulty(_) => ErrorCode::Invalid,
            Self::NotNow(_) => ErrorCode::Conflict,
            Self::Security(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Casework(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Security(error) => error.advice(),
            Self::Store(error) => error.advice(),
            Self::Casework(error) => error.advice(),
            told => format!("{}。", told.to_string().trim_end_matches('。')),
        }
    }
}
