//! What can go wrong with the libraries, told apart by what a person can do about it.

use kernel::{Coded, ErrorCode};
use security::SecurityError;
use store::StoreError;

use crate::entry::Fault;
use crate::review::Refusal;
use crate::service::BrokenTest;

/// An error of the libraries.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// The content has faults.
    #[error("{}", told(.0))]
    Faulty(Vec<Fault>),
    /// No entry or scenario with this id.
    #[error("没有编号为“{0}”的内容")]
    NotFound(String),
    /// The id is taken.
    #[error("编号“{0}”已被使用，请换一个编号")]
    Taken(String),
    /// Somebody else changed it since it was read.
    #[error("“{0}”刚刚被别人改动过，请刷新后在新内容上修改")]
    Conflict(String),
    /// A step of review that may not be taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Publishing it would make tests fail.
    #[error("{}", broken(.0))]
    Breaks(Vec<BrokenTest>),
    /// This person may not do this.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The most faults spelled out in one message.
const MAX_TOLD: usize = 20;

fn told(faults: &[Fault]) -> String {
    let mut lines: Vec<String> = faults.iter().take(MAX_TOLD).map(ToString::to_string).collect();
    if faults.len() > MAX_TOLD {
        lines.push(format!("……共{}处要改", faults.len()));
    }
    lines.join("\n")
}

fn broken(tests: &[BrokenTest]) -> String {
    let named: Vec<String> = tests.iter().take(5).map(ToString::to_string).collect();
    let more = if tests.len() > named.len() { "等" } else { "" };
    format!(
        "没有发布：发布后有{}个测试问题会答错{more}。{}。请调整问法或标题，或先修改那些测试问题，再发布",
        tests.len(),
        named.join("；")
    )
}

impl From<sqlx::Error> for KnowledgeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for KnowledgeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(Refusal::OwnWork) => ErrorCode::Forbidden,
            Self::Faulty(_) | Self::Breaks(_) | Self::Refused(Refusal::InPast | Refusal::NoReason) => {
                ErrorCode::Invalid
            }
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Refused(_) | Self::Taken(_) | Self::Conflict(_) => ErrorCode::Conflict,
            Self::Security(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Store(error) => error.advice(),
            Self::Security(error) => error.advice(),
            other => format!("{other}。").replace("。。", "。"),
        }
    }
}
