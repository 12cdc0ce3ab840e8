//! The HTTP interface: JSON, server-sent events, OpenAPI. `docs/api.md` is its contract.
//!
//! Invariants:
//! - Every answer that is not a success is `{code, message}` with a Chinese sentence, whatever layer refused.
//! - No operation for staff runs without a session, a permission and, when it changes something, the header that other
//!   sites cannot send.
//! - Logs hold address templates, never addresses, bodies, tokens or numbers.
//! - The shapes on the wire ([`dto`]) live here and nowhere else.
//!
//! Deliberately absent: business rules, SQL, HTML.

pub mod app;
pub mod body;
pub mod cached;
pub mod citizen;
pub mod dto;
pub mod edge;
pub mod error;
pub mod exchange;
pub mod headers;
pub mod health;
pub mod mcp;
pub mod openapi;
pub mod rate;
pub mod site;
pub mod sse;
pub mod staff;
pub mod text;
pub mod trace;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use config::Config;
use contact::Hotline;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::trace::Peer;

pub use app::{App, Rooms};
pub use edge::edge;
pub use error::{ApiError, ApiResult, ErrorBody};

/// Where the interface stands.
pub const PREFIX: &str = "/api/v1";

/// The interface with its layers, streams living as long as their connections.
pub fn router(hotline: Hotline, config: Arc<Config>) -> Router {
    routes(&App::new(hotline, config))
}

/// [`router`], with what this site has besides.
pub fn router_with(hotline: Hotline, config: Arc<Config>, rooms: Rooms) -> Router {
    routes(&App::new(hotline, config).with(rooms))
}

/// The interface with its layers.
pub fn routes(app: &App) -> Router {
    let (operations, document) = operations(app).split_for_parts();
    let document = Arc::new(document);
    let description = get(async move || Json(Arc::clone(&document)));
    let routes = operations
        .route(&format!("{PREFIX}/openapi.json"), description)
        .route("/api", axum::routing::any(nowhere))
        .route("/api/{*rest}", axum::routing::any(nowhere))
        .method_not_allowed_fallback(async || error::wrong_method())
        .layer(from_fn_with_state(app.clone(), slow_logins))
        .merge(exchange::routes(app))
        .merge(mcp::routes(app));
    edge(routes, app)
}

/// The description of the interface.
pub fn document(app: &App) -> utoipa::openapi::OpenApi {
    operations(app).into_openapi()
}

fn operations(app: &App) -> OpenApiRouter {
    let citizen = OpenApiRouter::new()
        .merge(citizen::calls::routes())
        .merge(citizen::chats::routes())
        .merge(citizen::tickets::routes())
        .merge(citizen::knowledge::routes())
        .merge(health::routes())
        .with_state(app.clone());
    let mut staff = staff::router(app.staffed());
    openapi::needs_session(staff.get_openapi_mut());
    OpenApiRouter::with_openapi(openapi::Head::openapi()).nest(PREFIX, citizen.merge(staff))
}

/// One address tries passwords at a human pace, whatever accounts it tries.
async fn slow_logins(State(app): State<App>, Peer(peer): Peer, request: Request, next: Next) -> Response {
    let logs_in = request.method() == Method::POST && request.uri().path() == "/api/v1/session";
    if logs_in && let Err(error) = app.rates().login(peer) {
        return error.into_response();
    }
    next.run(request).await
}

async fn nowhere() -> ApiError {
    error::no_such_address()
}
