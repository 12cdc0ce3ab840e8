//! A citizen's call from the browser. The call's name is the proof; with the token it gives once it is up, the page reads the
//! conversation along (`/chats/{token}`).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contact::CallState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::chats::one_key;
use crate::app::App;
use crate::body::{Body, Path};
use crate::error::{ApiResult, ErrorBody};
use crate::trace::Peer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(state))
        .routes(routes!(media))
        .routes(routes!(key))
        .routes(routes!(end))
}

/// Calls.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallStart {
    /// The number the citizen wants; the main line when absent.
    #[serde(default)]
    pub line: String,
    /// The browser's description of its connection (SDP), with G.711 audio.
    pub offer: String,
}

/// A browser's new connection.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOffer {
    /// The browser's description (SDP).
    pub offer: String,
}

/// A key.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallKey {
    /// `0` to `9`, `*` or `#`; `0` asks for a person.
    pub key: String,
}

/// A call that is being set up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallStarted {
    /// Its name: whoever has it may press keys and hang up.
    pub call: String,
    /// Our description (SDP).
    pub answer: String,
}

/// Our description.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallAnswer {
    /// SDP.
    pub answer: String,
}

/// How a call stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallStanding {
    /// `connecting`, `up` or `over`.
    pub state: &'static str,
    /// Once it is up: the token with which the page reads along.
    pub token: Option<String>,
}

/// Calls from the browser
#[utoipa::path(post, path = "/calls", tag = "call", request_body = CallStart,
    responses((status = 201, body = CallStarted), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
pub async fn start(
    State(app): State<App>,
    Peer(peer): Peer,
    Body(start): Body<CallStart>,
) -> ApiResult<(StatusCode, Json<CallStarted>)> {
    app.rates().chat(peer)?;
    let rung = app.hotline().phones()?.call_in(&start.line, &start.offer).await?;
    Ok((StatusCode::CREATED, Json(CallStarted { call: rung.call, answer: rung.answer })))
}

/// How a call stands
#[utoipa::path(get, path = "/calls/{call}", tag = "call", params(("call" = String, Path)),
    responses((status = 200, body = CallStanding), (status = 503, body = ErrorBody)))]
pub async fn state(State(app): State<App>, Path(call): Path<String>) -> ApiResult<Json<CallStanding>> {
    let (state, token) = match app.hotline().phones()?.call_state(&call) {
        CallState::Connecting => ("connecting", None),
        CallState::Up(token) => ("up", Some(token)),
        CallState::Over => ("over", None),
    };
    Ok(Json(CallStanding { state, token }))
}

/// Comes back with a new connection, after a reload or on another network
#[utoipa::path(post, path = "/calls/{call}/media", tag = "call", params(("call" = String, Path)), request_body = CallOffer,
    responses((status = 200, body = CallAnswer), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn media(
    State(app): State<App>,
    Path(call): Path<String>,
    Body(offer): Body<CallOffer>,
) -> ApiResult<Json<CallAnswer>> {
    let answer = app.hotline().phones()?.call_media(&call, &offer.offer).await?;
    Ok(Json(CallAnswer { answer }))
}

/// Presses a key
#[utoipa::path(post, path = "/calls/{call}/keys", tag = "call", params(("call" = String, Path)), request_body = CallKey,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn key(
    State(app): State<App>,
    Path(call): Path<String>,
    Body(key): Body<CallKey>,
) -> ApiResult<StatusCode> {
    app.hotline().phones()?.call_key(&call, one_key(&key.key)?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hangs up
#[utoipa::path(post, path = "/calls/{call}/end", tag = "call", params(("call" = String, Path)),
    responses((status = 204), (status = 503, body = ErrorBody)))]
pub async fn end(State(app): State<App>, Path(call): Path<String>) -> ApiResult<StatusCode> {
    app.hotline().phones()?.call_end(&call);
    Ok(StatusCode::NO_CONTENT)
}
