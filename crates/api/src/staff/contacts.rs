//! Contacts for readers, and the wallboard.

use axum::Json;
use axum::extract::State;
use contact::ContactFilter;
use contact::view::{ContactRow, DeskContact, Page, Supervision};
use kernel::ContactId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Path, Query};
use crate::error::ApiResult;

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Filter {
    #[serde(default)]
    q: String,
    #[serde(default)]
    phase: String,
    #[serde(default)]
    line: String,
    #[serde(default)]
    lane: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    page: i64,
}

/// A field to unmask.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Field {
    #[serde(default)]
    pub field: String,
}

/// An unmasked value.
#[derive(Debug, Serialize, ToSchema)]
pub struct Value {
    pub value: String,
}

/// 对话列表
#[utoipa::path(get, path = "/contacts", tag = "contacts", params(Filter), responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(
    State(staffed): State<Staffed>,
    person: Person,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<Page<ContactRow>>> {
    let Filter { q, phase, line, lane, outcome, page } = filter;
    let filter = ContactFilter { words: q, phase, line, lane, outcome, page };
    Ok(Json(staffed.hotline.contact_list(&person.ctx, &filter).await?))
}

/// 一次对话
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn detail(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<DeskContact>> {
    Ok(Json(staffed.hotline.contact_detail(&person.ctx, &id).await?))
}

/// 查看一项个人信息（留痕）
#[utoipa::path(get, path = "/contacts/{id}/personal", tag = "contacts", params(("id" = String, Path), Field), responses((status = 200, body = Value), (status = 401), (status = 403), (status = 404)))]
pub async fn personal(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Query(field): Query<Field>,
) -> ApiResult<Json<Value>> {
    Ok(Json(Value { value: staffed.hotline.personal_field(&person.ctx, &id, &field.field).await? }))
}

/// 大屏
#[utoipa::path(get, path = "/supervision", tag = "supervision", responses((status = 200), (status = 401), (status = 403)))]
pub async fn supervision(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Supervision>> {
    Ok(Json(staffed.hotline.supervision(&person.ctx).await?))
}
