//! What the platform above calls, each request signed.

use ::exchange::{ExchangeError, Receipt};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PEER, Shared};
use crate::body::Query;
use crate::error::ApiResult;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(&format!("{PEER}/messages"), post(message))
        .route(&format!("{PEER}/journal"), get(journal))
        .route(&format!("{PEER}/health"), get(health))
}

#[derive(Debug, Deserialize)]
struct Day {
    #[serde(default)]
    day: String,
}

fn check(
    shared: &Shared,
    method: &str,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), ExchangeError> {
    let path = uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str);
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    shared.exchange.check_signature(method, path, header, body)
}

async fn message(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<Json<Receipt>> {
    check(&shared, "POST", &uri, &headers, &body)?;
    Ok(Json(shared.exchange.receive(&body).await?))
}

async fn journal(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    Query(day): Query<Day>,
) -> ApiResult<Json<Value>> {
    check(&shared, "GET", &uri, &headers, b"")?;
    Ok(Json(shared.exchange.journal_for_peer(&day.day).await?))
}

async fn health(State(shared): State<Shared>, uri: Uri, headers: HeaderMap) -> ApiResult<Json<Value>> {
    check(&shared, "GET", &uri, &headers, b"")?;
    Ok(Json(json!({ "ok": true })))
}
