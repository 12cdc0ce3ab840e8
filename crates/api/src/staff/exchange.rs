//! The exchange for staff: how it stands, what was given up, what the peer has otherwise, files that came in.

use ::exchange::{Exchange, FileRow, Letter, Overview, Reconciliation, Waiting};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use kernel::ErrorCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// Which letters.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Letters {
    /// `open`, `resent`, `dropped`; empty: all.
    #[serde(default)]
    state: String,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterNote {
    #[serde(default)]
    note: String,
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Day {
    #[serde(default)]
    day: String,
}

/// Whose files.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Files {
    #[serde(default)]
    number: String,
}

fn of(staffed: &Staffed) -> ApiResult<&Exchange> {
    staffed.rooms.exchange.as_ref().ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, "本站没有开通对外交换，请在配置里填写 exchange.file 后重启。")
    })
}

fn numbered(id: &str) -> ApiResult<i64> {
    id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有这一条，请从列表里进入。"))
}

/// 对外交换概况
#[utoipa::path(get, path = "/exchange", tag = "exchange", responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn overview(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Overview>> {
    security::authorise(&person.ctx, security::Permission::ReportRead, None)?;
    Ok(Json(of(&staffed)?.overview(&person.ctx).await?))
}

/// 没有送达的消息
#[utoipa::path(get, path = "/exchange/letters", tag = "exchange", params(Letters), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn letters(
    State(staffed): State<Staffed>,
    person: Person,
    Query(wanted): Query<Letters>,
) -> ApiResult<Json<Vec<Letter>>> {
    security::authorise(&person.ctx, security::Permission::ReportRead, None)?;
    Ok(Json(of(&staffed)?.letters(&person.ctx, &wanted.state).await?))
}

/// 等待发送的消息
#[utoipa::path(get, path = "/exchange/waiting", tag = "exchange", responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn waiting(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Vec<Waiting>>> {
    security::authorise(&person.ctx, security::Permission::ReportRead, None)?;
    Ok(Json(of(&staffed)?.waiting(&person.ctx).await?))
}

/// 全部重新发送
#[utoipa::path(post, path = "/exchange/letters/resend", tag = "exchange", responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn resend_all(
    State(staffed): State<Staffed>,
    person: Person,
) -> ApiResult<Json<serde_json::Value>> {
    security::authorise(&person.ctx, security::Permission::SettingsManage, None)?;
    let count = of(&staffed)?.letters_resend(&person.ctx).await?;
    Ok(Json(serde_json::json!({ "count": count })))
}

/// 重新发送
#[utoipa::path(post, path = "/exchange/letters/{id}/resend", tag = "exchange", params(("id" = String, Path)), responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn resend(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    security::authorise(&person.ctx, security::Permission::SettingsManage, None)?;
    of(&staffed)?.letter_resend(&person.ctx, numbered(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 不再发送
#[utoipa::path(post, path = "/exchange/letters/{id}/drop", tag = "exchange", params(("id" = String, Path)), request_body = LetterNote, responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn drop_letter(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(why): Body<LetterNote>,
) -> ApiResult<StatusCode> {
    security::authorise(&person.ctx, security::Permission::SettingsManage, None)?;
    of(&staffed)?.letter_drop(&person.ctx, numbered(&id)?, &why.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 对账
#[utoipa::path(get, path = "/exchange/reconciliation", tag = "exchange", params(Day), responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404), (status = 503)))]
pub async fn reconciliation(
    State(staffed): State<Staffed>,
    person: Person,
    Query(wanted): Query<Day>,
) -> ApiResult<Json<Reconciliation>> {
    security::authorise(&person.ctx, security::Permission::ReportRead, None)?;
    Ok(Json(of(&staffed)?.reconcile(&person.ctx, &wanted.day).await?))
}

/// 转来的附件
#[utoipa::path(get, path = "/exchange/files", tag = "exchange", params(Files), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn files(
    State(staffed): State<Staffed>,
    person: Person,
    Query(wanted): Query<Files>,
) -> ApiResult<Json<Vec<FileRow>>> {
    security::authorise(&person.ctx, security::Permission::TicketRead, None)?;
    Ok(Json(of(&staffed)?.files(&person.ctx, &wanted.number).await?))
}

/// 一份附件
#[utoipa::path(get, path = "/exchange/files/{peer}/{message}", tag = "exchange", params(("peer" = String, Path), ("message" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn file(
    State(staffed): State<Staffed>,
    person: Person,
    Path((peer, message)): Path<(String, String)>,
) -> ApiResult<impl IntoResponse> {
    security::authorise(&person.ctx, security::Permission::PersonalDataReveal, None)?;
    let (_, media_type, bytes) = of(&staffed)?.file(&person.ctx, &format!("{peer}/{message}")).await?;
    // Never shown in place of a page: what came from elsewhere is only saved.
    let headers =
        [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, "attachment".to_owned())];
    Ok((headers, bytes.into_exposed()))
}
