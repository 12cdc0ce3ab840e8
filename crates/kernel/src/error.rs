//! Stable error codes: what `api` maps to a status and what a site can search its logs for.

use serde::{Deserialize, Serialize};

/// The kinds of refusal a caller of the program can meet. Names are stable: they are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is malformed or a value is out of range.
    Invalid,
    /// Nobody is logged in, or the session has ended.
    Unauthenticated,
    /// The person is known and may not do this.
    Forbidden,
    /// No such thing, or none that this person may see.
    NotFound,
    /// Somebody else changed it first, or the state does not allow the step.
    Conflict,
    /// Too large to accept.
    TooLarge,
    /// Too many requests.
    Busy,
    /// A part that this needs is down.
    Unavailable,
    /// A defect of ours.
    Internal,
}

/// An error that knows its stable code and a Chinese sentence telling a person what to do.
pub trait Coded: std::error::Error {
    /// The stable code.
    fn code(&self) -> ErrorCode;

    /// What a citizen or clerk is told; must say what to do next and hold no personal data.
    fn advice(&self) -> String {
        match self.code() {
            ErrorCode::Invalid => "填写的内容有误，请检查后重新提交。",
            ErrorCode::Unauthenticated => "登录已失效，请重新登录。",
            ErrorCode::Forbidden => "您的账号没有这项权限，如需办理请联系管理员。",
            ErrorCode::NotFound => "没有找到您要的内容，请核对后再试。",
            ErrorCode::Conflict => "内容刚刚被别人改动过，请刷新后再操作。",
            ErrorCode::TooLarge => "内容太大，请分几次提交。",
            ErrorCode::Busy => "操作太频繁，请稍等几秒再试。",
            ErrorCode::Unavailable => "系统暂时繁忙，您的内容没有丢失，请稍后再试。",
            ErrorCode::Internal => "系统出了问题，我们已记录，请稍后再试或拨打12345。",
        }
        .to_owned()
    }
}
