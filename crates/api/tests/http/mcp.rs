//! Another assistant, with the protocol's own client, over a bound port.

use std::net::SocketAddr;

use api::rate::Limits;
use axum::body::Body;
use axum::http::Request;
use kernel::Role;
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, ClientConfig, ReadResourceRequestParams};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};

use crate::support::{Answer, House};

async fn served(house: &House) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = house.routes.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}/mcp")
}

type Client = RunningService<RoleClient, ClientConfig>;

async fn client(house: &House) -> Client {
    let transport = StreamableHttpClientTransport::from_uri(served(house).await);
    ClientConfig::default().serve(transport).await.expect("a client")
}

async fn call(client: &Client, tool: &'static str, given: Value) -> (bool, String, Value) {
    let arguments = given.as_object().cloned().unwrap_or_default();
    let result = client.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await;
    let result = serde_json::to_value(result.expect("an answer")).expect("JSON");
    let text = result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    (result["isError"] == true, text, result["structuredContent"].clone())
}

#[tokio::test]
async fn an_assistant_finds_tools_and_cites_us() {
    let house = House::new(api::routes).await;
    let client = client(&house).await;
    let tools = client.list_all_tools().await.expect("tools");
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names, ["search", "answer"]);
    for tool in &tools {
        let hints = tool.annotations.clone().expect("hints");
        assert_eq!(hints.read_only_hint, Some(true));
        assert!(tool.output_schema.is_some());
    }

    let (failed, text, found) =
        call(&client, "search", json!({"query": "租房提取住房公积金", "limit": 3})).await;
    assert!(!failed && text.contains("《住房公积金管理条例》"), "{text}");
    let hits = found["results"].as_array().expect("results");
    assert!(hits.len() <= 3 && hits[0]["url"].as_str().is_some_and(|url| url.contains("/k/")), "{found}");

    let (failed, text, told) = call(&client, "answer", json!({"question": "租房子能不能提取公积金"})).await;
    assert!(!failed && told["answered"] == true, "{told}");
    let answer = &told["answer"];
    assert!(answer["confidence"].as_f64() >= Some(0.65));
    let citation = &answer["citations"][0];
    assert!(citation["law"].as_str().is_some_and(|law| law.contains("住房公积金管理条例")), "{told}");
    let url = citation["url"].as_str().expect("an address");
    assert!(url.starts_with("http://127.0.0.1:") && url.contains("/k/") && url.contains("#c"), "{url}");
    assert!(text.contains(url), "{text}");
    // The words are the entry's, none of them made up.
    let id = answer["id"].as_str().expect("an entry");
    let page = house.get(&format!("/api/v1/knowledge/entries/{id}")).await.json();
    assert_eq!(page["answer"], answer["text"]);
    client.cancel().await.expect("closed");
}

#[tokio::test]
async fn what_is_not_known_is_not_answered() {
    let house = House::new(api::routes).await;
    let client = client(&house).await;
    for (question, reason, words) in [
        ("量子纠缠的退相干时间怎么测", "", "请"),
        ("家里着火了，快来救命", "danger", "119"),
        ("我要投诉社区工作人员态度恶劣", "person", "12345"),
        ("转人工", "person", "12345"),
    ] {
        let (failed, text, told) = call(&client, "answer", json!({"question": question})).await;
        assert!(!failed && told["answered"] == false && told["answer"].is_null(), "{question}: {told}");
        assert!(reason.is_empty() || told["reason"] == reason, "{question}: {told}");
        assert!(
            text.contains(words) && told["message"].as_str().is_some_and(|said| !said.is_empty()),
            "{text}"
        );
    }
    // Nothing was begun, filed or noted by it.
    let cookie = house.log_in(Role::Supervisor).await;
    for address in ["/api/v1/contacts", "/api/v1/tickets", "/api/v1/library/gaps"] {
        let request = Request::get(address).header("cookie", &cookie).body(Body::empty());
        let list = house.send(request.expect("a request")).await.json();
        assert_eq!(list["rows"], json!([]), "{address}: {list}");
    }
}

#[tokio::test]
async fn entries_are_resources_while_they_are_in_use() {
    let house = House::new(api::routes).await;
    let client = client(&house).await;
    let all = client.list_all_resources().await.expect("resources");
    assert_eq!(all.len(), house.hotline.library().public_addresses(house.hotline.now().day()).len());
    let templates = client.list_all_resource_templates().await.expect("templates");
    assert_eq!(templates[0].uri_template, "minsheng://knowledge/{id}");
    let read = async |id: &str| {
        client.read_resource(ReadResourceRequestParams::new(format!("minsheng://knowledge/{id}"))).await
    };
    let document = serde_json::to_value(read("gjj-zufang-tiqu").await.expect("an entry")).expect("JSON");
    let text = document["contents"][0]["text"].as_str().expect("text");
    assert!(text.starts_with("# ") && text.contains("/k/gjj-zufang-tiqu"), "{text}");
    let ctx = kernel::Ctx::system("test", house.hotline.clock());
    house.hotline.library().entry_withdraw(&ctx, "gjj-zufang-tiqu", "修订").await.expect("withdrawn");
    assert!(read("gjj-zufang-tiqu").await.is_err());
    assert!(read("../../etc/passwd").await.is_err());
}

#[tokio::test]
async fn odd_calls_are_told_what_to_do() {
    let house = House::new(api::routes).await;
    let client = client(&house).await;
    for given in [
        json!({}),
        json!({"question": ""}),
        json!({"question": "长".repeat(501)}),
        json!({"question": 5}),
        json!({"question": "公积金", "region": "月球"}),
        json!({"question": "公积金", "sql": "x"}),
    ] {
        let (failed, text, _) = call(&client, "answer", given.clone()).await;
        assert!(failed && text.contains('请'), "{given}: {text}");
    }
    assert!(client.call_tool(CallToolRequestParams::new("entry_put")).await.is_err());
}

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

async fn post(house: &House, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post("/mcp").header("host", "127.0.0.1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(body.into()).expect("a request")).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const ACCEPT: (&str, &str) = ("accept", "application/json, text/event-stream");

#[tokio::test]
async fn pages_of_others_and_what_is_no_message_are_refused() {
    let limits = Limits { searches: Some(20), ..Limits::OFF };
    let house = House::limited(limits, api::routes).await;
    assert_eq!(post(&house, &[JSON, ACCEPT], PING).await.status, 200);
    assert_eq!(post(&house, &[JSON, ACCEPT, ("origin", "http://127.0.0.1:8080")], PING).await.status, 200);
    let get = Request::get("/mcp").header("host", "127.0.0.1").header("accept", "text/event-stream");
    let get = house.send(get.body(Body::empty()).expect("a request")).await;
    let huge =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":"{}"}}}}"#, "a".repeat(70_000));
    for (answer, status) in [
        (post(&house, &[JSON, ACCEPT, ("origin", "https://evil.example")], PING).await, 403),
        (post(&house, &[JSON, ACCEPT, ("origin", "null")], PING).await, 403),
        (get, 405),
        (post(&house, &[JSON], PING).await, 406),
        (post(&house, &[ACCEPT, ("content-type", "text/plain")], PING).await, 415),
        (post(&house, &[JSON, ACCEPT], huge).await, 413),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text);
        let message = answer.json()["message"].as_str().expect("a sentence").to_owned();
        assert!(message.contains('请'), "{message}");
    }
    let broken = post(&house, &[JSON, ACCEPT], "{").await;
    assert!(broken.status.is_client_error() && broken.json().is_object(), "{}", broken.text);
    let last = loop {
        let answer = post(&house, &[JSON, ACCEPT], PING).await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(last.status, 429);
    assert!(last.text.contains("频繁"));
}
