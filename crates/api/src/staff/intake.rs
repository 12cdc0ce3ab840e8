//! Documents and tables looked at before anything is written.

use axum::Json;
use axum::extract::{Multipart, State};
use kernel::ErrorCode;
use knowledge::intake;
use knowledge::service::Looked;
use serde::Serialize;

use super::{Person, Staffed};
use crate::error::{ApiError, ApiResult};

/// Rows of a table shown before it is imported.
const PEEKED: usize = 6;

/// The head of a table.
#[derive(Debug, Serialize)]
pub struct Peeked {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    total: usize,
}

/// The file of a form, with its name; pasted text counts as one.
pub(super) async fn file(form: &mut Multipart) -> ApiResult<(String, Vec<u8>)> {
    let broken = |_| ApiError::new(ErrorCode::Invalid, "文件没有传完整，请重新上传。");
    let mut found = None;
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
            _ => {}
        }
    }
    found.ok_or_else(|| ApiError::new(ErrorCode::Invalid, "请选择文件，或粘贴文字。"))
}

/// 文件拆成条款：只看不写
#[utoipa::path(post, path = "/library/intake", tag = "library", request_body(content = Object, content_type = "multipart/form-data"), responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 413)))]
pub async fn look(
    State(staffed): State<Staffed>,
    person: Person,
    mut form: Multipart,
) -> ApiResult<Json<Looked>> {
    super::library::may_edit(&person)?;
    let (name, bytes) = file(&mut form).await?;
    Ok(Json(staffed.hotline.library().intake(&person.ctx, &name, bytes).await?))
}

/// Excel 表格的列名和前几行
#[utoipa::path(post, path = "/library/import/peek", tag = "library", request_body(content = Object, content_type = "multipart/form-data"), responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 413)))]
pub async fn peek(person: Person, mut form: Multipart) -> ApiResult<Json<Peeked>> {
    super::library::may_edit(&person)?;
    let (_, bytes) = file(&mut form).await?;
    let mut rows = sheet(bytes).await?.rows;
    let total = rows.len().saturating_sub(1);
    rows.truncate(PEEKED);
    if rows.is_empty() {
        return Err(ApiError::new(ErrorCode::Invalid, "第一张表是空的，请把要导入的表放在最前面。"));
    }
    let columns = rows.remove(0);
    Ok(Json(Peeked { columns, rows, total }))
}

/// The first sheet of a workbook, read beside other work.
pub(super) async fn sheet(bytes: Vec<u8>) -> ApiResult<intake::Sheet> {
    let broken = || ApiError::new(ErrorCode::Invalid, "表格没能读完，请另存一份再上传。");
    let read = tokio::task::spawn_blocking(move || intake::sheet(&bytes)).await.map_err(|_| broken())?;
    read.map_err(|fault| knowledge::KnowledgeError::Faulty(vec![fault]).into())
}
