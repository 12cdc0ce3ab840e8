//! One line per request: which operation, how it ended, how long it took. Addresses are logged as templates
//! (`/api/v1/chats/{token}`), so that no token, number or word of a person stands in a log.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use kernel::{Clock, ErrorCode, Rng};

use crate::error::ApiError;

/// What names requests and knows who stands between us and the citizen.
#[derive(Clone)]
pub struct Edge {
    clock: Arc<dyn Clock>,
    rng: Arc<Mutex<Rng>>,
    proxies: Arc<[IpAddr]>,
    longest: Duration,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge")
            .field("proxies", &self.proxies)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

impl Edge {
    /// An edge that believes `proxies` about the address of a citizen and ends requests after `longest`.
    pub fn new(clock: Arc<dyn Clock>, rng: Rng, proxies: Vec<IpAddr>, longest: Duration) -> Self {
        Self { clock, rng: Arc::new(Mutex::new(rng)), proxies: proxies.into(), longest }
    }

    fn name(&self) -> String {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        kernel::id::fresh(self.clock.now(), &mut rng)
    }
}

/// The name of this request, as logs, audit and the answer's `x-trace-id` have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace(pub String);

/// The address a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Trace {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self(String::new())))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into())))
    }
}

/// The outermost layer: `from_fn_with_state(edge, traced)`.
pub async fn traced(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let trace = Trace(edge.name());
    let direct = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = Peer(peer_of(direct, request.headers(), &edge.proxies));
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(no such address)".to_owned(), |path| path.as_str().to_owned());
    request.extensions_mut().insert(trace.clone());
    request.extensions_mut().insert(peer);

    let started = Instant::now();
    let mut response = tokio::time::timeout(edge.longest, next.run(request)).await.unwrap_or_else(|_| {
        ApiError::new(ErrorCode::Unavailable, "这次处理时间太长，已停止；请稍后再试。").into_response()
    });
    let ms = started.elapsed().as_millis() as u64;
    log(&method, &route, response.status().as_u16(), ms, &trace.0);
    if let Ok(value) = HeaderValue::from_str(&trace.0) {
        response.headers_mut().insert(HeaderName::from_static("x-trace-id"), value);
    }
    response
}

fn log(method: &Method, route: &str, status: u16, ms: u64, trace: &str) {
    if status >= 500 {
        tracing::warn!(%method, route, status, ms, trace, "request");
    } else {
        tracing::debug!(%method, route, status, ms, trace, "request");
    }
}

/// The last address of `X-Forwarded-For` that is not one of our proxies; only a proxy of ours is believed.
fn peer_of(direct: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let direct = direct.map_or(Ipv4Addr::UNSPECIFIED.into(), |ip| ip.to_canonical());
    if !proxies.contains(&direct) {
        return direct;
    }
    let told = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = told
        .flat_map(|list| list.split(','))
        .filter_map(|hop| hop.trim().parse::<IpAddr>().ok())
        .map(|ip| ip.to_canonical())
        .collect();
    hops.into_iter().rev().find(|hop| !proxies.contains(hop)).unwrap_or(direct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn forwarded(list: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static(list));
        headers
    }

    #[test]
    fn a_stranger_is_not_believed_about_where_they_come_from() {
        let headers = forwarded("1.2.3.4");
        assert_eq!(peer_of(Some(ip("9.9.9.9")), &headers, &[ip("10.0.0.1")]), ip("9.9.9.9"));
    }

    #[test]
    fn a_proxy_is_believed_about_the_hop_before_it_only() {
        let headers = forwarded("6.6.6.6, 1.2.3.4, 10.0.0.2");
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        assert_eq!(peer_of(Some(ip("10.0.0.1")), &headers, &proxies), ip("1.2.3.4"));
    }
}
