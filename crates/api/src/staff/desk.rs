//! The agent's desk.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contact::Corrected;
use contact::view::{Desk, DeskContact, Message, Suggestions, TicketForm};
use kernel::ContactId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::ApiResult;

/// A state to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToState {
    /// `ready`, `break` or `offline`.
    state: String,
    /// For a break.
    reason: Option<String>,
}

/// A reply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskReply)]
pub struct Reply {
    /// The sender's own id.
    client_id: String,
    /// The words.
    text: String,
    /// The clauses they rest on.
    #[serde(default)]
    citations: Vec<ClauseRef>,
}

/// A clause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseRef {
    entry_id: String,
    clause_id: String,
}

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    to_queue: Option<String>,
    to_agent: Option<String>,
    note: Option<String>,
}

/// How it was wrapped up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrapUp {
    reason: String,
    note: Option<String>,
    #[serde(default)]
    corrected: Correction,
}

/// What the agent corrects.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    kind: Option<String>,
    domain: Option<String>,
}

/// Words to find suggestions for.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Words {
    q: Option<String>,
}

/// 我的席位
#[utoipa::path(get, path = "/desk", tag = "desk", responses((status = 200), (status = 401), (status = 403)))]
pub async fn view(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Desk>> {
    Ok(Json(staffed.hotline.desk_view(&person.ctx).await?))
}

/// 切换状态
#[utoipa::path(put, path = "/desk/state", tag = "desk", request_body = ToState, responses((status = 200), (status = 401), (status = 403)))]
pub async fn set_state(
    State(staffed): State<Staffed>,
    person: Person,
    Body(to): Body<ToState>,
) -> ApiResult<Json<Desk>> {
    Ok(Json(staffed.hotline.desk_set_state(&person.ctx, &to.state, to.reason.as_deref()).await?))
}

/// 接起
#[utoipa::path(post, path = "/desk/contacts/{id}/accept", tag = "desk", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 409)))]
pub async fn accept(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<DeskContact>> {
    Ok(Json(staffed.hotline.desk_accept(&person.ctx, &id).await?))
}

/// 不接，退回原位
#[utoipa::path(post, path = "/desk/contacts/{id}/decline", tag = "desk", params(("id" = String, Path)), responses((status = 204), (status = 401), (status = 403)))]
pub async fn decline(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<StatusCode> {
    staffed.hotline.desk_decline(&person.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 回复
#[utoipa::path(post, path = "/desk/contacts/{id}/messages", tag = "desk", params(("id" = String, Path)), request_body = Reply, responses((status = 200), (status = 401), (status = 403), (status = 409)))]
pub async fn reply(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(reply): Body<Reply>,
) -> ApiResult<Json<Message>> {
    let cited: Vec<(String, String)> =
        reply.citations.into_iter().map(|one| (one.entry_id, one.clause_id)).collect();
    Ok(Json(staffed.hotline.desk_reply(&person.ctx, &id, &reply.client_id, &reply.text, &cited).await?))
}

/// 转接
#[utoipa::path(post, path = "/desk/contacts/{id}/transfer", tag = "desk", params(("id" = String, Path)), request_body = Transfer, responses((status = 204), (status = 401), (status = 403)))]
pub async fn transfer(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(to): Body<Transfer>,
) -> ApiResult<StatusCode> {
    let Transfer { to_queue, to_agent, note } = to;
    staffed
        .hotline
        .desk_transfer(&person.ctx, &id, to_queue.as_deref(), to_agent.as_deref(), note.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 结束对话
#[utoipa::path(post, path = "/desk/contacts/{id}/hang-up", tag = "desk", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403)))]
pub async fn hang_up(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<DeskContact>> {
    Ok(Json(staffed.hotline.desk_hang_up(&person.ctx, &id).await?))
}

/// 小结
#[utoipa::path(post, path = "/desk/contacts/{id}/wrap-up", tag = "desk", params(("id" = String, Path)), request_body = WrapUp, responses((status = 204), (status = 401), (status = 403)))]
pub async fn wrap_up(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(wrap_up): Body<WrapUp>,
) -> ApiResult<StatusCode> {
    let corrected = Corrected { kind: wrap_up.corrected.kind, domain: wrap_up.corrected.domain };
    staffed
        .hotline
        .desk_wrap_up(&person.ctx, &id, &wrap_up.reason, wrap_up.note.as_deref(), &corrected)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 一位来电人
#[utoipa::path(get, path = "/desk/contacts/{id}", tag = "desk", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn contact(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<DeskContact>> {
    Ok(Json(staffed.hotline.desk_contact(&person.ctx, &id).await?))
}

/// 推荐答案与相似工单
#[utoipa::path(get, path = "/desk/contacts/{id}/suggestions", tag = "desk", params(("id" = String, Path), Words), responses((status = 200), (status = 401), (status = 403)))]
pub async fn suggestions(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Query(words): Query<Words>,
) -> ApiResult<Json<Suggestions>> {
    Ok(Json(staffed.hotline.desk_suggestions(&person.ctx, &id, words.q.as_deref()).await?))
}

/// 预填的工单
#[utoipa::path(get, path = "/desk/contacts/{id}/ticket-draft", tag = "desk", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403)))]
pub async fn ticket_draft(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<TicketForm>> {
    Ok(Json(staffed.hotline.desk_ticket_draft(&person.ctx, &id).await?))
}

/// 为来电人开工单
#[utoipa::path(post, path = "/desk/contacts/{id}/tickets", tag = "desk", params(("id" = String, Path)), request_body = Object, responses((status = 201), (status = 401), (status = 403)))]
pub async fn ticket_open(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(form): Body<TicketForm>,
) -> ApiResult<(StatusCode, Json<casework::Ticket>)> {
    Ok((StatusCode::CREATED, Json(staffed.hotline.desk_ticket_open(&person.ctx, Some(&id), form).await?)))
}
