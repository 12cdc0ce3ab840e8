//! What can go wrong with a call.

use kernel::{Coded, ErrorCode};

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// A setting that cannot be used.
    #[error("voice.{key}: {reason}")]
    Setting {
        /// Which.
        key: &'static str,
        /// Why.
        reason: String,
    },
    /// The signalling.
    #[error("signalling: {0}")]
    Signalling(String),
    /// No free port for sound.
    #[error("no free port for sound")]
    NoPort,
    /// There is no recording.
    #[error("no recording of this contact")]
    NoRecording,
    /// A recording is not as it was written.
    #[error("a recording was changed after it was written")]
    Tampered,
    /// The contact.
    #[error(transparent)]
    Contact(#[from] contact::ContactError),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Keys.
    #[error(transparent)]
    Security(#[from] security::SecurityError),
    /// The system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<sqlx::Error> for VoiceError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for VoiceError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoRecording => ErrorCode::NotFound,
            Self::NoPort => ErrorCode::Unavailable,
            Self::Contact(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Security(error) => error.code(),
            _ => ErrorCode::Internal,
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Setting { key, reason } => format!("配置 voice.{key} 不能用：{reason}"),
            Self::NoRecording => "这次通话没有录音。".to_owned(),
            Self::Tampered => "录音文件被改动过，不能播放。".to_owned(),
            _ => "电话服务暂时不可用，请联系管理员。".to_owned(),
        }
    }
}
