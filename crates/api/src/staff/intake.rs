//! Documents on editors' desks, tables looked at before they are imported, and mappings of columns that were kept.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use kernel::ErrorCode;
use knowledge::import::Mapping;
use knowledge::intake::{self, Alike};
use knowledge::service::{Document, DocumentChange, DocumentRow, SavedMapping};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::drafts::number;
use super::{Person, Staffed};
use crate::body::{Body, Path};
use crate::error::{ApiError, ApiResult};

/// Rows of a table shown before it is imported.
const PEEKED: usize = 6;

/// Documents on the desk.
#[derive(Debug, Serialize)]
pub struct Documents {
    total: usize,
    rows: Vec<DocumentRow>,
}

/// Which entries are to become drafts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// 读到的版本
    version: i64,
    /// 第几个条目，从 0 起
    entries: Vec<usize>,
}

/// A mapping to be kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    name: String,
    mapping: Mapping,
}

/// Mappings that were kept.
#[derive(Debug, Serialize)]
pub struct Mappings {
    total: usize,
    rows: Vec<SavedMapping>,
}

/// Which mapping.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// 名称
    name: String,
}

/// The head of a table.
#[derive(Debug, Serialize)]
pub struct Peeked {
    /// The sheets of the workbook.
    sheets: Vec<String>,
    /// The one looked at.
    sheet: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    total: usize,
}

/// A file of a form with its name, or pasted text, and the sheet that is wanted.
async fn file(form: &mut Multipart) -> ApiResult<(String, Vec<u8>, Option<String>)> {
    let broken = |_| ApiError::new(ErrorCode::Invalid, "文件没有传完整，请重新上传。");
    let (mut found, mut sheet) = (None, None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                found = Some((name, field.bytes().await.map_err(broken)?.to_vec()));
            }
            "text" => {
                let text = field.text().await.map_err(broken)?;
                if !text.trim().is_empty() {
                    found = Some(("粘贴的文字.txt".to_owned(), text.into_bytes()));
                }
            }
            "sheet" => sheet = Some(field.text().await.map_err(broken)?),
            _ => {}
        }
    }
    let (name, bytes) = found.ok_or_else(|| ApiError::new(ErrorCode::Invalid, "请选择文件，或粘贴文字。"))?;
    Ok((name, bytes, sheet))
}

/// 入库中的文件
#[utoipa::path(get, path = "/library/intake", tag = "library", responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Documents>> {
    let rows = staffed.hotline.library().intake_list(&person.ctx).await?;
    Ok(Json(Documents { total: rows.len(), rows }))
}

/// 文件或粘贴的文字拆成条款
#[utoipa::path(post, path = "/library/intake", tag = "library", request_body(content = Object, content_type = "multipart/form-data"), responses((status = 201), (status = 400), (status = 401), (status = 403), (status = 413)))]
pub async fn add(
    State(staffed): State<Staffed>,
    person: Person,
    mut form: Multipart,
) -> ApiResult<(StatusCode, Json<Document>)> {
    super::library::may_edit(&person)?;
    let (name, bytes, _) = file(&mut form).await?;
    let document = staffed.hotline.library().intake_add(&person.ctx, &name, bytes).await?;
    Ok((StatusCode::CREATED, Json(document)))
}

/// 一份入库中的文件
#[utoipa::path(get, path = "/library/intake/{seq}", tag = "library", params(("seq" = i64, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
) -> ApiResult<Json<Document>> {
    Ok(Json(staffed.hotline.library().intake_get(&person.ctx, number(&seq)).await?))
}

/// 保存对条款和原文去向的改动
#[utoipa::path(put, path = "/library/intake/{seq}", tag = "library", params(("seq" = i64, Path)), request_body = Object, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn put(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(change): Body<serde_json::Value>,
) -> ApiResult<Json<Document>> {
    super::library::may_edit(&person)?;
    let change: DocumentChange = shaped(change)?;
    Ok(Json(staffed.hotline.library().intake_save(&person.ctx, number(&seq), change).await?))
}

/// 每条条款与现有知识的重复和不一致
#[utoipa::path(get, path = "/library/intake/{seq}/alike", tag = "library", params(("seq" = i64, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn alike(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
) -> ApiResult<Json<Vec<Vec<Vec<Alike>>>>> {
    Ok(Json(staffed.hotline.library().intake_alike(&person.ctx, number(&seq)).await?))
}

/// 选中的条目存成草稿
#[utoipa::path(post, path = "/library/intake/{seq}/drafts", tag = "library", params(("seq" = i64, Path)), request_body = Chosen, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn drafts(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
    Body(chosen): Body<Chosen>,
) -> ApiResult<Json<Document>> {
    let Chosen { version, entries } = chosen;
    let library = staffed.hotline.library();
    Ok(Json(library.intake_drafts(&person.ctx, number(&seq), version, &entries).await?))
}

/// 不再处理这份文件；已存的草稿不受影响
#[utoipa::path(post, path = "/library/intake/{seq}/drop", tag = "library", params(("seq" = i64, Path)), responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn give_up(
    State(staffed): State<Staffed>,
    person: Person,
    Path(seq): Path<String>,
) -> ApiResult<StatusCode> {
    staffed.hotline.library().intake_drop(&person.ctx, number(&seq)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Excel 表格的工作表、列名和前几行
#[utoipa::path(post, path = "/library/import/peek", tag = "library", request_body(content = Object, content_type = "multipart/form-data"), responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 413)))]
pub async fn peek(person: Person, mut form: Multipart) -> ApiResult<Json<Peeked>> {
    super::library::may_edit(&person)?;
    let (_, bytes, wanted) = file(&mut form).await?;
    let intake::Sheet { names, name, mut rows } = sheet(bytes, wanted).await?;
    let total = rows.len().saturating_sub(1);
    rows.truncate(PEEKED);
    let columns = rows.remove(0);
    Ok(Json(Peeked { sheets: names, sheet: name, columns, rows, total }))
}

/// 存过的列对应关系
#[utoipa::path(get, path = "/library/mappings", tag = "library", responses((status = 200), (status = 401), (status = 403)))]
pub async fn mappings(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Mappings>> {
    let rows = staffed.hotline.library().mapping_list(&person.ctx).await?;
    Ok(Json(Mappings { total: rows.len(), rows }))
}

/// 存下一套列对应关系
#[utoipa::path(put, path = "/library/mappings", tag = "library", request_body = Object, responses((status = 204), (status = 400), (status = 401), (status = 403)))]
pub async fn mapping_put(
    State(staffed): State<Staffed>,
    person: Person,
    Body(kept): Body<serde_json::Value>,
) -> ApiResult<StatusCode> {
    super::library::may_edit(&person)?;
    let kept: Kept = shaped(kept)?;
    staffed.hotline.library().mapping_put(&person.ctx, &kept.name, &kept.mapping).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 删去一套列对应关系
#[utoipa::path(post, path = "/library/mappings/drop", tag = "library", request_body = Named, responses((status = 204), (status = 401), (status = 403)))]
pub async fn mapping_drop(
    State(staffed): State<Staffed>,
    person: Person,
    Body(named): Body<Named>,
) -> ApiResult<StatusCode> {
    staffed.hotline.library().mapping_drop(&person.ctx, &named.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A body too free for a schema, read once it is known that the person may send it.
fn shaped<T: serde::de::DeserializeOwned>(body: serde_json::Value) -> ApiResult<T> {
    serde_json::from_value(body)
        .map_err(|_| ApiError::new(ErrorCode::Invalid, "提交的内容不完整，请刷新页面后再保存一次。"))
}

/// A sheet of a workbook, read beside other work.
pub(super) async fn sheet(bytes: Vec<u8>, name: Option<String>) -> ApiResult<intake::Sheet> {
    let broken = |_| ApiError::new(ErrorCode::Invalid, "表格没能读完，请另存一份再上传。");
    let read =
        tokio::task::spawn_blocking(move || intake::sheet(&bytes, name.as_deref())).await.map_err(broken)?;
    read.map_err(|fault| knowledge::KnowledgeError::Faulty(vec![fault]).into())
}
