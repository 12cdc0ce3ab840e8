//! Live streams: server-sent events with a comment every 15 seconds, ended when the program stops.
//!
//! A stream is a convenience: whoever missed something asks again with `after=SEQ` (or the browser's `Last-Event-ID`).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{Stream, StreamExt as _};
use serde::Serialize;
use tokio::sync::watch;

/// How often a quiet stream says that it is alive; shorter than the time after which proxies give a connection up.
const ALIVE_SECS: u64 = 15;
/// How long a browser waits before it connects again.
const RETRY_MS: u64 = 1_500;

/// Tells open streams that the program stops.
#[derive(Debug, Clone)]
pub struct Closing(watch::Receiver<bool>);

impl Closing {
    /// A signal and its sender: `send(true)` ends every stream.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// A signal that never comes.
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    async fn closed(mut self) {
        if self.0.wait_for(|closing| *closing).await.is_err() {
            // The sender is gone without a word: the streams live as long as their connections.
            std::future::pending::<()>().await;
        }
    }
}

/// A named event with JSON data, and the sequence number to come back with.
pub fn event(name: &'static str, id: Option<i64>, data: &impl Serialize) -> Option<Event> {
    let event = Event::default().event(name).json_data(data).ok()?;
    Some(match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    })
}

/// The answer: a stream of events until the program stops or the reader leaves.
pub fn live<S>(events: S, closing: Closing) -> Response
where
    S: Stream<Item = Event> + Send + 'static,
{
    let hello = Event::default().comment("ok").retry(Duration::from_millis(RETRY_MS));
    let all = futures::stream::once(async { hello }).chain(events).map(Ok::<_, Infallible>);
    let all = all.take_until(closing.closed());
    let keep = KeepAlive::new().interval(Duration::from_secs(ALIVE_SECS)).text("alive");
    let mut response = Sse::new(all).keep_alive(keep).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Where a returning reader left off: the browser's `Last-Event-ID`, which is newer than any `after` in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastEventId(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let told = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
        Ok(Self(told.and_then(|text| text.trim().parse().ok())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn streams_end_when_the_program_stops() {
        let (sender, closing) = Closing::new();
        let response = live(futures::stream::pending(), closing);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        sender.send(true).expect("a listener");
        let body = axum::body::to_bytes(response.into_body(), 1000).await.expect("an end");
        assert!(body.len() < 100, "an end, not a wait: {body:?}");
    }

    #[tokio::test]
    async fn an_event_has_a_name_a_number_and_json() {
        let one = event("message", Some(7), &serde_json::json!({"text": "两\n行"})).expect("JSON");
        let response = live(futures::stream::iter([one]), Closing::never());
        let body = axum::body::to_bytes(response.into_body(), 1000).await.expect("an end");
        let text = String::from_utf8_lossy(&body).into_owned();
        assert!(text.contains("event: message\n") && text.contains("id: 7\n"), "{text}");
        assert!(text.contains(r#"data: {"text":"两\n行"}"#), "{text}");
    }
}
