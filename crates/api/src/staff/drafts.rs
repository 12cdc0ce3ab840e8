//! Drafts of entries, reviewed by a second person.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::Micros;
use knowledge::EntryRecord;
use knowledge::service::{BrokenTest, Draft, DraftOrigin, DraftRow, Note, TestRun};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::library::entry;
use super::{Person, Staffed};
use crate::body::{Body, Path};
use crate::error::ApiResult;

/// A draft's content with the version that was read.
#[derive(Debug, Deserialize)]
pub struct Written {
    #[serde(default)]
    version: i64,
    #[serde(flatten)]
    entry: serde_json::Map<String, serde_json::Value>,
}

/// What is said with a step.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// 说明
    #[serde(default)]
    pub(super) words: String,
}

/// How a draft passes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Passed {
    /// 说明
    #[serde(default)]
    words: String,
    /// 定时发布的时刻，微秒；不填立即发布
    publish_at_us: Option<i64>,
    /// 下次复核的日子，年-月-日
    recheck_on: Option<String>,
}

/// Drafts.
#[derive(Debug, Serialize)]
pub struct Drafts {
    total: usize,
    rows: Vec<DraftRow>,
}

/// A draft with what a reviewer needs.
#[derive(Debug, Serialize)]
pub struct Full {
    #[serde(flatten)]
    draft: Draft,
    /// The entry as it stands; none for a new one.
    base: Option<EntryRecord>,
    notes: Vec<Note>,
}

/// What publishing would do to the tests, and what is wrong with the content.
#[derive(Debug, Serialize)]
pub struct Checked {
    faults: Vec<knowledge::entry::Fault>,
    entries: usize,
    tests: usize,
    right: usize,
    broken: Vec<BrokenTest>,
    still_wrong: Vec<BrokenTest>,
}

async fn full(staffed: &Staffed, person: &Person, draft: Draft) -> ApiResult<Json<Full>> {
    let library = staffed.hotline.library();
    let base = library.draft_base(&person.ctx, &draft).await?;
    // A draft at rest whose entry never came into use has no notes to be seen.
    let notes = library.notes(&person.ctx, &draft.entry.id).await.unwrap_or_default();
    Ok(Json(Full { draft, base, notes }))
}

/// 草稿列表
#[utoipa::path(get, path = "/library/drafts", tag = "library", responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Drafts>> {
    let rows = staffed.hotline.library().draft_list(&person.ctx).await?;
    Ok(Json(Drafts { total: rows.len(), rows }))
}

/// 新建草稿
#[utoipa::path(post, path = "/library/drafts", tag = "library", request_body = Object, responses((status = 201), (status = 400), (status = 401), (status = 403)))]
pub async fn create(
    State(staffed): State<Staffed>,
    person: Person,
    Body(written): Body<Written>,
) -> ApiResult<(StatusCode, Json<Draft>)> {
    super::library::may_edit(&person)?;
    let content = entry(written.entry)?;
    let draft =
        staffed.hotline.library().draft_create(&person.ctx, &content, &DraftOrigin::default()).await?;
    Ok((StatusCode::CREATED, Json(draft)))
}

/// 一份草稿
#[utoipa::path(get, path = "/library/drafts/{seq}", tag = "library", params(("seq" = i64, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
) -> ApiResult<Json<Full>> {
    let draft = staffed.hotline.library().draft_get(&person.ctx, number(&seq)).await?;
    full(&staffed, &person, draft).await
}

/// 修改草稿
#[utoipa::path(put, path = "/library/drafts/{seq}", tag = "library", params(("seq" = i64, Path)), request_body = Object, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn put(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(written): Body<Written>,
) -> ApiResult<Json<Full>> {
    super::library::may_edit(&person)?;
    let content = entry(written.entry)?;
    let library = staffed.hotline.library();
    let draft = library.draft_save(&person.ctx, number(&seq), &content, written.version).await?;
    full(&staffed, &person, draft).await
}

/// 试跑受影响的测试问题
#[utoipa::path(get, path = "/library/drafts/{seq}/check", tag = "library", params(("seq" = i64, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn check(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
) -> ApiResult<Json<Checked>> {
    let library = staffed.hotline.library();
    let draft = library.draft_get(&person.ctx, number(&seq)).await?;
    let faults = draft.entry.faults(&library.vocabulary());
    let TestRun { tests, right, broken, still_wrong, entries } =
        library.tests_touched(&draft.entry, person.ctx.now).await?;
    Ok(Json(Checked { faults, entries, tests, right, broken, still_wrong }))
}

/// 提交审核
#[utoipa::path(post, path = "/library/drafts/{seq}/submit", tag = "library", params(("seq" = i64, Path)), request_body = Remark, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn submit(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<Json<Full>> {
    let draft = staffed.hotline.library().draft_submit(&person.ctx, number(&seq), &said.words).await?;
    full(&staffed, &person, draft).await
}

/// 退回草稿
#[utoipa::path(post, path = "/library/drafts/{seq}/return", tag = "library", params(("seq" = i64, Path)), request_body = Remark, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn send_back(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<Json<Full>> {
    let draft = staffed.hotline.library().draft_return(&person.ctx, number(&seq), &said.words).await?;
    full(&staffed, &person, draft).await
}

/// 审核通过：立即或定时发布
#[utoipa::path(post, path = "/library/drafts/{seq}/approve", tag = "library", params(("seq" = i64, Path)), request_body = Passed, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn approve(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(passed): Body<Passed>,
) -> ApiResult<Json<Full>> {
    let Passed { words, publish_at_us, recheck_on } = passed;
    let at = publish_at_us.map(Micros);
    let library = staffed.hotline.library();
    let draft = library.draft_approve(&person.ctx, number(&seq), at, recheck_on.as_deref(), &words).await?;
    full(&staffed, &person, draft).await
}

/// 放弃草稿
#[utoipa::path(post, path = "/library/drafts/{seq}/drop", tag = "library", params(("seq" = i64, Path)), request_body = Remark, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn give_up(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<StatusCode> {
    staffed.hotline.library().draft_drop(&person.ctx, number(&seq), &said.words).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A number in the address; what is none finds nothing.
pub(super) fn number(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}
