//! Short messages to citizens, for staff: what was sent, what waits, what failed.

use ::notifier::{Notifier, Texts};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::ErrorCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Person, Staffed};
use crate::body::{Path, Query};
use crate::error::{ApiError, ApiResult};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Wanted {
    /// `waiting`, `sent`, `failed`; empty: all.
    #[serde(default)]
    state: String,
}

fn of(staffed: &Staffed) -> ApiResult<&Notifier> {
    let missing = || ApiError::new(ErrorCode::NotFound, "本站没有开通短信。");
    staffed.rooms.notifier.as_ref().ok_or_else(missing)
}

/// 发给市民的短信
#[utoipa::path(get, path = "/texts", tag = "texts", params(Wanted), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn list(
    State(staffed): State<Staffed>,
    person: Person,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<Texts>> {
    security::authorise(&person.ctx, security::Permission::AuditRead, None)?;
    Ok(Json(of(&staffed)?.texts(&person.ctx, &wanted.state).await?))
}

/// 重发失败的短信
#[utoipa::path(post, path = "/texts/{id}/again", tag = "texts", params(("id" = String, Path)), responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn again(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    security::authorise(&person.ctx, security::Permission::SettingsManage, None)?;
    of(&staffed)?.text_again(&person.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
