//! What can go wrong with learning, told apart by what a person can do about it.

use kernel::{Coded, ErrorCode};
use security::SecurityError;
use store::StoreError;

/// An error of learning.
#[derive(Debug, thiserror::Error)]
pub enum LearningError {
    /// No such label, task or version.
    #[error("没有找到{0}，请刷新后再试")]
    NotFound(&'static str),
    /// A label that the task does not have, or words that cannot be one.
    #[error("{0}")]
    Faulty(String),
    /// Too few checked labels to hold any out.
    #[error("“{task}”已核对的标注只有{kept}条，至少要{least}条才能训练。请先核对更多标注")]
    TooFew {
        /// The task's name for people.
        task: &'static str,
        /// Checked labels.
        kept: usize,
        /// The least.
        least: usize,
    },
    /// Another training runs.
    #[error("另一次训练还在进行，请等它结束后再开始")]
    Busy,
    /// This person may not do this.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for LearningError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for LearningError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Faulty(_) => ErrorCode::Invalid,
            Self::TooFew { .. } | Self::Busy => ErrorCode::Conflict,
            Self::Security(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Security(error) => error.advice(),
            Self::Store(error) => error.advice(),
            told => format!("{told}。"),
        }
    }
}
