//! Who gets what: the catalogue tried out while it is edited, and what closed tickets teach.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use casework::dispatch::Asked;
use casework::{Catalogue, Lessons, Recommendations};
use security::{Permission, authorise};
use serde::Deserialize;
use utoipa::ToSchema;

use super::admin::typed;
use super::{Person, Staffed};
use crate::body::Body;
use crate::error::ApiResult;

/// A matter, and the catalogue it is tried with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    text: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    place: String,
    /// As edited; the one in use where it is missing.
    catalogue: Option<Catalogue>,
}

/// Which version is to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseLesson {
    /// 版本，0 为只用派单目录
    version: i64,
}

/// 试派：一件事会派给谁
#[utoipa::path(post, path = "/dispatch/try", tag = "tickets", request_body = Object, responses((status = 200), (status = 400), (status = 401), (status = 403)))]
pub async fn try_out(
    State(staffed): State<Staffed>,
    person: Person,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<Json<Recommendations>> {
    authorise(&person.ctx, Permission::SettingsManage, None)?;
    let trial: Trial = typed(raw)?;
    let asked = Asked { text: &trial.text, domain: &trial.domain, place: &trial.place, category: "" };
    let casework = staffed.hotline.casework();
    Ok(Json(casework.dispatch_try(&person.ctx, &asked, trial.catalogue.as_ref()).await?))
}

/// 从办结工单学派单：情况
#[utoipa::path(get, path = "/dispatch/lessons", tag = "tickets", responses((status = 200), (status = 401), (status = 403)))]
pub async fn lessons(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Lessons>> {
    Ok(Json(staffed.hotline.lessons_view(&person.ctx).await?))
}

/// 从办结工单学派单：开始
#[utoipa::path(post, path = "/dispatch/lessons", tag = "tickets", responses((status = 202), (status = 401), (status = 403), (status = 409)))]
pub async fn lesson_begin(State(staffed): State<Staffed>, person: Person) -> ApiResult<StatusCode> {
    staffed.hotline.lesson_begin(&person.ctx).await?;
    Ok(StatusCode::ACCEPTED)
}

/// 从办结工单学派单：换用一个版本
#[utoipa::path(put, path = "/dispatch/lessons/present", tag = "tickets", request_body = UseLesson, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn lesson_use(
    State(staffed): State<Staffed>,
    person: Person,
    Body(wanted): Body<UseLesson>,
) -> ApiResult<StatusCode> {
    staffed.hotline.casework().lesson_use(&person.ctx, wanted.version).await?;
    Ok(StatusCode::NO_CONTENT)
}
