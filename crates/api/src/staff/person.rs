//! Who calls: the session cookie, and the header that other sites cannot send.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use kernel::{Ctx, ErrorCode};
use security::Staff;

use super::Staffed;
use crate::error::ApiError;

/// The session's cookie.
pub const COOKIE: &str = "ms_session";
/// The header that a page of another site cannot add without being asked first.
const HEADER: &str = "x-requested-with";

/// A member of staff with a living session.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who acts, and when.
    pub ctx: Ctx,
    /// The account.
    pub staff: Staff,
}

/// The token of a request.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .filter(|token| !token.is_empty())
}

/// Refuses what another site may have caused.
///
/// # Errors
/// When a request that changes something comes without the header.
pub fn own_page(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let told = headers.get(HEADER).is_some_and(|value| value == "minsheng");
    if reads || told {
        Ok(())
    } else {
        Err(ApiError::new(ErrorCode::Forbidden, "请从工作台页面操作，如反复出现请刷新页面。"))
    }
}

impl FromRequestParts<Staffed> for Person {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, staffed: &Staffed) -> Result<Self, ApiError> {
        let token = token(&parts.headers).ok_or_else(|| ApiError::standard(ErrorCode::Unauthenticated))?;
        let now = staffed.hotline.now();
        let known = staffed.hotline.accounts().whoami(token, now).await?;
        own_page(&parts.method, &parts.headers)?;
        Ok(Self { ctx: known.ctx(now, ""), staff: known.staff })
    }
}
