//! What can go wrong around a contact.

use kernel::{Coded, ErrorCode};
use thiserror::Error;

/// An error of the shell.
#[derive(Debug, Error)]
pub enum ContactError {
    /// No such contact, or none that this person may see.
    #[error("no such contact")]
    NotFound,
    /// The words are too long, or hold nothing.
    #[error("unacceptable words: {0}")]
    Words(&'static str),
    /// The step does not fit the contact's state.
    #[error("not now: {0}")]
    NotNow(&'static str),
    /// A part of the node is not there, or has no place left.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// A setting that is needed is missing or unreadable.
    #[error("setting {name}: {reason}")]
    Setting {
        /// Which.
        name: String,
        /// Why.
        reason: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Accounts and permissions.
    #[error(transparent)]
    Security(#[from] security::SecurityError),
    /// The libraries.
    #[error(transparent)]
    Knowledge(#[from] knowledge::KnowledgeError),
    /// The queues.
    #[error(transparent)]
    Routing(#[from] routing::service::RoutingError),
    /// What the reader learns.
    #[error(transparent)]
    Learning(#[from] learning::LearningError),
    /// The liaison station.
    #[error(transparent)]
    Liaison(#[from] liaison::LiaisonError),
    /// Tickets.
    #[error(transparent)]
    Casework(#[from] casework::CaseworkError),
}

impl From<sqlx::Error> for ContactError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for ContactError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Words(_) => ErrorCode::Invalid,
            Self::NotNow(_) => ErrorCode::Conflict,
            Self::Unavailable(_) => ErrorCode::Unavailable,
            Self::Setting { .. } => ErrorCode::Internal,
            Self::Store(error) => error.code(),
            Self::Security(error) => error.code(),
            Self::Knowledge(error) => error.code(),
            Self::Routing(error) => error.code(),
            Self::Learning(error) => error.code(),
            Self::Liaison(error) => error.code(),
            Self::Casework(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::NotFound => "没有找到这次对话，可能链接不完整。请回到首页重新开始。".to_owned(),
            Self::Words(advice) | Self::NotNow(advice) | Self::Unavailable(advice) => (*advice).to_owned(),
            Self::Setting { .. } => "系统设置不完整，请联系管理员检查。".to_owned(),
            Self::Store(error) => error.advice(),
            Self::Security(error) => error.advice(),
            Self::Knowledge(error) => error.advice(),
            Self::Routing(error) => error.advice(),
            Self::Learning(error) => error.advice(),
            Self::Liaison(error) => error.advice(),
            Self::Casework(error) => error.advice(),
        }
    }
}
