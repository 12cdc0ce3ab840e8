//! The agent's telephone: the browser as telephone, and what is done with a call at any telephone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::StaffId;
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, Staffed};
use crate::body::{Body, Path};
use crate::citizen::chats::one_key;
use crate::error::ApiResult;

/// The browser's description of its connection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneOffer {
    /// SDP, with G.711 audio.
    offer: String,
}

/// The browser is the telephone.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneAnswer {
    /// The line's number: another one in the desk's `phone` means that another window has taken over.
    line: u64,
    /// Our description (SDP).
    answer: String,
}

/// On or off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    on: bool,
}

/// A key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneKey {
    key: String,
}

/// 用浏览器作话机
#[utoipa::path(put, path = "/desk/phone", tag = "desk", request_body = PhoneOffer, responses((status = 200, body = PhoneAnswer), (status = 401), (status = 403), (status = 503)))]
pub async fn open(
    State(staffed): State<Staffed>,
    person: Person,
    Body(offer): Body<PhoneOffer>,
) -> ApiResult<Json<PhoneAnswer>> {
    let up = staffed.hotline.desk_phone_open(&person.ctx, &offer.offer).await?;
    Ok(Json(PhoneAnswer { line: up.line, answer: up.answer }))
}

/// 不再用浏览器作话机
#[utoipa::path(delete, path = "/desk/phone", tag = "desk", responses((status = 204), (status = 401), (status = 403)))]
pub async fn close(State(staffed): State<Staffed>, person: Person) -> ApiResult<StatusCode> {
    staffed.hotline.desk_phone_close(&person.ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 听听自己的声音
#[utoipa::path(put, path = "/desk/phone/echo", tag = "desk", request_body = Switch, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn echo(
    State(staffed): State<Staffed>,
    person: Person,
    Body(to): Body<Switch>,
) -> ApiResult<StatusCode> {
    staffed.hotline.desk_phone_echo(&person.ctx, to.on)?;
    Ok(StatusCode::NO_CONTENT)
}

/// 保持通话，或恢复
#[utoipa::path(put, path = "/desk/phone/hold", tag = "desk", request_body = Switch, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn hold(
    State(staffed): State<Staffed>,
    person: Person,
    Body(to): Body<Switch>,
) -> ApiResult<StatusCode> {
    staffed.hotline.desk_hold(&person.ctx, to.on)?;
    Ok(StatusCode::NO_CONTENT)
}

/// 向对方发按键
#[utoipa::path(post, path = "/desk/phone/keys", tag = "desk", request_body = PhoneKey, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn key(
    State(staffed): State<Staffed>,
    person: Person,
    Body(key): Body<PhoneKey>,
) -> ApiResult<StatusCode> {
    // Who may not is told so before the key is looked at.
    authorise(&person.ctx, Permission::ContactServe, None)?;
    staffed.hotline.desk_key(&person.ctx, one_key(&key.key)?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A colleague.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Colleague {
    agent: String,
}

/// 请一位同事进来商量
#[utoipa::path(post, path = "/desk/consult", tag = "desk", request_body = Colleague, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn consult(
    State(staffed): State<Staffed>,
    person: Person,
    Body(with): Body<Colleague>,
) -> ApiResult<StatusCode> {
    staffed.hotline.desk_consult(&person.ctx, &StaffId::from(with.agent.as_str())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 三方通话
#[utoipa::path(post, path = "/desk/consult/together", tag = "desk", responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn consult_together(State(staffed): State<Staffed>, person: Person) -> ApiResult<StatusCode> {
    staffed.hotline.desk_consult_together(&person.ctx)?;
    Ok(StatusCode::NO_CONTENT)
}

/// 同事离开
#[utoipa::path(delete, path = "/desk/consult", tag = "desk", responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn consult_end(State(staffed): State<Staffed>, person: Person) -> ApiResult<StatusCode> {
    staffed.hotline.desk_consult_end(&person.ctx)?;
    Ok(StatusCode::NO_CONTENT)
}

/// 同事请我进来：接，或不接
#[utoipa::path(put, path = "/desk/consult/answer", tag = "desk", request_body = Switch, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn consult_answer(
    State(staffed): State<Staffed>,
    person: Person,
    Body(to): Body<Switch>,
) -> ApiResult<StatusCode> {
    staffed.hotline.desk_consult_answer(&person.ctx, to.on)?;
    Ok(StatusCode::NO_CONTENT)
}

/// How to take part in another agent's call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assist {
    /// `listen`, `whisper` (the agent alone hears it) or `join`; none: no longer.
    part: Option<String>,
}

/// 听、提示或加入座席的电话
#[utoipa::path(put, path = "/supervision/calls/{agent}", tag = "supervision", params(("agent" = String, Path)), request_body = Assist, responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn assist(
    State(staffed): State<Staffed>,
    person: Person,
    Path(agent): Path<StaffId>,
    Body(assist): Body<Assist>,
) -> ApiResult<StatusCode> {
    staffed.hotline.call_assist(&person.ctx, &agent, assist.part.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 接管座席的电话
#[utoipa::path(post, path = "/supervision/calls/{agent}/takeover", tag = "supervision", params(("agent" = String, Path)), responses((status = 204), (status = 401), (status = 403), (status = 409)))]
pub async fn take_over(
    State(staffed): State<Staffed>,
    person: Person,
    Path(agent): Path<StaffId>,
) -> ApiResult<StatusCode> {
    staffed.hotline.call_take_over(&person.ctx, &agent).await?;
    Ok(StatusCode::NO_CONTENT)
}
