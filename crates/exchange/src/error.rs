//! Refusals of this crate.

use casework::CaseworkError;
use kernel::{Coded, ErrorCode};
use security::SecurityError;
use store::StoreError;

/// What can go wrong with an exchange.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// No signature, a wrong one, a wrong site or a clock too far off: never told apart.
    #[error("not signed by the peer")]
    Unsigned,
    /// The message cannot be meant; the text says why, in Chinese.
    #[error("{0}")]
    Invalid(String),
    /// No such thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It is settled already.
    #[error("settled already")]
    Settled,
    /// This part is not set up.
    #[error("{0} is not set up")]
    Off(&'static str),
    /// The neighbour refuses for good; the text is its status, never its words.
    #[error("{0}")]
    Refused(String),
    /// The neighbour cannot be reached or is busy.
    #[error("{0}")]
    Away(String),
    /// The client for HTTP.
    #[error("http client: {0}")]
    Client(String),
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

impl From<sqlx::Error> for ExchangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for ExchangeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unsigned => ErrorCode::Unauthenticated,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::NotFound(_) | Self::Off(_) => ErrorCode::NotFound,
            Self::Settled => ErrorCode::Conflict,
            Self::Refused(_) | Self::Away(_) => ErrorCode::Unavailable,
            Self::Client(_) => ErrorCode::Internal,
            Self::Casework(error) => error.code(),
            Self::Security(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Unsigned => {
                "签名核对不上：请核对双方密钥、站点代码和服务器时间（相差不能超过5分钟）。".to_owned()
            }
            Self::Invalid(reason) => reason.clone(),
            Self::NotFound(_) => "没有找到，请核对编号后再试。".to_owned(),
            Self::Off(_) => "本站没有开通这项对接，请联系管理员在对接配置文件里设置。".to_owned(),
            Self::Settled => "这一条已经处理过了，请刷新后查看。".to_owned(),
            Self::Refused(reason) => format!("对方平台拒收：{reason}"),
            Self::Away(reason) => format!("对方平台暂时没有应答：{reason}。系统会自动再试。"),
            Self::Client(_) => "系统出了问题，我们已记录，请稍后再试。".to_owned(),
            Self::Casework(error) => error.advice(),
            Self::Security(error) => error.advice(),
            Self::Store(error) => error.advice(),
        }
    }
}
