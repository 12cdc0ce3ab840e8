//! Refusals of this crate.

use kernel::{Coded, ErrorCode, Micros};
use store::StoreError;

use crate::Permission;

/// Why something is not allowed or cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    /// No such account, or not its password: never told apart.
    #[error("wrong login or password")]
    BadCredentials,
    /// Too many wrong passwords.
    #[error("account locked until {0:?}")]
    Locked(Micros),
    /// The account is switched off.
    #[error("account disabled")]
    Disabled,
    /// No session, or one that has ended.
    #[error("no session")]
    NoSession,
    /// The role lacks a permission.
    #[error("permission {0:?} is missing")]
    Forbidden(Permission),
    /// The data lies outside the person's scope.
    #[error("outside the scope")]
    OutOfScope,
    /// The request cannot be accepted; the text says why, in Chinese.
    #[error("{0}")]
    Invalid(String),
    /// No such account.
    #[error("no such account")]
    NoSuchStaff,
    /// A sealed value was changed, or sealed under another key or for another purpose.
    #[error("sealed value does not open")]
    Tampered,
    /// The key file cannot be used.
    #[error("key file: {0}")]
    KeyFile(String),
    /// Hashing failed: a defect or a lack of memory.
    #[error("hashing: {0}")]
    Hash(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SecurityError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for SecurityError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::BadCredentials | Self::NoSession => ErrorCode::Unauthenticated,
            Self::Locked(_) => ErrorCode::Busy,
            Self::Disabled | Self::Forbidden(_) | Self::OutOfScope => ErrorCode::Forbidden,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::NoSuchStaff => ErrorCode::NotFound,
            Self::Tampered | Self::KeyFile(_) | Self::Hash(_) => ErrorCode::Internal,
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::BadCredentials => "账号或口令不对，请核对后重试。".to_owned(),
            Self::NoSession => "登录已失效，请重新登录。".to_owned(),
            Self::Locked(until) => format!(
                "口令连续输错，账号已暂时锁定，请在 {} 之后再试，或联系管理员解锁。",
                until.beijing().strftime("%H:%M")
            ),
            Self::Disabled => "这个账号已停用，如需使用请联系管理员。".to_owned(),
            Self::Forbidden(_) => "您的账号没有这项权限，如需办理请联系管理员。".to_owned(),
            Self::OutOfScope => "这项内容不在您的管辖范围内，如需查看请联系管理员。".to_owned(),
            Self::Invalid(reason) => reason.clone(),
            Self::NoSuchStaff => "没有找到这个账号，请核对后再试。".to_owned(),
            Self::Tampered => "这项加密内容打不开，可能换过主密钥，请联系管理员。".to_owned(),
            Self::KeyFile(_) | Self::Hash(_) => "系统出了问题，我们已记录，请稍后再试。".to_owned(),
            Self::Store(error) => error.advice(),
        }
    }
}
