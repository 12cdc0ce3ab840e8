//! What is refused, with which status, and always in our own words.

use api::rate::Limits;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::support::{Answer, House};

fn refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let body = answer.json();
    let message = body["message"].as_str().expect("a sentence");
    assert!(message.contains('请') && message.ends_with('。'), "{message}");
    assert!(body["code"].is_string());
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn every_fault_has_its_status_and_a_chinese_sentence() {
    let house = House::new(api::routes).await;
    let token =
        house.post("/api/v1/chats", json!({})).await.json()["token"].as_str().expect("a token").to_owned();
    let messages = format!("/api/v1/chats/{token}/messages");
    let raw = async |kind: &str, body: Vec<u8>| {
        let request = Request::post(&messages).header("content-type", kind).body(Body::from(body));
        house.send(request.expect("a request")).await
    };

    refused(&house.get("/api/v1/nowhere").await, 404);
    refused(&house.get("/api").await, 404);
    refused(&house.get("/api/v1/chats/unknown").await, 404);
    refused(&house.get(&messages).await, 405);
    refused(&raw("text/plain", b"{}".to_vec()).await, 415);
    refused(&raw("application/json", b"{".to_vec()).await, 400);
    refused(&raw("application/json", b"\"\xff\xfe\"".to_vec()).await, 400);
    refused(&raw("application/json", b"{\"client_id\":1}".to_vec()).await, 422);
    refused(&raw("application/json", vec![b'['; 60_000]).await, 422);
    let line = json!({"client_id": "a", "text": "长".repeat(400_000)}).to_string();
    refused(&raw("application/json", line.into_bytes()).await, 413);
    let long = json!({"client_id": "a", "text": "长".repeat(20_000)}).to_string();
    refused(&raw("application/json", long.into_bytes()).await, 400);
    refused(&house.post(&messages, json!({"client_id": "a", "text": " \u{0}\u{7} "})).await, 400);
    refused(&house.post(&messages, json!({"client_id": "a"})).await, 400);
    refused(&house.post(&messages, json!({"client_id": "", "text": "你好"})).await, 400);
    refused(&house.post(&messages, json!({"client_id": "a", "key": "01"})).await, 400);
    refused(&house.get(&format!("/api/v1/chats/{token}?after=x")).await, 400);
    refused(&house.get("/api/v1/tickets/YZ2026010100001?proof=1234").await, 404);
    refused(&house.get("/api/v1/session").await, 401);
}

#[tokio::test]
async fn hostile_words_are_kept_as_words() {
    let house = House::new(api::routes).await;
    let token =
        house.post("/api/v1/chats", json!({})).await.json()["token"].as_str().expect("a token").to_owned();
    let messages = format!("/api/v1/chats/{token}/messages");
    for (number, words) in [
        "<script>alert(1)</script>",
        "'; DROP TABLE contacts; --",
        "\u{202e}gnp.exe",
        "👨‍👩‍👧‍👦🏳️‍🌈",
        "مرحبا بالعالم",
        "\u{1b}[2J\u{0}退格\u{8}",
        "{{7*7}} ${jndi:ldap://x} %00 ../../etc/passwd",
    ]
    .into_iter()
    .enumerate()
    {
        let said = house.post(&messages, json!({"client_id": number.to_string(), "text": words})).await;
        assert_eq!(said.status, 200, "{words}: {}", said.text);
        let own = said.json()["messages"][0]["text"].as_str().expect("own words").to_owned();
        assert_eq!(own, api::text::clean(words));
        assert!(!own.chars().any(char::is_control));
    }
}

#[tokio::test]
async fn machines_are_slowed_down_and_a_wish_for_a_person_is_not() {
    let limits =
        Limits { messages: Some(2), proofs: Some(3), chats: Some(3), logins: Some(2), ..Limits::OFF };
    let house = House::limited(limits, api::routes).await;
    let token =
        house.post("/api/v1/chats", json!({})).await.json()["token"].as_str().expect("a token").to_owned();
    let messages = format!("/api/v1/chats/{token}/messages");
    for number in 0..2 {
        let body = json!({"client_id": number.to_string(), "text": "你好"});
        assert_eq!(house.post(&messages, body).await.status, 200);
    }
    refused(&house.post(&messages, json!({"client_id": "x", "text": "你好"})).await, 429);
    assert_eq!(house.post(&messages, json!({"client_id": "y", "key": "0"})).await.status, 200);
    for _ in 0..3 {
        refused(&house.get("/api/v1/tickets/YZ2026010100001?proof=1234").await, 404);
    }
    refused(&house.get("/api/v1/tickets/YZ2026010100001?proof=1235").await, 429);
    let login = json!({"login": "a", "password": "b"});
    for _ in 0..2 {
        assert_ne!(house.post("/api/v1/session", login.clone()).await.status, 429);
    }
    refused(&house.post("/api/v1/session", login).await, 429);
    for _ in 0..2 {
        assert_eq!(house.post("/api/v1/chats", json!({})).await.status, 201);
    }
    refused(&house.post("/api/v1/chats", json!({})).await, 429);
}
