//! The staff console: one page, embedded. A program built without it says how to get it.

use api::App;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use crate::assets::{Keep, serve};

#[derive(RustEmbed)]
#[folder = "../../console/dist/"]
#[allow_missing = true]
struct Console;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/console", get(async || Redirect::permanent("/console/")))
        .route("/console/", get(async |headers: HeaderMap| page(&headers)))
        .route("/console/{*file}", get(file))
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    // The build puts a hash of the content into the names of these files.
    let keep = if name.starts_with("assets/") { Keep::ForEver } else { Keep::Ask };
    match Console::get(&name) {
        Some(file) => serve(&name, file, &headers, keep),
        None if name.starts_with("assets/") => StatusCode::NOT_FOUND.into_response(),
        // An address within the page.
        None => page(&headers),
    }
}

fn page(headers: &HeaderMap) -> Response {
    match Console::get("index.html") {
        Some(file) => serve("index.html", file, headers, Keep::Ask),
        None => (StatusCode::NOT_FOUND, Html(include_str!("../templates/console.html"))).into_response(),
    }
}
