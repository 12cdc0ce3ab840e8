//! Every operation for staff: nobody without a session, nobody without the permission. Operations come from the description
//! of the interface, so a new one is tested without being added here; the table of who may what is a snapshot to be reviewed.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use crate::support::House;

const ROLES: [Role; 9] = [
    Role::Agent,
    Role::Supervisor,
    Role::KnowledgeEditor,
    Role::Dispatcher,
    Role::UnitHandler,
    Role::Manager,
    Role::Trainer,
    Role::LiaisonMember,
    Role::Administrator,
];

struct Operation {
    method: Method,
    path: String,
    body: Option<(String, String)>,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn request(&self, cookie: Option<&str>) -> Request<Body> {
        let path = self.path.replace(['{', '}'], "");
        let mut request =
            Request::builder().method(&self.method).uri(path).header("x-requested-with", "minsheng");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let body = match &self.body {
            Some((kind, body)) => {
                request = request.header("content-type", kind.as_str());
                Body::from(body.clone())
            }
            None => Body::empty(),
        };
        request.body(body).expect("a request")
    }
}

/// Operations that need a session, each with a body that its schema accepts.
fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let secured = operation["security"].as_array().is_some_and(|list| !list.is_empty());
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if secured {
                all.push(Operation { method, path: path.clone(), body: body(document, operation) });
            }
        }
    }
    all
}

fn body(document: &Value, operation: &Value) -> Option<(String, String)> {
    let content = operation["requestBody"]["content"].as_object()?;
    let (kind, shape) = content.iter().next()?;
    if kind.starts_with("multipart") {
        let part = "--b\r\ncontent-disposition: form-data; name=\"domain\"\r\n\r\nx\r\n--b--\r\n";
        return Some(("multipart/form-data; boundary=b".to_owned(), part.to_owned()));
    }
    Some((kind.clone(), sample(document, &shape["schema"]).to_string()))
}

/// A value that fits a schema: required fields only.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return sample(document, document.pointer(pointer).expect("a schema"));
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[choice].get(0) {
            return sample(document, first);
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str().or_else(|| schema["type"].get(0).and_then(Value::as_str)) {
        Some("string") => json!("x"),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => {
            let mut object = Map::new();
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                object.insert(name.to_owned(), sample(document, &schema["properties"][name]));
            }
            Value::Object(object)
        }
    }
}

async fn status(house: &House, operation: &Operation, cookie: Option<&str>) -> u16 {
    // The body of a live stream has no end: only the status is read.
    let response = house.routes.clone().oneshot(operation.request(cookie)).await.expect("an answer");
    response.status().as_u16()
}

#[tokio::test]
async fn no_operation_for_staff_runs_without_session_and_permission() {
    let house = House::new(api::routes).await;
    let document = serde_json::to_value(api::document(&house.app)).expect("JSON");
    let all = operations(&document);
    assert!(all.len() > 35, "only {} operations are marked as needing a session", all.len());
    for operation in &all {
        assert_eq!(status(&house, operation, None).await, 401, "{} without a session", operation.name());
        let forged = Some("ms_session=0123456789abcdef");
        assert_eq!(
            status(&house, operation, forged).await,
            401,
            "{} with a forged session",
            operation.name()
        );
    }

    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for role in ROLES {
        let cookie = house.log_in(role).await;
        for operation in &all {
            if operation.name() == "DELETE /api/v1/session" {
                continue;
            }
            let status = status(&house, operation, Some(&cookie)).await;
            assert!(
                status != 401 && status != 415 && status != 422,
                "{} as {role:?}: {status}",
                operation.name()
            );
            let allowed = table.entry(operation.name()).or_default();
            if status != 403 {
                allowed.push(format!("{role:?}"));
            }
        }
    }
    insta::assert_yaml_snapshot!("who_may_what", table);
}

#[tokio::test]
async fn a_change_without_the_header_of_our_own_pages_is_refused() {
    let house = House::new(api::routes).await;
    let cookie = house.log_in(Role::Agent).await;
    let document = serde_json::to_value(api::document(&house.app)).expect("JSON");
    for operation in operations(&document).iter().filter(|one| one.method != Method::GET) {
        let mut request = operation.request(Some(&cookie));
        request.headers_mut().remove("x-requested-with");
        let status = house.routes.clone().oneshot(request).await.expect("an answer").status();
        assert_eq!(status, 403, "{}", operation.name());
    }
}

#[tokio::test]
async fn the_description_of_the_interface_changes_only_on_purpose() {
    let house = House::new(api::routes).await;
    let document = house.get("/api/v1/openapi.json").await;
    assert_eq!(document.status, 200);
    insta::assert_json_snapshot!("openapi", document.json());
}
