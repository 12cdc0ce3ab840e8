//! Tickets for staff.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use casework::{DueFilter, Paging, Ticket, TicketFilter, TicketRow};
use contact::view::TicketForm;
use kernel::{Actor, Ctx, ErrorCode, Scope, UnitId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Filter {
    q: Option<String>,
    state: Option<String>,
    kind: Option<String>,
    domain: Option<String>,
    unit: Option<String>,
    due: Option<String>,
    view: Option<String>,
    #[serde(default)]
    page: i64,
}

/// To which unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    unit: String,
    #[serde(default)]
    note: String,
}

/// The unit's reply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    words: String,
}

/// A note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    #[serde(default)]
    note: String,
}

/// A stable name as its type; an empty one does not limit.
fn named<T: DeserializeOwned>(name: Option<String>, what: &str) -> ApiResult<Option<T>> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    serde_json::from_value(serde_json::Value::String(name))
        .map(Some)
        .map_err(|_| ApiError::new(ErrorCode::Invalid, format!("{what}没有这种取值，请重新选择。")))
}

/// Whose work a view shows.
fn owner(view: Option<&str>, ctx: &Ctx) -> Option<String> {
    match view? {
        "inbox" => match &ctx.actor {
            Actor::Staff { scope: Scope::Unit(unit), .. } => Some(format!("unit:{unit}")),
            // A place's people see their place; whose turn it is shows in each row.
            _ => None,
        },
        "dispatch" => Some("dispatch".to_owned()),
        "arbitration" => Some("arbitration".to_owned()),
        "callbacks" => Some("callback".to_owned()),
        _ => None,
    }
}

/// 工单列表
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(Filter), responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(
    State(staffed): State<Staffed>,
    person: Person,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<casework::Page<TicketRow>>> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let wanted = TicketFilter {
        text: given(filter.q),
        state: named(filter.state, "状态")?,
        kind: named(filter.kind, "类型")?,
        domain: given(filter.domain),
        unit: given(filter.unit).map(UnitId),
        urgency: None,
        due: match filter.due.as_deref() {
            Some("overdue") => Some(DueFilter::Overdue),
            Some("today") => Some(DueFilter::Today),
            _ => None,
        },
        owner: owner(filter.view.as_deref(), &person.ctx),
        flag: match filter.view.as_deref() {
            Some(flag @ ("window" | "supervised" | "urged" | "confidential" | "extension")) => {
                Some(flag.to_owned())
            }
            _ => None,
        },
    };
    let paging = Paging { page: filter.page.max(1), per_page: 50 };
    Ok(Json(staffed.hotline.casework().ticket_list(&person.ctx, &wanted, paging).await?))
}

/// 登记工单
#[utoipa::path(post, path = "/tickets", tag = "tickets", request_body = Object, responses((status = 201), (status = 401), (status = 403)))]
pub async fn open(
    State(staffed): State<Staffed>,
    person: Person,
    Body(form): Body<TicketForm>,
) -> ApiResult<(StatusCode, Json<Ticket>)> {
    Ok((StatusCode::CREATED, Json(staffed.hotline.desk_ticket_open(&person.ctx, None, form).await?)))
}

/// 工单详情
#[utoipa::path(get, path = "/tickets/{number}/full", tag = "tickets", params(("number" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn full(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
) -> ApiResult<Json<Ticket>> {
    Ok(Json(staffed.hotline.casework().ticket_get(&person.ctx, &number).await?))
}

/// 派单
#[utoipa::path(post, path = "/tickets/{number}/dispatch", tag = "tickets", params(("number" = String, Path)), request_body = Dispatch, responses((status = 200), (status = 401), (status = 403), (status = 409)))]
pub async fn dispatch(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(to): Body<Dispatch>,
) -> ApiResult<Json<Ticket>> {
    Ok(Json(
        staffed.hotline.casework().ticket_dispatch(&person.ctx, &number, &UnitId(to.unit), &to.note).await?,
    ))
}

/// 答复
#[utoipa::path(post, path = "/tickets/{number}/reply", tag = "tickets", params(("number" = String, Path)), request_body = Reply, responses((status = 200), (status = 401), (status = 403), (status = 409)))]
pub async fn reply(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(reply): Body<Reply>,
) -> ApiResult<Json<Ticket>> {
    let form = serde_json::json!({ "step": "reply", "words": reply.words });
    let form: casework::StepForm = serde_json::from_value(form)
        .map_err(|_| ApiError::new(ErrorCode::Invalid, "请填写给群众的答复。"))?;
    Ok(Json(staffed.hotline.casework().ticket_step(&person.ctx, &number, form).await?))
}

/// 归档
#[utoipa::path(post, path = "/tickets/{number}/archive", tag = "tickets", params(("number" = String, Path)), request_body = Note, responses((status = 200), (status = 401), (status = 403), (status = 409)))]
pub async fn archive(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(note): Body<Note>,
) -> ApiResult<Json<Ticket>> {
    Ok(Json(staffed.hotline.casework().ticket_archive(&person.ctx, &number, &note.note).await?))
}
