//! Style sheet, scripts and icon, embedded.

use std::sync::LazyLock;

use api::App;
use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/assets/{*file}", get(asset))
        .route("/favicon.ico", get(async || Redirect::permanent("/assets/icon.svg")))
}

/// Changes with any of the files: addresses that carry it may be kept for ever.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut mixed = 0xcbf2_9ce4_8422_2325_u64;
        let mut names: Vec<_> = Assets::iter().collect();
        names.sort();
        for file in names.iter().filter_map(|name| Assets::get(name)) {
            for byte in file.metadata.sha256_hash() {
                mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{mixed:016x}")
    });
    &VERSION
}

async fn asset(Path(name): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let current = query.is_some_and(|query| query == format!("v={}", version()));
    match Assets::get(&name) {
        Some(file) => serve(&name, file, &headers, if current { Keep::ForEver } else { Keep::Ask }),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// How long a browser may keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Its address changes with its content.
    ForEver,
    /// It asks each time whether the file has changed.
    Ask,
}

/// Answers with an embedded file, or with "not changed".
pub fn serve(name: &str, file: EmbeddedFile, headers: &HeaderMap, keep: Keep) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag =
        format!("\"{:016x}\"", hash.iter().take(8).fold(0_u64, |tag, byte| tag << 8 | u64::from(*byte)));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let cache = match keep {
        Keep::ForEver => "public, max-age=31536000, immutable",
        Keep::Ask => "no-cache",
    };
    let fixed = [(header::CONTENT_TYPE, kind(name)), (header::CACHE_CONTROL, cache)];
    let mut response = if known {
        (StatusCode::NOT_MODIFIED, fixed).into_response()
    } else {
        (fixed, file.data.into_owned()).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        _ => "application/octet-stream",
    }
}
