//! The libraries for those who keep them.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use kernel::ErrorCode;
use knowledge::import::{Fixed, Format, Mapping, Options, Source};
use knowledge::service::{EntryFilter, EntryPage, EntryVersion};
use knowledge::{Entry, EntryRecord};
use security::{Permission, authorise};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Filter {
    q: Option<String>,
    domain: Option<String>,
    status: Option<String>,
    #[serde(default)]
    page: i64,
}

/// An entry with the revision that was read.
#[derive(Debug, Deserialize)]
pub struct Change {
    #[serde(default)]
    revision: i64,
    #[serde(flatten)]
    entry: serde_json::Map<String, serde_json::Value>,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    reason: String,
}

/// Which columns are what, and what is the same for all rows.
#[derive(Debug, Default, Deserialize)]
struct Chosen {
    #[serde(flatten)]
    columns: serde_json::Map<String, serde_json::Value>,
}

/// Refuses who may not write knowledge, before anything of the request is looked at.
pub(super) fn may_edit(person: &Person) -> ApiResult<()> {
    Ok(authorise(&person.ctx, Permission::KnowledgeEdit, None)?)
}

pub(super) fn entry(fields: serde_json::Map<String, serde_json::Value>) -> ApiResult<Entry> {
    serde_json::from_value(serde_json::Value::Object(fields)).map_err(|error| {
        ApiError::new(ErrorCode::Invalid, format!("条目内容不完整：{error}。请对照格式补全。"))
    })
}

/// 条目列表
#[utoipa::path(get, path = "/library/entries", tag = "library", params(Filter), responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(
    State(staffed): State<Staffed>,
    person: Person,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<EntryPage>> {
    let Filter { q, domain, status, page } = filter;
    let filter = EntryFilter { text: q, domain, status, page: page.max(1), per_page: 50 };
    Ok(Json(staffed.hotline.library().entry_list(&person.ctx, &filter).await?))
}

/// 新建条目
#[utoipa::path(post, path = "/library/entries", tag = "library", request_body = Object, responses((status = 201), (status = 400), (status = 401), (status = 403)))]
pub async fn create(
    State(staffed): State<Staffed>,
    person: Person,
    Body(fields): Body<serde_json::Map<String, serde_json::Value>>,
) -> ApiResult<(StatusCode, Json<EntryRecord>)> {
    authorise(&person.ctx, Permission::KnowledgeEdit, None)?;
    let record = staffed.hotline.library().entry_create(&person.ctx, entry(fields)?).await?;
    Ok((StatusCode::CREATED, Json(record)))
}

/// 一个条目
#[utoipa::path(get, path = "/library/entries/{id}", tag = "library", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<Json<EntryRecord>> {
    Ok(Json(staffed.hotline.library().entry_get(&person.ctx, &id).await?))
}

/// 修改条目
#[utoipa::path(put, path = "/library/entries/{id}", tag = "library", params(("id" = String, Path)), request_body = Object, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn put(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> ApiResult<Json<EntryRecord>> {
    authorise(&person.ctx, Permission::KnowledgeEdit, None)?;
    let entry = entry(change.entry)?;
    if entry.id != id {
        return Err(ApiError::new(ErrorCode::Invalid, "条目编号与网址不一致，请刷新后再改。"));
    }
    Ok(Json(staffed.hotline.library().entry_put(&person.ctx, entry, change.revision).await?))
}

/// 撤下条目
#[utoipa::path(post, path = "/library/entries/{id}/withdraw", tag = "library", params(("id" = String, Path)), request_body = Why, responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn withdraw(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(why): Body<Why>,
) -> ApiResult<Json<EntryRecord>> {
    Ok(Json(staffed.hotline.library().entry_withdraw(&person.ctx, &id, &why.reason).await?))
}

/// 条目的历史
#[utoipa::path(get, path = "/library/entries/{id}/history", tag = "library", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn history(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<Json<Vec<EntryVersion>>> {
    Ok(Json(staffed.hotline.library().entry_history(&person.ctx, &id).await?))
}

/// 导入问答表
#[utoipa::path(post, path = "/library/import", tag = "library", request_body(content = Object, content_type = "multipart/form-data"), responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 413)))]
pub async fn import(
    State(staffed): State<Staffed>,
    person: Person,
    mut form: Multipart,
) -> ApiResult<Json<serde_json::Value>> {
    authorise(&person.ctx, Permission::KnowledgeEdit, None)?;
    let broken = |_| ApiError::new(ErrorCode::Invalid, "文件没有传完整，请重新上传。");
    let (mut bytes, mut name, mut chosen, mut dry_run, mut domain, mut sheet) =
        (None, String::new(), Chosen::default(), false, None, None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => {
                name = field.file_name().unwrap_or_default().to_owned();
                bytes = Some(field.bytes().await.map_err(broken)?);
            }
            "mapping" => {
                let text = field.text().await.map_err(broken)?;
                chosen = serde_json::from_str(&text).map_err(|_| {
                    ApiError::new(ErrorCode::Invalid, "列的对应关系不是完整的 JSON，请重新选择。")
                })?;
            }
            "domain" => domain = Some(field.text().await.map_err(broken)?).filter(|text| !text.is_empty()),
            "sheet" => sheet = Some(field.text().await.map_err(broken)?),
            "dry_run" => dry_run = field.text().await.map_err(broken)? == "true",
            _ => {}
        }
    }
    let bytes = bytes.ok_or_else(|| ApiError::new(ErrorCode::Invalid, "请选择要导入的文件。"))?;
    let mapping = mapping(chosen, domain)?;
    let workbook = name.to_ascii_lowercase().ends_with(".xlsx");
    let format = if workbook { Some(Format::Csv) } else { Format::of_name(&name) };
    let format = format.ok_or_else(|| {
        ApiError::new(ErrorCode::Invalid, "只认识 xlsx、csv、jsonl、yaml 文件，请换一种格式。")
    })?;
    let bytes =
        if workbook { super::intake::sheet(bytes.to_vec(), sheet).await?.csv() } else { bytes.to_vec() };
    let source = Source::Bytes(bytes.into());
    let options = Options { dry_run, ..Options::new(name, format, mapping) };
    let report =
        knowledge::import::run(staffed.hotline.library(), &person.ctx, source, &options, |_| {}).await?;
    Ok(Json(serde_json::to_value(report).unwrap_or_default()))
}

fn mapping(chosen: Chosen, domain: Option<String>) -> ApiResult<Mapping> {
    let mut mapping: Mapping =
        serde_json::from_value(serde_json::Value::Object(chosen.columns)).map_err(|error| {
            ApiError::new(ErrorCode::Invalid, format!("列的对应关系不对：{error}。请重新选择。"))
        })?;
    mapping.fixed = Fixed { domain: domain.or(mapping.fixed.domain.take()), ..mapping.fixed };
    Ok(mapping)
}
