//! Logging in and out.

use axum::Json;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::{Ctx, Role};
use security::{Permission, Staff, permissions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Staffed;
use super::person::{COOKIE, Person, own_page, token};
use crate::body::Body;
use crate::error::ApiResult;

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The login name.
    pub login: String,
    /// The password.
    pub password: String,
}

/// The person logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    id: String,
    login: String,
    name: String,
    #[schema(value_type = String)]
    role: Role,
    role_words: &'static str,
    #[schema(value_type = Vec<String>)]
    permissions: &'static [Permission],
    #[schema(value_type = Object)]
    scope: kernel::Scope,
    skills: Vec<Skill>,
}

/// A skill with its level.
#[derive(Debug, Serialize, ToSchema)]
pub struct Skill {
    skill: String,
    level: i64,
}

/// What a role is called.
pub const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Agent => "座席",
        Role::Supervisor => "班长",
        Role::KnowledgeEditor => "知识编辑",
        Role::Dispatcher => "派单员",
        Role::UnitHandler => "承办人",
        Role::Manager => "负责人",
        Role::Trainer => "培训师",
        Role::LiaisonMember => "联络站成员",
        Role::Administrator => "管理员",
    }
}

impl From<Staff> for Me {
    fn from(staff: Staff) -> Self {
        Self {
            id: staff.id.to_string(),
            login: staff.login,
            name: staff.name,
            role: staff.role,
            role_words: role_words(staff.role),
            permissions: permissions(staff.role),
            scope: staff.scope,
            skills: staff.skills.into_iter().map(|(skill, level)| Skill { skill, level }).collect(),
        }
    }
}

/// 登录
#[utoipa::path(post, path = "/session", tag = "session", request_body = Login, responses((status = 200, body = Me), (status = 401), (status = 429)))]
pub async fn login(
    State(staffed): State<Staffed>,
    method: Method,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> ApiResult<Response> {
    own_page(&method, &headers)?;
    let ctx = Ctx::system("login", staffed.hotline.clock());
    let logged_in = staffed.hotline.accounts().login(&ctx, &login.login, &login.password).await?;
    let staff = logged_in.staff;
    if permissions(staff.role).contains(&Permission::ContactServe) {
        let actor =
            kernel::Actor::Staff { id: staff.id.clone(), role: staff.role, scope: staff.scope.clone() };
        let own = Ctx { actor, now: ctx.now, trace: String::new() };
        staffed.hotline.desk_profile(&own, &staff.skills).await?;
    }
    let lasts = logged_in.expires.secs_since(ctx.now).max(0);
    let cookie = cookie(&staffed, logged_in.token.expose(), lasts);
    let mut response = Json(Me::from(staff)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

fn cookie(staffed: &Staffed, token: &str, lasts: i64) -> HeaderValue {
    let secure = if staffed.config.server.public_url.starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={lasts}{secure}");
    HeaderValue::from_str(&text)
        .unwrap_or_else(|_| HeaderValue::from_static("ms_session=; Path=/; Max-Age=0"))
}

/// 当前登录的人
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Me), (status = 401)))]
pub async fn whoami(person: Person) -> Json<Me> {
    Json(Me::from(person.staff))
}

/// 退出登录
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204), (status = 401)))]
pub async fn logout(
    State(staffed): State<Staffed>,
    headers: HeaderMap,
    person: Person,
) -> ApiResult<Response> {
    if permissions(person.staff.role).contains(&Permission::ContactServe) {
        // Best effort: a desk that is left goes offline; contacts on it go back to the queue in place.
        drop(staffed.hotline.desk_set_state(&person.ctx, "offline", None).await);
    }
    staffed.hotline.accounts().logout(&person.ctx, token(&headers).unwrap_or_default()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&staffed, "", 0));
    Ok(response)
}
