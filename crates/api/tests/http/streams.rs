//! Live streams.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures::StreamExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::House;

async fn until(stream: &mut BodyDataStream, wanted: &str) -> String {
    let mut seen = String::new();
    let all = async {
        while !seen.contains(wanted) {
            let Some(Ok(bytes)) = stream.next().await else { panic!("the stream ended after {seen}") };
            seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(10), all).await;
    assert!(waited.is_ok(), "{wanted} did not come in {seen}");
    seen
}

#[tokio::test]
async fn a_chat_is_followed_and_gone_on_with() {
    let house = House::new(api::routes).await;
    let token =
        house.post("/api/v1/chats", json!({})).await.json()["token"].as_str().expect("a token").to_owned();
    let open = async |after: &str, last: Option<&str>| {
        let mut request = Request::get(format!("/api/v1/chats/{token}/events?after={after}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = house.routes.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body().into_data_stream()
    };
    let mut stream = open("0", None).await;
    let first = until(&mut stream, "event: chat").await;
    assert!(first.contains("event: message") && first.contains("id: 1"), "{first}");

    let messages = format!("/api/v1/chats/{token}/messages");
    let said = house.post(&messages, json!({"client_id": "a", "key": "0"})).await.json();
    let news = until(&mut stream, "\"phase\":\"queued\"").await;
    assert!(news.contains("\"client_id\":\"a\""), "{news}");

    let last = said["last_seq"].to_string();
    let mut again = open("0", Some(&last)).await;
    let rest = until(&mut again, "event: chat").await;
    assert!(!rest.contains("id: 1\n"), "what was read is not sent again: {rest}");
}
