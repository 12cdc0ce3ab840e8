//! Other assistants: the public knowledge over the Model Context Protocol, so that what they say can be cited from us.
//!
//! Streamable HTTP at one address, without sessions: every request stands for itself, any node answers it, and nothing is
//! kept between two. Read only. What it gives is what the pages give: [`server`] asks the same functions.
//!
//! - A page of another site may not use a visitor's browser to ask (`Origin`, as the protocol demands): only our own pages
//!   may, and programs, which send none. `Host` is not checked: what stands here is public, and proxies rename hosts.
//! - Bodies are bounded, and one address asks no faster than it may search.

mod server;
mod told;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any_service;
use kernel::ErrorCode;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::app::App;
use crate::edge::BODY_BYTES;
use crate::error::{ApiError, ApiResult};
use crate::trace::Peer;

/// Where other assistants find us.
pub const PATH: &str = "/mcp";

/// The address for other assistants.
pub fn routes(app: &App) -> Router {
    let settings = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(BODY_BYTES)
        .disable_allowed_hosts()
        // Checked before, in words of ours.
        .disable_allowed_origins();
    let of = app.clone();
    let service = StreamableHttpService::new(
        move || Ok(server::Server::new(of.clone())),
        Arc::new(NeverSessionManager::default()),
        settings,
    );
    Router::new().route(PATH, any_service(service)).layer(from_fn_with_state(app.clone(), guarded))
}

/// Who may ask, how often; and every refusal in our form.
async fn guarded(State(app): State<App>, Peer(peer): Peer, request: Request, next: Next) -> Response {
    let allowed = own_origin(&app, &request).and_then(|()| app.rates().search(peer));
    if let Err(error) = allowed {
        return error.into_response();
    }
    let response = next.run(request).await;
    // The library refuses some things in plain text of its own; what is JSON is the protocol's answer.
    let json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    match response.status() {
        status if status.is_client_error() && !json => refusal(status).into_response(),
        _ => response,
    }
}

fn refusal(status: StatusCode) -> ApiError {
    let words = match status {
        StatusCode::METHOD_NOT_ALLOWED => return crate::error::wrong_method(),
        StatusCode::PAYLOAD_TOO_LARGE => return crate::body::too_large(),
        StatusCode::NOT_ACCEPTABLE => {
            "请在 Accept 里同时写上 application/json 和 text/event-stream，这是 MCP 协议的要求。"
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "内容没有读懂，请用 application/json 提交一条完整的 MCP 消息。",
        _ => "这条消息不合 MCP 协议，请按协议检查后再提交。",
    };
    ApiError::with_status(status, ErrorCode::Invalid, words)
}

fn own_origin(app: &App, request: &Request) -> ApiResult<()> {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(()) };
    if is_own(origin.to_str().unwrap_or_default(), app.config().server.public_url.trim()) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        "不接受从别的网站的网页里直接调用，请从服务器端或本机程序连接，程序不要带 Origin。",
    ))
}

/// Whether an origin is the site's own; where the site has no public address, whether it is this machine.
fn is_own(origin: &str, public_url: &str) -> bool {
    let parts = |text: &str| {
        let uri = text.parse::<Uri>().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        Some((scheme, uri.host()?.to_ascii_lowercase(), port))
    };
    match (parts(origin), parts(public_url)) {
        (Some(origin), Some(own)) => origin == own,
        (Some((_, host, _)), None) => matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"),
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn only_pages_of_ours_may_ask() {
        let ours = "https://12345.example.gov.cn/";
        assert!(is_own("https://12345.example.gov.cn", ours));
        assert!(is_own("HTTPS://12345.EXAMPLE.gov.cn:443", ours));
        for foreign in [
            "http://12345.example.gov.cn",
            "https://12345.example.gov.cn:8443",
            "https://12345.example.gov.cn.evil.example",
            "https://evil.example",
            "http://localhost",
            "null",
            "",
        ] {
            assert!(!is_own(foreign, ours), "{foreign}");
        }
        assert!(
            is_own("http://localhost:3000", "")
                && is_own("http://[::1]:1", "")
                && is_own("http://127.0.0.1", "")
        );
        assert!(!is_own("https://evil.example", "") && !is_own("http://localhost.evil.example", ""));
    }
}
