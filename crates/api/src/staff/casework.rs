//! The work on tickets: any step, recommendations, the check of replies, files, notices; and what supervisors look at.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use casework::{
    Attachment, Board, Indicators, Notices, Recommendations, Related, Repeats, StepForm, Ticket, WindowMonth,
};
use kernel::{ErrorCode, Micros};
use security::{Permission, authorise};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::contacts::{Field, Value};
use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::citizen::tickets::file_of;
use crate::error::{ApiError, ApiResult};

/// A reply to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    words: String,
}

/// A time.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Span {
    from_us: Option<i64>,
    to_us: Option<i64>,
}

/// A month.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Month {
    #[serde(default)]
    month: String,
}

/// 工单的一步：签收、派单、异议、延期、答复、回访……
#[utoipa::path(post, path = "/tickets/{number}/steps", tag = "tickets", params(("number" = String, Path)), request_body = Object, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn step(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<Json<Ticket>> {
    authorise(&person.ctx, Permission::TicketRead, None)?;
    let form: StepForm = serde_json::from_value(raw).map_err(|error| {
        ApiError::new(ErrorCode::Invalid, format!("填写的内容不完整：{error}。请补全后再提交。"))
    })?;
    Ok(Json(staffed.hotline.casework().ticket_step(&person.ctx, &number, form).await?))
}

/// 建议派给谁
#[utoipa::path(get, path = "/tickets/{number}/recommendations", tag = "tickets", params(("number" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn recommendations(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
) -> ApiResult<Json<Recommendations>> {
    Ok(Json(staffed.hotline.casework().recommendations(&person.ctx, &number).await?))
}

/// 相关工单：同一来电人的，相似的
#[utoipa::path(get, path = "/tickets/{number}/related", tag = "tickets", params(("number" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn related(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
) -> ApiResult<Json<Related>> {
    Ok(Json(staffed.hotline.casework().related(&person.ctx, &number).await?))
}

/// 答复检查
#[utoipa::path(post, path = "/tickets/{number}/reply-check", tag = "tickets", params(("number" = String, Path)), request_body = Draft, responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn reply_check(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(draft): Body<Draft>,
) -> ApiResult<Json<serde_json::Value>> {
    let findings = staffed.hotline.casework().reply_check(&person.ctx, &number, &draft.words).await?;
    let ok = findings.iter().all(|finding| !finding.must);
    Ok(Json(serde_json::json!({ "ok": ok, "findings": findings })))
}

/// 上传附件
#[utoipa::path(post, path = "/tickets/{number}/attachments", tag = "tickets", params(("number" = String, Path)), request_body(content = Object, content_type = "multipart/form-data"), responses((status = 201), (status = 400), (status = 401), (status = 403), (status = 404), (status = 413)))]
pub async fn attach(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    form: Multipart,
) -> ApiResult<(StatusCode, Json<Attachment>)> {
    authorise(&person.ctx, Permission::TicketReply, None)
        .or_else(|_| authorise(&person.ctx, Permission::TicketCreate, None))?;
    let (name, content) = file_of(form).await?;
    let kept = staffed.hotline.casework().ticket_attach(&person.ctx, &number, &name, &content).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// 下载附件
#[utoipa::path(get, path = "/tickets/{number}/attachments/{id}", tag = "tickets", params(("number" = String, Path), ("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn file(
    State(staffed): State<Staffed>,
    person: Person,
    Path((number, id)): Path<(String, String)>,
) -> ApiResult<impl IntoResponse> {
    let (kind, content) = staffed.hotline.casework().ticket_file(&person.ctx, &number, &id).await?;
    // Never shown within our own pages: what a citizen sent must not act as one of them.
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, content))
}

/// 查看工单上的一项个人信息（留痕）
#[utoipa::path(get, path = "/tickets/{number}/personal", tag = "tickets", params(("number" = String, Path), Field), responses((status = 200, body = Value), (status = 401), (status = 403), (status = 404)))]
pub async fn personal(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Query(field): Query<Field>,
) -> ApiResult<Json<Value>> {
    let value = staffed.hotline.casework().ticket_personal(&person.ctx, &number, &field.field).await?;
    Ok(Json(Value { value: value.into_exposed() }))
}

/// 提醒
#[utoipa::path(get, path = "/notices", tag = "casework", responses((status = 200), (status = 401)))]
pub async fn notices(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Notices>> {
    Ok(Json(staffed.hotline.casework().notices(&person.ctx).await?))
}

/// 提醒已读
#[utoipa::path(post, path = "/notices/{id}/read", tag = "casework", params(("id" = String, Path)), responses((status = 204), (status = 401)))]
pub async fn notice_read(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    staffed.hotline.casework().notice_read(&person.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 督办看板
#[utoipa::path(get, path = "/casework/board", tag = "casework", responses((status = 200), (status = 401), (status = 403)))]
pub async fn board(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Board>> {
    Ok(Json(staffed.hotline.casework().board(&person.ctx).await?))
}

/// 重复诉求
#[utoipa::path(get, path = "/casework/repeats", tag = "casework", responses((status = 200), (status = 401), (status = 403)))]
pub async fn repeats(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Repeats>> {
    Ok(Json(staffed.hotline.casework().repeats(&person.ctx).await?))
}

/// 办结未解决
#[utoipa::path(get, path = "/casework/unsolved", tag = "casework", responses((status = 200), (status = 401), (status = 403)))]
pub async fn unsolved(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<serde_json::Value>> {
    let rows = staffed.hotline.casework().unsolved(&person.ctx).await?;
    Ok(Json(serde_json::json!({ "rows": rows })))
}

/// 指标
#[utoipa::path(get, path = "/casework/indicators", tag = "casework", params(Span), responses((status = 200), (status = 401), (status = 403)))]
pub async fn indicators(
    State(staffed): State<Staffed>,
    person: Person,
    Query(span): Query<Span>,
) -> ApiResult<Json<Indicators>> {
    const MONTH_SECS: i64 = 30 * 86_400;
    let to = span.to_us.map_or(person.ctx.now.plus_secs(1), Micros);
    let from = span.from_us.map_or(to.plus_secs(-MONTH_SECS), Micros);
    Ok(Json(staffed.hotline.casework().indicators(&person.ctx, from, to).await?))
}

/// “办不成事”每月汇总
#[utoipa::path(get, path = "/casework/window", tag = "casework", params(Month), responses((status = 200), (status = 400), (status = 401), (status = 403)))]
pub async fn window(
    State(staffed): State<Staffed>,
    person: Person,
    Query(month): Query<Month>,
) -> ApiResult<Json<WindowMonth>> {
    let month = if month.month.is_empty() {
        person.ctx.now.beijing().strftime("%Y-%m").to_string()
    } else {
        month.month
    };
    Ok(Json(staffed.hotline.casework().window_month(&person.ctx, &month).await?))
}
