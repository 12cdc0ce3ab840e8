//! Refusals an operator reads. All in Chinese, each saying where and what to write instead.

use kernel::{Coded, ErrorCode};

/// Why the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("读不到配置文件 {path}：{reason}。请检查路径和权限；不带配置文件启动则全部使用默认值。")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The file is not YAML, or not sections with keys.
    #[error("配置文件 {path} 的格式不对：{reason}。请检查缩进和冒号，每一项写成“键: 值”。")]
    Malformed {
        /// The file.
        path: String,
        /// What the reader stumbled over.
        reason: String,
    },
    /// Keys or values are wrong.
    #[error("配置有 {} 处问题：\n{}", .0.len(), .0.join("\n"))]
    Wrong(Vec<String>),
}

impl Coded for ConfigError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Invalid
    }

    fn advice(&self) -> String {
        self.to_string()
    }
}
