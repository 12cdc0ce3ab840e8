//! What the reader of language learns here: labels, training, versions, drift.

use ::learning::{LabelFilter, Labels, Overview};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::{ContactId, ErrorCode};
use language::table::Task;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// Which labels.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Look {
    /// 任务名，空为全部
    #[serde(default)]
    task: String,
    /// new 待核对、kept 采用、left 不采用，空为全部
    #[serde(default)]
    state: String,
    /// 页，从 1 起
    #[serde(default)]
    page: i64,
}

/// A label on what a citizen said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnWords {
    /// 任务名
    task: String,
    /// 应有的标注
    label: String,
}

/// Whether a label is learned from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// 采用
    keep: bool,
    /// 核对后的标注
    label: String,
}

/// Which weights are to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// 版本，0 为出厂
    version: i64,
}

fn task(name: &str) -> ApiResult<Task> {
    name.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有这项可以学习的内容，请刷新后再试。"))
}

/// 理解的学习情况
#[utoipa::path(get, path = "/learning", tag = "learning", responses((status = 200), (status = 401), (status = 403)))]
pub async fn overview(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Overview>> {
    Ok(Json(staffed.hotline.learning_view(&person.ctx).await?))
}

/// 标注列表
#[utoipa::path(get, path = "/learning/labels", tag = "learning", params(Look), responses((status = 200), (status = 401), (status = 403)))]
pub async fn labels(
    State(staffed): State<Staffed>,
    person: Person,
    Query(look): Query<Look>,
) -> ApiResult<Json<Labels>> {
    let filter = LabelFilter { task: look.task, state: look.state, page: look.page };
    Ok(Json(staffed.hotline.labels_view(&person.ctx, &filter).await?))
}

/// 核对标注
#[utoipa::path(put, path = "/learning/labels/{id}", tag = "learning", params(("id" = String, Path)), request_body = Check,
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn check(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(check): Body<Check>,
) -> ApiResult<StatusCode> {
    staffed.hotline.learning().label_check(&person.ctx, &id, check.keep, &check.label).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 开始训练
#[utoipa::path(post, path = "/learning/{task}/train", tag = "learning", params(("task" = String, Path)),
    responses((status = 202), (status = 401), (status = 403), (status = 409)))]
pub async fn train(
    State(staffed): State<Staffed>,
    person: Person,
    Path(name): Path<String>,
) -> ApiResult<StatusCode> {
    staffed.hotline.learning_train(&person.ctx, task(&name)?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// 换用一个版本
#[utoipa::path(put, path = "/learning/{task}/present", tag = "learning", params(("task" = String, Path)), request_body = Use,
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn use_version(
    State(staffed): State<Staffed>,
    person: Person,
    Path(name): Path<String>,
    Body(wanted): Body<Use>,
) -> ApiResult<StatusCode> {
    staffed.hotline.learning().use_version(&person.ctx, task(&name)?, wanted.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 标注市民的一句话
#[utoipa::path(post, path = "/contacts/{id}/messages/{seq}/labels", tag = "learning",
    params(("id" = String, Path), ("seq" = i64, Path)), request_body = OnWords,
    responses((status = 204), (status = 401), (status = 403)))]
pub async fn label_words(
    State(staffed): State<Staffed>,
    person: Person,
    Path((id, seq)): Path<(ContactId, i64)>,
    Body(label): Body<OnWords>,
) -> ApiResult<StatusCode> {
    staffed.hotline.label_words(&person.ctx, &id, seq, task(&label.task)?, &label.label).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 可选的标注
#[utoipa::path(get, path = "/learning/choices", tag = "learning", responses((status = 200), (status = 401)))]
pub async fn choices(_person: Person) -> Json<serde_json::Value> {
    let tasks = ::learning::TASKS.map(|task| {
        serde_json::json!({
            "task": task.name(), "words": ::learning::task_words(task), "choices": ::learning::choices(task),
        })
    });
    Json(serde_json::json!({ "tasks": tasks }))
}
