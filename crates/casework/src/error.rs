//! Refusals of this crate.

use kernel::{Coded, ErrorCode};
use security::SecurityError;
use store::StoreError;

use crate::model::Refusal;

/// What can go wrong with a ticket.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// No such ticket, or none that this person may see.
    #[error("no such ticket")]
    NotFound,
    /// No ticket with this number and this proof: which of the two is wrong is not told.
    #[error("no ticket with this number and proof")]
    NoMatch,
    /// Too many wrong proofs for this number, whether or not there is such a ticket.
    #[error("too many wrong proofs")]
    TooManyProofs,
    /// The step cannot be taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No such unit.
    #[error("no such unit: {0}")]
    NoSuchUnit(String),
    /// No such field, or nothing in it.
    #[error("no such field: {0}")]
    NoSuchField(String),
    /// Terms that cannot be meant; the text says which, in Chinese.
    #[error("{0}")]
    Deadline(String),
    /// A catalogue that cannot be used; the text says why, in Chinese.
    #[error("{0}")]
    Catalogue(String),
    /// Nothing to learn from yet, another training running, or no such version; the text says which, in Chinese.
    #[error("{0}")]
    Lesson(String),
    /// A department's duty is not a town's; the text says whose it is, in Chinese.
    #[error("{0}")]
    DepartmentDuty(String),
    /// The reply would not help the citizen; the text says why, in Chinese.
    #[error("{0}")]
    WeakReply(String),
    /// The file is empty or too large.
    #[error("file too large or empty")]
    FileSize,
    /// The file is of no kind that is accepted.
    #[error("file of unknown kind")]
    FileKind,
    /// The file failed the scan.
    #[error("file failed the scan")]
    FileUnsafe,
    /// The ticket has as many files as it may.
    #[error("too many files")]
    TooManyFiles,
    /// Accounts, permissions, sealed values.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CaseworkError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for CaseworkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound | Self::NoMatch | Self::NoSuchField(_) => ErrorCode::NotFound,
            Self::TooManyProofs => ErrorCode::Busy,
            Self::NoSuchUnit(_)
            | Self::Deadline(_)
            | Self::Catalogue(_)
            | Self::FileKind
            | Self::FileUnsafe => ErrorCode::Invalid,
            Self::DepartmentDuty(_) | Self::WeakReply(_) | Self::TooManyFiles | Self::Lesson(_) => {
                ErrorCode::Conflict
            }
            Self::FileSize => ErrorCode::TooLarge,
            Self::Refused(refusal) => refusal.code(),
            Self::Security(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::NotFound => "没有查到这张工单，请核对工单号。".to_owned(),
            Self::NoMatch => {
                "没有查到这张工单。请核对工单号和登记时留的手机号后四位，或拨打12345转人工查询。".to_owned()
            }
            Self::TooManyProofs => "核对不上的次数太多，请一小时后再试，或拨打12345转人工查询。".to_owned(),
            Self::NoSuchUnit(_) => "没有这家单位，请从单位列表里选择。".to_owned(),
            Self::NoSuchField(_) => "工单上没有登记这一项。".to_owned(),
            Self::Deadline(reason)
            | Self::Catalogue(reason)
            | Self::Lesson(reason)
            | Self::DepartmentDuty(reason) => reason.clone(),
            Self::WeakReply(findings) => format!("{findings}确实要这样答复的，请勾选“仍要发送”。"),
            Self::FileSize => "附件是空的或者超过5MB，请压缩或拆分后再传。".to_owned(),
            Self::FileKind => {
                "不支持这种附件。可以传照片（JPG、PNG、WEBP）、PDF、Word、Excel、音频、视频或文本。"
                    .to_owned()
            }
            Self::FileUnsafe => {
                "附件没有通过安全检查，没有保存。请换一个文件，或拨打12345说明情况。".to_owned()
            }
            Self::TooManyFiles => "一张工单最多20个附件，已经满了。".to_owned(),
            Self::Refused(refusal) => refusal.advice(),
            Self::Security(error) => error.advice(),
            Self::Store(error) => error.advice(),
        }
    }
}
