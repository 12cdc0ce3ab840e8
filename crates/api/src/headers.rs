//! Headers every answer carries: what a browser may load, frame, sniff and keep.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// Citizen pages and the interface: own files only, no inline script or style, no frames.
const STRICT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a chat page without scripts frames: news of the same chat. Its links open in the page around it.
const FRAMED: &str =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'self'; frame-ancestors 'self'";

/// The staff console: its components set styles of their own; scripts stay files of ours.
const CONSOLE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; media-src 'self' data:; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Whether citizens reach the site over https, so that browsers may be told to stay there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Behind https.
    Encrypted,
    /// Plain http: a local trial.
    Plain,
}

/// The layer: `from_fn_with_state(transport, security_headers)`.
pub async fn security_headers(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let framed = path.starts_with("/chat/") && path.ends_with("/live");
    let policy = match () {
        () if path.starts_with("/console") => CONSOLE,
        () if framed => FRAMED,
        () => STRICT,
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if framed {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    if transport == Transport::Encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Whatever does not say otherwise holds a person's words and is kept nowhere.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // A chat's address is its key: it never goes to another site.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
