//! Errors as a caller of the interface meets them: a status, a stable code and a Chinese sentence that says what to do.
//!
//! Domain errors come through [`kernel::Coded`]; what HTTP itself refuses (no such address, wrong method, too large, not
//! JSON) is made here, in the same form. What went wrong inside is logged once, at this edge, and never told to the caller.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::{Coded, ErrorCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller reads: `{"code": "invalid", "message": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// Stable: `invalid`, `unauthenticated`, `forbidden`, `not_found`, `conflict`, `too_large`, `busy`, `unavailable`,
    /// `internal`.
    #[schema(value_type = String, example = "invalid")]
    pub code: ErrorCode,
    /// One Chinese sentence that says what to do.
    pub message: String,
}

/// A refusal on its way to the caller.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    body: ErrorBody,
    inside: Option<String>,
}

/// What every handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A refusal in words of ours.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status: status_of(code), body: ErrorBody { code, message: message.into() }, inside: None }
    }

    /// A refusal that HTTP has a finer status for: 405, 415, 422.
    pub fn with_status(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, ..Self::new(code, message) }
    }

    /// A refusal with the standard sentence of its code.
    pub fn standard(code: ErrorCode) -> Self {
        Self::of(&Plain(code))
    }

    /// A domain error.
    pub fn of(error: &dyn Coded) -> Self {
        let code = error.code();
        Self {
            status: status_of(code),
            body: ErrorBody { code, message: error.advice() },
            inside: Some(error.to_string()),
        }
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The code.
    pub const fn code(&self) -> ErrorCode {
        self.body.code
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.body.message
    }

    /// Logs what a caller is not told: only defects and broken parts, and never what a person wrote.
    pub fn log(&self) {
        if let Some(inside) = &self.inside {
            match self.body.code {
                ErrorCode::Internal => tracing::error!(error = %inside, "a request met a defect"),
                ErrorCode::Unavailable => tracing::warn!(error = %inside, "a request met a broken part"),
                _ => tracing::debug!(code = ?self.body.code, "a request was refused"),
            }
        }
    }
}

/// A code with nothing to add.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
struct Plain(ErrorCode);

impl Coded for Plain {
    fn code(&self) -> ErrorCode {
        self.0
    }
}

impl<E: Coded> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::of(&error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        (self.status, Json(self.body)).into_response()
    }
}

/// The status of a code.
pub const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Invalid => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Busy => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// No such address.
pub fn no_such_address() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有这个地址，请核对后再试。")
}

/// The address exists, the method does not.
pub fn wrong_method() -> ApiError {
    ApiError::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Invalid,
        "这个地址不支持这种操作，请按接口说明更换请求方法。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_that_says_what_to_do() {
        for code in [
            ErrorCode::Invalid,
            ErrorCode::Unauthenticated,
            ErrorCode::Forbidden,
            ErrorCode::NotFound,
            ErrorCode::Conflict,
            ErrorCode::TooLarge,
            ErrorCode::Busy,
            ErrorCode::Unavailable,
            ErrorCode::Internal,
        ] {
            let error = ApiError::standard(code);
            assert!(error.status().is_client_error() || error.status().is_server_error());
            assert!(error.message().contains('请'), "{code:?}: {}", error.message());
        }
    }
}
