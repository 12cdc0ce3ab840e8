//! Answers that a client may keep, if it asks each time whether they still hold.
//!
//! Nothing is kept without asking: an entry that is taken out of use is gone at the next request, whoever has a copy.

use axum::body::Body;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::ErrorCode;
use serde::Serialize;
use sm3::{Digest as _, Sm3};

use crate::error::ApiError;

/// Public JSON: it may be read from the pages of other sites, since it holds nothing of anybody and no cookie goes with it.
pub fn json(asked: &HeaderMap, body: &impl Serialize) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else {
        return ApiError::standard(ErrorCode::Internal).into_response();
    };
    let mut response = kept(asked, "application/json", bytes);
    response
        .headers_mut()
        .insert(HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    response
}

/// A public document with a tag made of its content, or "not changed".
pub fn kept(asked: &HeaderMap, kind: &'static str, bytes: Vec<u8>) -> Response {
    let tag = tag(&bytes);
    let mut response = if knows(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], Body::from(bytes)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Weak: what is sent may be compressed.
fn tag(bytes: &[u8]) -> String {
    let hash = Sm3::digest(bytes);
    format!("W/\"{}\"", hex::encode(hash.get(..16).unwrap_or_default()))
}

/// Whether the client has what the tag names (RFC 9110, 13.1.2: compared weakly).
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let named = asked.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|list| list.split(',')).any(|known| known.trim() == "*" || bare(known) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_has_it_is_told_so() {
        let mut asked = HeaderMap::new();
        let fresh = kept(&asked, "text/plain", b"a".to_vec());
        assert_eq!(fresh.status(), StatusCode::OK);
        let tag = fresh.headers()[header::ETAG].clone();
        let text = tag.to_str().expect("text");
        for known in [text.to_owned(), format!("\"x\", {}", text.trim_start_matches("W/"))] {
            asked.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&known).expect("a header"));
            assert_eq!(kept(&asked, "text/plain", b"a".to_vec()).status(), StatusCode::NOT_MODIFIED);
            assert_eq!(kept(&asked, "text/plain", b"b".to_vec()).status(), StatusCode::OK);
        }
    }
}
