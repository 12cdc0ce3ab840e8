//! The liaison station: roster, figures, a member's home, contacts joined, tickets followed.

use ::liaison::{Figures, Home, Hours, Member, Roster, Taken};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use casework::Ticket;
use contact::Station;
use contact::view::Message;
use kernel::{ContactId, ErrorCode, Micros};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Person, Staffed};
use crate::body::{Body, Path, Query};
use crate::error::{ApiError, ApiResult};

/// A period.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Period {
    /// 起
    #[serde(default)]
    from_us: i64,
    /// 止
    #[serde(default)]
    until_us: i64,
}

/// A pasted table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// 一行一班：日期、姓名、时间
    table: String,
    /// 只检查，不写入
    #[serde(default)]
    try_only: bool,
}

/// A member by id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiaisonMemberId)]
pub struct Whom {
    /// 成员编号，空为不再跟进
    member: String,
}

/// Whether the member comes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiaisonAnswer)]
pub struct Comes {
    comes: bool,
}

/// The member's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiaisonWords)]
pub struct Says {
    client_id: String,
    text: String,
}

/// A step of the following member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LiaisonStep)]
pub struct FollowStep {
    /// 催办；不填为补充说明
    #[serde(default)]
    urge: bool,
    words: String,
}

/// Who follows a ticket, and who could.
#[derive(Debug, Serialize)]
pub struct Follower {
    member: Option<Member>,
    members: Vec<Member>,
}

/// 排班表
#[utoipa::path(get, path = "/liaison/roster", tag = "liaison", params(Period), responses((status = 200), (status = 400), (status = 401), (status = 403)))]
pub async fn roster(
    State(staffed): State<Staffed>,
    person: Person,
    Query(period): Query<Period>,
) -> ApiResult<Json<Roster>> {
    let (from, until) = (Micros(period.from_us), Micros(period.until_us));
    Ok(Json(staffed.hotline.liaison().roster(&person.ctx, from, until).await?))
}

/// 开放时间
#[utoipa::path(put, path = "/liaison/hours", tag = "liaison", request_body = Object, responses((status = 204), (status = 400), (status = 401), (status = 403)))]
pub async fn hours(
    State(staffed): State<Staffed>,
    person: Person,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<StatusCode> {
    authorise(&person.ctx, Permission::RosterEdit, None)?;
    let hours: Hours = typed(raw)?;
    staffed.hotline.liaison().hours_put(&person.ctx, &hours).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 添加或修改成员
#[utoipa::path(put, path = "/liaison/members", tag = "liaison", request_body = Object, responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn member(
    State(staffed): State<Staffed>,
    person: Person,
    Body(raw): Body<serde_json::Value>,
) -> ApiResult<StatusCode> {
    authorise(&person.ctx, Permission::RosterEdit, None)?;
    let member: Member = typed(raw)?;
    staffed.hotline.liaison().member_put(&person.ctx, member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 粘贴排班
#[utoipa::path(post, path = "/liaison/shifts", tag = "liaison", request_body = Table, responses((status = 200), (status = 401), (status = 403)))]
pub async fn shifts(
    State(staffed): State<Staffed>,
    person: Person,
    Body(table): Body<Table>,
) -> ApiResult<Json<Taken>> {
    Ok(Json(staffed.hotline.liaison().shifts_take(&person.ctx, &table.table, table.try_only).await?))
}

/// 撤掉一班
#[utoipa::path(delete, path = "/liaison/shifts/{id}", tag = "liaison", params(("id" = String, Path)), responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn shift_drop(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    staffed.hotline.liaison().shift_drop(&person.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 按成员和领域统计
#[utoipa::path(get, path = "/liaison/figures", tag = "liaison", params(Period), responses((status = 200), (status = 400), (status = 401), (status = 403)))]
pub async fn figures(
    State(staffed): State<Staffed>,
    person: Person,
    Query(period): Query<Period>,
) -> ApiResult<Json<Figures>> {
    let (from, until) = (Micros(period.from_us), Micros(period.until_us));
    Ok(Json(staffed.hotline.liaison().figures(&person.ctx, from, until).await?))
}

/// 联络站成员的首页
#[utoipa::path(get, path = "/liaison/home", tag = "liaison", responses((status = 200), (status = 401), (status = 403), (status = 409)))]
pub async fn home(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<Home>> {
    Ok(Json(staffed.hotline.liaison().home(&person.ctx).await?))
}

/// 席位旁的联络站
#[utoipa::path(get, path = "/desk/contacts/{id}/liaison", tag = "liaison", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn station(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<Station>> {
    Ok(Json(staffed.hotline.station(&person.ctx, &id).await?))
}

/// 邀请联络站成员
#[utoipa::path(post, path = "/desk/contacts/{id}/liaison", tag = "liaison", params(("id" = String, Path)), request_body = Whom, responses((status = 200), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn ask(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(whom): Body<Whom>,
) -> ApiResult<Json<Station>> {
    Ok(Json(staffed.hotline.station_ask(&person.ctx, &id, &whom.member).await?))
}

/// 加入或婉拒
#[utoipa::path(post, path = "/liaison/contacts/{id}/answer", tag = "liaison", params(("id" = String, Path)), request_body = Comes, responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn answer(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(answer): Body<Comes>,
) -> ApiResult<StatusCode> {
    staffed.hotline.station_answer(&person.ctx, &id, answer.comes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 离开对话
#[utoipa::path(post, path = "/liaison/contacts/{id}/leave", tag = "liaison", params(("id" = String, Path)), responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn leave(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<StatusCode> {
    staffed.hotline.station_leave(&person.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 参加的对话
#[utoipa::path(get, path = "/liaison/contacts/{id}", tag = "liaison", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn contact(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
) -> ApiResult<Json<Vec<Message>>> {
    Ok(Json(staffed.hotline.station_contact(&person.ctx, &id).await?))
}

/// 在对话里说话
#[utoipa::path(post, path = "/liaison/contacts/{id}/reply", tag = "liaison", params(("id" = String, Path)), request_body = Says, responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub async fn say(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<ContactId>,
    Body(says): Body<Says>,
) -> ApiResult<StatusCode> {
    staffed.hotline.station_say(&person.ctx, &id, &says.client_id, &says.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 工单由谁跟进
#[utoipa::path(get, path = "/tickets/{number}/liaison", tag = "liaison", params(("number" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn follower(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
) -> ApiResult<Json<Follower>> {
    let (member, members) = staffed.hotline.liaison().follower(&person.ctx, &number).await?;
    Ok(Json(Follower { member, members }))
}

/// 请联络站成员跟进工单
#[utoipa::path(put, path = "/tickets/{number}/liaison", tag = "liaison", params(("number" = String, Path)), request_body = Whom, responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn follow(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(whom): Body<Whom>,
) -> ApiResult<StatusCode> {
    staffed.hotline.liaison().follow_put(&person.ctx, &number, &whom.member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 跟进的工单
#[utoipa::path(get, path = "/liaison/tickets/{number}", tag = "liaison", params(("number" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn ticket(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
) -> ApiResult<Json<Ticket>> {
    Ok(Json(staffed.hotline.liaison().ticket(&person.ctx, &number).await?))
}

/// 催办或补充说明
#[utoipa::path(post, path = "/liaison/tickets/{number}/steps", tag = "liaison", params(("number" = String, Path)), request_body = FollowStep, responses((status = 200), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub async fn ticket_step(
    State(staffed): State<Staffed>,
    person: Person,
    Path(number): Path<String>,
    Body(step): Body<FollowStep>,
) -> ApiResult<Json<Ticket>> {
    let kind = if step.urge { casework::Step::Urge } else { casework::Step::Note };
    Ok(Json(staffed.hotline.liaison().ticket_step(&person.ctx, &number, kind, &step.words).await?))
}

fn typed<T: serde::de::DeserializeOwned>(raw: serde_json::Value) -> ApiResult<T> {
    serde_json::from_value(raw)
        .map_err(|_| ApiError::new(ErrorCode::Invalid, "填写的内容不完整，请补全后再提交。"))
}
