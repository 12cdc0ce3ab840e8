//! The layers around every route, of the interface and of the pages alike.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use kernel::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::error::ApiError;
use crate::{headers, trace};

/// The largest body of a citizen's request.
pub const BODY_BYTES: usize = 64 * 1024;
/// The largest body where staff edit whole documents: entries, scenarios, settings.
pub const DOCUMENT_BYTES: usize = 1024 * 1024;
/// One file of a ticket, with what multipart adds.
const FILE_BYTES: usize = casework::FILE_MAX_BYTES + 64 * 1024;
/// The most files that a citizen's page sends at once.
pub const FILES_AT_ONCE: usize = 4;
/// What an editor made of one document.
const DESK_BYTES: usize = 3 * knowledge::intake::MAX_TEXT_BYTES;
/// The largest file of an import.
pub const IMPORT_BYTES: usize = 64 * 1024 * 1024;

/// Puts the layers around routes: names and times each request, limits its body, catches panics, adds security headers.
pub fn edge(routes: Router, app: &App) -> Router {
    routes
        .layer(from_fn(limited))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| defect()))
        .layer(CompressionLayer::new())
        .layer(map_response(no_empty_refusal))
        .layer(from_fn_with_state(app.transport(), headers::security_headers))
        .layer(from_fn_with_state(app.edge(), trace::traced))
}

/// Limits the body by what the address is for.
async fn limited(mut request: Request, next: Next) -> Response {
    let page = request.uri().path();
    let with_files = page == "/tickets/words" || page.starts_with("/chat/") && page.contains("/tickets/");
    let most = match request.uri().path().strip_prefix(crate::PREFIX) {
        Some("/library/import" | "/library/import/peek" | "/library/intake") => IMPORT_BYTES,
        // What was made of a long document, its clauses among them.
        Some(path) if path.starts_with("/library/intake/") => DESK_BYTES,
        Some(path) if path.ends_with("/attachments") || path.ends_with("/own-files") => FILE_BYTES,
        Some(path) if ["/library/", "/scenarios", "/settings/"].iter().any(|of| path.starts_with(of)) => {
            DOCUMENT_BYTES
        }
        None if with_files => FILES_AT_ONCE * FILE_BYTES,
        None if page.starts_with(crate::exchange::PEER) => crate::exchange::MESSAGE_BYTES,
        _ => BODY_BYTES,
    };
    DefaultBodyLimit::max(most).apply(&mut request);
    next.run(request).await
}

fn defect() -> Response {
    tracing::error!("a handler panicked");
    ApiError::standard(ErrorCode::Internal).into_response()
}

/// A refusal without a body comes from a layer of the server itself: it gets ours.
async fn no_empty_refusal(response: Response) -> Response {
    let empty = response.headers().get("content-type").is_none();
    match response.status().as_u16() {
        405 if empty => crate::error::wrong_method().into_response(),
        413 if empty => crate::body::too_large().into_response(),
        _ => response,
    }
}
