//! Scenarios: reading, editing, validation as one types, trying out.

use axum::Json;
use axum::extract::State;
use contact::Tried;
use knowledge::ScenarioRecord;
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, Staffed};
use crate::body::{Body, Path};
use crate::error::ApiResult;

/// A scenario's text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    yaml: String,
    /// The revision that was read; 0 for a new scenario.
    #[serde(default)]
    revision: i64,
}

/// A conversation to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    yaml: String,
    turns: Vec<String>,
}

/// What is wrong with a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problems {
    problems: Vec<Problem>,
}

/// One fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    line: usize,
    message: String,
}

/// A scenario with its nodes.
#[derive(Debug, Serialize)]
pub struct Detail {
    #[serde(flatten)]
    record: ScenarioRecord,
    kind: String,
    start: String,
    nodes: Vec<NodeView>,
}

/// A node of the graph.
#[derive(Debug, Serialize)]
pub struct NodeView {
    id: String,
    body: serde_json::Value,
    leads_to: Vec<String>,
}

impl From<ScenarioRecord> for Detail {
    fn from(record: ScenarioRecord) -> Self {
        let parsed = dialogue::scenario::parse(&record.id, &record.yaml).ok();
        let kind =
            parsed.as_ref().and_then(|one| serde_json::to_value(one.kind).ok()?.as_str().map(str::to_owned));
        let nodes =
            parsed.as_ref().map(|one| one.nodes.iter().map(|(id, node)| node_view(id, node)).collect());
        Self {
            kind: kind.unwrap_or_default(),
            start: parsed.map(|one| one.start).unwrap_or_default(),
            nodes: nodes.unwrap_or_default(),
            record,
        }
    }
}

fn node_view(id: &str, node: &dialogue::scenario::Node) -> NodeView {
    let mut leads_to: Vec<String> = node.next.iter().cloned().collect();
    if let dialogue::scenario::NodeBody::Branch { cases, otherwise } = &node.body {
        leads_to.extend(cases.iter().map(|case| case.to.clone()));
        leads_to.push(otherwise.clone());
    }
    NodeView { id: id.to_owned(), body: serde_json::to_value(&node.body).unwrap_or_default(), leads_to }
}

/// 场景列表
#[utoipa::path(get, path = "/scenarios", tag = "scenarios", responses((status = 200), (status = 401), (status = 403)))]
pub async fn list(State(staffed): State<Staffed>, person: Person) -> ApiResult<Json<serde_json::Value>> {
    let all = staffed.hotline.library().scenario_list(&person.ctx).await?;
    let rows: Vec<Detail> = all.into_iter().map(Detail::from).collect();
    Ok(Json(serde_json::json!({"total": rows.len(), "rows": rows})))
}

/// 一个场景
#[utoipa::path(get, path = "/scenarios/{id}", tag = "scenarios", params(("id" = String, Path)), responses((status = 200), (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
) -> ApiResult<Json<Detail>> {
    Ok(Json(staffed.hotline.library().scenario_get(&person.ctx, &id).await?.into()))
}

/// 保存场景
#[utoipa::path(put, path = "/scenarios/{id}", tag = "scenarios", params(("id" = String, Path)), request_body = Text, responses((status = 200), (status = 400), (status = 401), (status = 403), (status = 409)))]
pub async fn put(
    State(staffed): State<Staffed>,
    person: Person,
    Path(id): Path<String>,
    Body(text): Body<Text>,
) -> ApiResult<Json<Detail>> {
    authorise(&person.ctx, Permission::KnowledgeEdit, None)?;
    staffed.hotline.scenario_check(&text.yaml)?;
    Ok(Json(
        staffed.hotline.library().scenario_put(&person.ctx, &id, &text.yaml, text.revision).await?.into(),
    ))
}

/// 检查场景
#[utoipa::path(post, path = "/scenarios/validate", tag = "scenarios", request_body = Text, responses((status = 200, body = Problems), (status = 401), (status = 403)))]
pub async fn validate(
    State(staffed): State<Staffed>,
    person: Person,
    Body(text): Body<Text>,
) -> ApiResult<Json<Problems>> {
    authorise(&person.ctx, Permission::KnowledgeRead, None)?;
    let problems = staffed.hotline.scenario_problems(&text.yaml);
    let problems = problems.into_iter().map(|one| Problem { line: one.line, message: one.message }).collect();
    Ok(Json(Problems { problems }))
}

/// 试走场景
#[utoipa::path(post, path = "/scenarios/try", tag = "scenarios", request_body = Trial, responses((status = 200), (status = 400), (status = 401), (status = 403)))]
pub async fn try_out(
    State(staffed): State<Staffed>,
    person: Person,
    Body(trial): Body<Trial>,
) -> ApiResult<Json<Tried>> {
    authorise(&person.ctx, Permission::KnowledgeRead, None)?;
    Ok(Json(staffed.hotline.scenario_try(&trial.yaml, &trial.turns)?))
}

/// 场景文件的格式
#[utoipa::path(get, path = "/scenarios/schema.json", tag = "scenarios", responses((status = 200), (status = 401)))]
pub async fn schema(_person: Person) -> Json<serde_json::Value> {
    Json(dialogue::scenario::json_schema())
}
