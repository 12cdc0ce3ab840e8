//! Keeping entries true: reminders, reports, notes, what rests on what, tests, questions without a good answer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::ErrorCode;
use knowledge::EntryRecord;
use knowledge::service::{
    Care, DependentNode, Dependents, Draft, Feedback, Gap, GapFigures, Note, SourceRow, UpkeepList,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::drafts::{Remark, number};
use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// The list of what asks for attention.
#[derive(Debug, Serialize)]
pub struct Attention {
    #[serde(flatten)]
    list: UpkeepList,
    /// Nodes of scenarios whose answer says nothing any more.
    silent_nodes: Vec<DependentNode>,
}

/// Everything beside an entry's content.
#[derive(Debug, Serialize)]
pub struct Beside {
    care: Care,
    notes: Vec<Note>,
    feedback: Vec<Feedback>,
    dependents: Dependents,
}

/// An entry was looked at again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// 说明
    #[serde(default)]
    words: String,
    /// 下次复核的日子，年-月-日
    recheck_on: Option<String>,
}

/// Whether the actor keeps an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keeps {
    /// 由我维护
    mine: bool,
}

/// A question that is to find an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// 问题
    question: String,
    /// 同时加为问法
    #[serde(default)]
    as_wording: bool,
}

/// Remark to look for.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Look {
    #[serde(default)]
    q: String,
}

/// A document that goes out of force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeal {
    /// 法规或文件全名
    source: String,
    /// 自哪一天起废止，年-月-日
    from: String,
    /// 原因
    #[serde(default)]
    reason: String,
    /// 只列出影响，不真的废止
    #[serde(default)]
    dry_run: bool,
}

/// Questions to be closed or drafted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// 问题的键
    keys: Vec<String>,
    /// 已由哪个条目回答；不填为不需要回答
    entry_id: Option<String>,
}

/// Questions that a draft is to answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Drafting {
    /// 问题的键
    keys: Vec<String>,
    /// 条目编号
    id: String,
    /// 业务领域
    #[serde(default)]
    domain: String,
}

/// Questions without a good answer.
#[derive(Debug, Serialize)]
pub struct Gaps {
    total: usize,
    rows: Vec<Gap>,
    figures: GapFigures,
}

/// 维护提醒
#[utoipa::path(get, path = "/library/upkeep", tag = "library", responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Attention>> {
    let library = staffed.hotline.library();
    let list = library.upkeep(&person.ctx).await?;
    let silent_nodes = library.silent_nodes(&person.ctx)?;
    Ok(Json(Attention { list, silent_nodes }))
}

/// 条目的维护情况：负责人、复核、留言、反馈、影响
#[utoipa::path(get, path = "/library/entries/{id}/beside", tag = "library", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn beside(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<Json<Beside>> {
    let library = staffed.hotline.library();
    Ok(Json(Beside {
        notes: library.notes(&person.ctx, &id).await?,
        care: library.care(&person.ctx, &id).await?,
        feedback: library.feedback_list(&person.ctx, &id, 50).await?,
        dependents: library.dependents(&person.ctx, &id).await?,
    }))
}

/// 复核无误
#[utoipa::path(post, path = "/library/entries/{id}/recheck", tag = "library", params(("id" = String, Path)), request_body = Looked, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn recheck(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(looked): Body<Looked>,
) -> ApiResult<Json<Care>> {
    super::library::may_edit(&person)?;
    let library = staffed.hotline.library();
    Ok(Json(library.recheck(&person.ctx, &id, looked.recheck_on.as_deref(), &looked.words).await?))
}

/// 由我维护
#[utoipa::path(post, path = "/library/entries/{id}/keeper", tag = "library", params(("id" = String, Path)), request_body = Keeps, responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn keeper(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(keeps): Body<Keeps>,
) -> ApiResult<Json<Care>> {
    super::library::may_edit(&person)?;
    Ok(Json(staffed.hotline.library().keep_entry(&person.ctx, &id, keeps.mine).await?))
}

/// 第二人复核紧急发布的条目
#[utoipa::path(post, path = "/library/entries/{id}/confirm", tag = "library", params(("id" = String, Path)), request_body = Remark, responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn confirm(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<StatusCode> {
    super::library::may_edit(&person)?;
    staffed.hotline.library().entry_confirm(&person.ctx, &id, &said.words).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 留言
#[utoipa::path(post, path = "/library/entries/{id}/notes", tag = "library", params(("id" = String, Path)), request_body = Remark, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn comment(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<Json<Vec<Note>>> {
    let library = staffed.hotline.library();
    library.comment(&person.ctx, &id, &said.words).await?;
    Ok(Json(library.notes(&person.ctx, &id).await?))
}

/// 报错：这一条不对
#[utoipa::path(post, path = "/library/entries/{id}/report", tag = "library", params(("id" = String, Path)), request_body = Remark, responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn report(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<StatusCode> {
    staffed.hotline.library().report(&person.ctx, &id, &said.words).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 没有处理的报错
#[utoipa::path(get, path = "/library/reports", tag = "library", responses((status = 200), (status = 401), (status = 403)))]
pub async fn reports(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Vec<Feedback>>> {
    Ok(Json(staffed.hotline.library().reports_open(&person.ctx).await?))
}

/// 处理报错
#[utoipa::path(post, path = "/library/reports/{seq}/handle", tag = "library", params(("seq" = i64, Path)), request_body = Remark, responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn handle(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(said): Body<Remark>,
) -> ApiResult<StatusCode> {
    super::library::may_edit(&person)?;
    staffed.hotline.library().report_handle(&person.ctx, number(&seq), &said.words).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 把一个真实提问变成测试问题
#[utoipa::path(post, path = "/library/entries/{id}/tests", tag = "library", params(("id" = String, Path)), request_body = Question, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn test_add(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(asked): Body<Question>,
) -> ApiResult<Json<EntryRecord>> {
    super::library::may_edit(&person)?;
    let library = staffed.hotline.library();
    Ok(Json(library.test_add(&person.ctx, &id, &asked.question, asked.as_wording).await?))
}

/// 依据的法规和文件
#[utoipa::path(get, path = "/library/sources", tag = "library", params(Look), responses((status = 200), (status = 401), (status = 403)))]
pub async fn sources(
    State(staffed): State<Staffed>,
    person: Person,
    Query(look): Query<Look>,
) -> ApiResult<Json<Vec<SourceRow>>> {
    Ok(Json(staffed.hotline.library().sources(&person.ctx, &look.q)?))
}

/// 废止一部法规或文件，或先列出影响
#[utoipa::path(post, path = "/library/sources/repeal", tag = "library", request_body = Repeal, responses((status = 200), (status = 400), (status = 401), (status = 403)))]
pub async fn repeal(
    State(staffed): State<Staffed>,
    person: Person,
    Body(repeal): Body<Repeal>,
) -> ApiResult<Json<Dependents>> {
    super::library::may_edit(&person)?;
    let Ok(from) = repeal.from.trim().parse::<Date>() else {
        return Err(ApiError::new(ErrorCode::Invalid, "废止日期请写成“年-月-日”，如 2026-01-01。"));
    };
    let library = staffed.hotline.library();
    Ok(Json(library.repeal(&person.ctx, repeal.source.trim(), from, &repeal.reason, repeal.dry_run).await?))
}

/// 答不上来的问题
#[utoipa::path(get, path = "/library/gaps", tag = "library", responses((status = 200), (status = 401), (status = 403)))]
pub async fn gaps(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Gaps>> {
    let library = staffed.hotline.library();
    let rows = library.gap_list(&person.ctx, 200).await?;
    let figures = library.gap_figures(&person.ctx).await?;
    Ok(Json(Gaps { total: rows.len(), rows, figures }))
}

/// 用答不上来的问题起草条目
#[utoipa::path(post, path = "/library/gaps/draft", tag = "library", request_body = Drafting, responses((status = 201), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn gap_draft(
    State(staffed): State<Staffed>,
    person: Person,
    Body(wanted): Body<Drafting>,
) -> ApiResult<(StatusCode, Json<Draft>)> {
    super::library::may_edit(&person)?;
    let library = staffed.hotline.library();
    let draft = library.gap_draft(&person.ctx, &wanted.keys, &wanted.id, &wanted.domain).await?;
    Ok((StatusCode::CREATED, Json(draft)))
}

/// 关闭答不上来的问题
#[utoipa::path(post, path = "/library/gaps/close", tag = "library", request_body = Closing, responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn gap_close(
    State(staffed): State<Staffed>,
    person: Person,
    Body(closing): Body<Closing>,
) -> ApiResult<StatusCode> {
    super::library::may_edit(&person)?;
    let library = staffed.hotline.library();
    library.gap_close(&person.ctx, &closing.keys, closing.entry_id.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
