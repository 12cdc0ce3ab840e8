//! A citizen's chat from the first word to the rating.

use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn a_citizen_is_answered_with_a_source_and_reaches_a_person() {
    let house = House::new(api::routes).await;
    let begun = house.post("/api/v1/chats", json!({})).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let chat = begun.json();
    let token = chat["token"].as_str().expect("a token").to_owned();
    assert_eq!(chat["messages"][0]["kind"], "greeting");
    assert!(chat["messages"][0]["text"].as_str().expect("words").contains("机器"), "{chat}");
    let messages = format!("/api/v1/chats/{token}/messages");

    let asked = json!({"client_id": "one", "text": "租房提取住房公积金"});
    let answered = house.post(&messages, asked.clone()).await.json();
    let answer =
        answered["messages"].as_array().expect("messages").iter().find(|one| one["kind"] == "answer");
    let answer = answer.unwrap_or_else(|| panic!("no answer in {answered}"));
    assert!(!answer["citations"][0]["source"].as_str().expect("a source").is_empty());

    let again = house.post(&messages, asked).await.json();
    assert_eq!(again["last_seq"], answered["last_seq"], "sent again it counts once");

    let wished = house.post(&messages, json!({"client_id": "two", "key": "0"})).await.json();
    assert_eq!(wished["phase"], "queued", "{wished}");

    let whole = house.get(&format!("/api/v1/chats/{token}")).await.json();
    let seqs: Vec<_> =
        whole["messages"].as_array().expect("messages").iter().map(|one| one["seq"].clone()).collect();
    assert_eq!(seqs, (1..=seqs.len()).map(|seq| json!(seq)).collect::<Vec<_>>(), "no gap, nothing twice");
    let after = house.get(&format!("/api/v1/chats/{token}?after={}", whole["last_seq"])).await.json();
    assert_eq!(after["messages"], json!([]));

    assert_eq!(house.post(&format!("/api/v1/chats/{token}/end"), json!({})).await.status, 200);
    let rating = json!({"stars": 5, "solved": true, "words": "好"});
    assert_eq!(house.post(&format!("/api/v1/chats/{token}/rating"), rating).await.status, 204);
    let wrong = json!({"stars": 9, "solved": true});
    assert_eq!(house.post(&format!("/api/v1/chats/{token}/rating"), wrong).await.status, 400);
}

#[tokio::test]
async fn knowledge_is_found_read_and_judged() {
    let house = House::new(api::routes).await;
    let found = house.get("/api/v1/knowledge/search?q=%E7%A7%9F%E6%88%BF%E6%8F%90%E5%8F%96%E4%BD%8F%E6%88%BF%E5%85%AC%E7%A7%AF%E9%87%91").await.json();
    let id = found["hits"][0]["entry_id"].as_str().unwrap_or_else(|| panic!("nothing in {found}")).to_owned();
    let entry = house.get(&format!("/api/v1/knowledge/entries/{id}")).await.json();
    assert!(!entry["clauses"].as_array().expect("clauses").is_empty());
    let judged =
        house.post(&format!("/api/v1/knowledge/entries/{id}/feedback"), json!({"helpful": true})).await;
    assert_eq!(judged.status, 204, "{}", judged.text);
    assert_eq!(house.get("/api/v1/knowledge/entries/none").await.status, 404);
    assert_eq!(house.get("/api/v1/knowledge/search?q=").await.json()["hits"], json!([]));
    assert_eq!(house.get("/api/v1/health").await.json()["status"], "ok");
}
