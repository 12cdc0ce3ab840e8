//! People, the audit, settings.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::{ErrorCode, Role, Scope, StaffId};
use security::{Masked, NewStaff, Permission, Staff, StaffChange, authorise};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::session::role_words;
use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// Settings that pages may read and change.
const DOCUMENTS: [&str; 9] = contact::site::DOCUMENTS;

/// An account in the list.
#[derive(Debug, Serialize)]
pub struct PersonRow {
    id: String,
    login: String,
    name: String,
    role: Role,
    role_words: &'static str,
    scope: Scope,
    skills: BTreeMap<String, i64>,
    disabled: bool,
    created_us: i64,
}

impl From<Staff> for PersonRow {
    fn from(staff: Staff) -> Self {
        Self {
            id: staff.id.to_string(),
            login: staff.login,
            name: staff.name,
            role: staff.role,
            role_words: role_words(staff.role),
            scope: staff.scope,
            skills: staff.skills,
            disabled: staff.disabled,
            created_us: staff.created_us,
        }
    }
}

/// A new account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    login: String,
    name: String,
    role: Role,
    scope: Scope,
    #[serde(default)]
    skills: BTreeMap<String, i64>,
    password: String,
}

/// A change of an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    name: String,
    role: Role,
    scope: Scope,
    #[serde(default)]
    skills: BTreeMap<String, i64>,
    #[serde(default)]
    disabled: bool,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Password {
    password: String,
}

/// What to list of the audit.
#[derive(Debug, Deserialize, IntoParams)]
pub struct AuditFilter {
    #[serde(default)]
    object: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    page: i64,
}

/// A changed document with the version that was read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    value: serde_json::Value,
    version: i64,
}

/// What a person who may do it has sent, as what it must be: who may not learns nothing about the form.
pub(super) fn typed<T: serde::de::DeserializeOwned>(raw: serde_json::Value) -> ApiResult<T> {
    serde_json::from_value(raw).map_err(|error| {
        ApiError::new(ErrorCode::Invalid, format!("填写的内容不完整：{error}。请补全后再保存。"))
    })
}

/// 账号列表
#[utoipa::path(get, path = "/people", tag = "admin", responses((status = 200), (status = 401), (status = 403)))]
pub async fn people(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<serde_json::Value>> {
    let rows: Vec<PersonRow> =
        staffed.hotline.accounts().staff_list(&person.ctx).await?.into_iter().map(PersonRow::from).collect();
    Ok(Json(serde_json::json!({"total": rows.len(), "rows": rows})))
}

/// 新建账号
#[utoipa::path(post, path = "/people", tag = "admin", request_body = Object, responses((status = 201), (status = 400), (status = 401), (status = 403)))]
pub async fn person_create(
    State(staffed): State<Staffed>,
    person: Person,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<(StatusCode, Json<PersonRow>)> {
    authorise(&person.ctx, Permission::StaffManage, None)?;
    let NewPerson { login, name, role, scope, skills, password } = typed(raw)?;
    let new = NewStaff { login, name, role, scope, skills, password: Masked::new(password) };
    let staff = staffed.hotline.accounts().staff_create(&person.ctx, &new).await?;
    staffed.hotline.reload().await?;
    Ok((StatusCode::CREATED, Json(staff.into())))
}

/// 修改账号
#[utoipa::path(put, path = "/people/{id}", tag = "admin", params(("id" = String, Path)), request_body = Object, responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn person_change(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<StaffId>,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<Json<PersonRow>> {
    authorise(&person.ctx, Permission::StaffManage, None)?;
    let PersonChange { name, role, scope, skills, disabled } = typed(raw)?;
    let change = StaffChange { name, role, scope, skills, disabled };
    let staff = staffed.hotline.accounts().staff_change(&person.ctx, &id, &change).await?;
    staffed.hotline.reload().await?;
    Ok(Json(staff.into()))
}

/// 重设口令
#[utoipa::path(post, path = "/people/{id}/password", tag = "admin", params(("id" = String, Path)), request_body = Password, responses((status = 204), (status = 400), (status = 401), (status = 403)))]
pub async fn password(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<StaffId>,
    Body(new): Body<Password>,
) -> ApiResult<StatusCode> {
    staffed.hotline.accounts().password_reset(&person.ctx, &id, &new.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 审计
#[utoipa::path(get, path = "/audit", tag = "admin", params(AuditFilter), responses((status = 200), (status = 401), (status = 403)))]
pub async fn audit(
    State(staffed): State<Staffed>,
    person: Person,
    Query(filter): Query<AuditFilter>,
) -> ApiResult<Json<serde_json::Value>> {
    authorise(&person.ctx, Permission::AuditRead, None)?;
    let verdict = security::audit::verify(staffed.hotline.store(), None).await?;
    let page = staffed.hotline.audit_list(&person.ctx, &filter.object, &filter.actor, filter.page).await?;
    Ok(Json(serde_json::json!({
        "rows": page.rows, "total": page.total, "sealed_to": verdict.verified, "intact": verdict.broken.is_none(),
    })))
}

fn known(name: &str) -> ApiResult<()> {
    if DOCUMENTS.contains(&name) {
        Ok(())
    } else {
        Err(ApiError::new(ErrorCode::NotFound, "没有这项设置，请从设置页面进入。"))
    }
}

/// 一项设置
#[utoipa::path(get, path = "/settings/{name}", tag = "admin", params(("name" = String, Path)), responses((status = 200), (status = 401), (status = 404)))]
pub async fn setting(
    State(staffed): State<Staffed>,
    _person: Person,
    Path(name): Path<String>,
) -> ApiResult<Json<serde_json::Value>> {
    known(&name)?;
    let setting = staffed.hotline.store().setting::<serde_json::Value>(&name).await?;
    let (value, version) =
        setting.map_or((serde_json::Value::Null, 0), |setting| (setting.value, setting.version));
    let history = staffed.hotline.store().setting_history(&name).await?;
    Ok(Json(serde_json::json!({"name": name, "value": value, "version": version, "history": history.len()})))
}

/// 一项设置以前的样子
#[utoipa::path(get, path = "/settings/{name}/history", tag = "admin", params(("name" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn setting_history(
    State(staffed): State<Staffed>,
    person: Person,
    Path(name): Path<String>,
) -> ApiResult<Json<serde_json::Value>> {
    authorise(&person.ctx, Permission::SettingsManage, None)?;
    known(&name)?;
    Ok(Json(serde_json::json!({ "rows": staffed.hotline.setting_history(&name).await? })))
}

/// 修改设置
#[utoipa::path(put, path = "/settings/{name}", tag = "admin", params(("name" = String, Path)), request_body = Object, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn setting_put(
    State(staffed): State<Staffed>,
    person: Person,
    Path(name): Path<String>,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<Json<serde_json::Value>> {
    authorise(&person.ctx, Permission::SettingsManage, None)?;
    known(&name)?;
    let document: Document = typed(raw)?;
    let version = staffed.hotline.setting_put(&person.ctx, &name, document.value, document.version).await?;
    Ok(Json(serde_json::json!({"name": name, "version": version})))
}
