//! From YAML to [`Scenario`], with the line of every fault.

use std::collections::BTreeMap;

use language::Kind;
use serde::Deserialize;
use serde_yaml_ng::Value;

use super::error::{Problem, ScenarioError};
use super::model::{
    Branch, EntryRef, HandOverNode, Node, NodeBody, Scenario, Slot, SlotType, Test, TicketNode,
};
use super::validate::validate;

/// The largest scenario file accepted, in bytes.
const MAX_BYTES: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    id: String,
    title: String,
    domain: String,
    kind: Kind,
    triggers: Vec<String>,
    #[serde(default)]
    slots: BTreeMap<String, RawSlot>,
    start: String,
    nodes: BTreeMap<String, RawNode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSlot {
    #[serde(rename = "type")]
    slot_type: SlotType,
    ask: String,
    #[serde(default)]
    reask: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    options: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawNode {
    answer: Option<String>,
    say: Option<String>,
    ask: Option<String>,
    branch: Option<Vec<RawBranch>>,
    #[serde(rename = "else")]
    otherwise: Option<String>,
    knowledge: Option<bool>,
    ticket: Option<TicketNode>,
    hand_over: Option<HandOverNode>,
    end: Option<String>,
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBranch {
    #[serde(default)]
    when: BTreeMap<String, Value>,
    #[serde(default)]
    to: Option<String>,
    #[serde(rename = "else", default)]
    otherwise: Option<String>,
}

/// Parses and validates one scenario file. `file` is only for messages.
///
/// # Errors
/// All faults found, each with its line and what to do.
pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let one = |line: usize, message: String| ScenarioError {
        problems: vec![Problem { file: file.to_owned(), line, message }],
    };
    if text.len() > MAX_BYTES {
        return Err(one(0, format!("文件超过{}KB，请拆成几个场景。", MAX_BYTES / 1024)));
    }
    let raw: RawScenario = serde_yaml_ng::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        one(line, format!("格式不对（{error}）。请对照《场景文件格式》检查缩进、冒号和字段名。"))
    })?;
    let mut problems = Vec::new();
    let scenario = convert(raw, file, text, &mut problems);
    problems.extend(validate(&scenario, file, text));
    if problems.is_empty() { Ok(scenario) } else { Err(ScenarioError { problems }) }
}

/// Parses many files; refuses a repeated id.
///
/// # Errors
/// All faults of all files.
pub fn parse_many<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<Scenario>, ScenarioError> {
    let (mut scenarios, mut problems) = (Vec::<Scenario>::new(), Vec::new());
    for (file, text) in files {
        match parse(file, text) {
            Ok(scenario) if scenarios.iter().any(|known| known.id == scenario.id) => problems.push(Problem {
                file: file.to_owned(),
                line: 1,
                message: format!("场景编号“{}”已被别的文件用过，请换一个。", scenario.id),
            }),
            Ok(scenario) => scenarios.push(scenario),
            Err(error) => problems.extend(error.problems),
        }
    }
    if problems.is_empty() { Ok(scenarios) } else { Err(ScenarioError { problems }) }
}

/// The line of a node or slot in the file: the first line whose key is `name`.
pub(super) fn line_of(text: &str, name: &str) -> usize {
    text.lines()
        .position(|line| {
            line.trim_start().trim_start_matches(['"', '\'']).starts_with(name) && line.contains(':')
        })
        .map_or(0, |at| at + 1)
}

fn convert(raw: RawScenario, file: &str, text: &str, problems: &mut Vec<Problem>) -> Scenario {
    let slots = raw
        .slots
        .into_iter()
        .map(|(name, slot)| {
            let RawSlot { slot_type, ask, reask, unit, options } = slot;
            (name, Slot { slot_type, ask, reask, unit, options })
        })
        .collect();
    let mut nodes = BTreeMap::new();
    for (name, node) in raw.nodes {
        match convert_node(node) {
            Ok(node) => {
                nodes.insert(name, node);
            }
            Err(message) => {
                let line = line_of(text, &name);
                problems.push(Problem {
                    file: file.to_owned(),
                    line,
                    message: format!("节点“{name}”{message}"),
                });
            }
        }
    }
    Scenario {
        id: raw.id,
        title: raw.title,
        domain: raw.domain,
        kind: raw.kind,
        triggers: raw.triggers,
        slots,
        start: raw.start,
        nodes,
    }
}

fn convert_node(raw: RawNode) -> Result<Node, String> {
    let RawNode { answer, say, ask, branch, otherwise, knowledge, ticket, hand_over, end, next } = raw;
    let is_branch = branch.is_some();
    let mut bodies = Vec::new();
    bodies.extend(answer.map(|reference| NodeBody::Answer(entry_ref(&reference))));
    bodies.extend(say.map(NodeBody::Say));
    bodies.extend(ask.map(NodeBody::Ask));
    if let Some(branches) = branch {
        bodies.push(convert_branch(branches, otherwise.clone())?);
    }
    bodies.extend(knowledge.filter(|on| *on).map(|_| NodeBody::Knowledge));
    bodies.extend(ticket.map(NodeBody::Ticket));
    bodies.extend(hand_over.map(NodeBody::HandOver));
    bodies.extend(end.map(NodeBody::End));
    if !is_branch && otherwise.is_some() {
        return Err("写了 else 却没有 branch，请删掉 else 或补上 branch。".to_owned());
    }
    let mut bodies = bodies.into_iter();
    match (bodies.next(), bodies.next()) {
        (Some(body), None) => Ok(Node { body, next }),
        (None, _) => {
            Err("什么也不做：请写 answer、say、ask、branch、knowledge、ticket、hand_over、end 中的一个。"
                .to_owned())
        }
        (Some(_), Some(_)) => Err("一个节点只能做一件事，请拆成两个节点，用 next 连起来。".to_owned()),
    }
}

fn entry_ref(text: &str) -> EntryRef {
    match text.split_once('#') {
        Some((entry, clause)) => EntryRef { entry: entry.to_owned(), clause: Some(clause.to_owned()) },
        None => EntryRef { entry: text.to_owned(), clause: None },
    }
}

fn convert_branch(raw: Vec<RawBranch>, outer: Option<String>) -> Result<NodeBody, String> {
    let (mut cases, mut otherwise) = (Vec::new(), outer);
    for branch in raw {
        match (branch.to, branch.otherwise) {
            (Some(to), None) => {
                let when = branch
                    .when
                    .into_iter()
                    .map(|(slot, value)| Ok((slot, convert_test(&value)?)))
                    .collect::<Result<_, String>>()?;
                cases.push(Branch { when, to });
            }
            (None, Some(to)) => otherwise = Some(to),
            _ => return Err("的分支要写 when 和 to；最后写 else。".to_owned()),
        }
    }
    let otherwise =
        otherwise.ok_or_else(|| "的 branch 没有 else：请写明都不符合时去哪个节点。".to_owned())?;
    Ok(NodeBody::Branch { cases, otherwise })
}

fn convert_test(value: &Value) -> Result<Test, String> {
    if let Some(text) = scalar(value) {
        return Ok(Test::Is(text));
    }
    let map = value.as_mapping().ok_or_else(|| "的条件写法不对，例如 {months: {lt: 3}}。".to_owned())?;
    let (mut range, mut bounded) = ([None; 4], false);
    for (key, value) in map {
        match key.as_str().unwrap_or_default() {
            "eq" => return scalar(value).map(Test::Is).ok_or_else(|| "的 eq 后面要写一个值。".to_owned()),
            "in" => {
                let list = value.as_sequence().ok_or_else(|| "的 in 后面要写一个列表。".to_owned())?;
                return Ok(Test::In(list.iter().filter_map(scalar).collect()));
            }
            "known" => {
                return value
                    .as_bool()
                    .map(Test::Known)
                    .ok_or_else(|| "的 known 只能写 true 或 false。".to_owned());
            }
            key => {
                let at = ["lt", "lte", "gt", "gte"].iter().position(|name| *name == key);
                let bound = at
                    .and_then(|at| range.get_mut(at))
                    .ok_or_else(|| format!("的条件“{key}”不认识，可用 lt lte gt gte in known。"))?;
                *bound = Some(value.as_f64().ok_or_else(|| format!("的条件“{key}”后面要写数字。"))?);
                bounded = true;
            }
        }
    }
    let [lt, lte, gt, gte] = range;
    if bounded {
        Ok(Test::Range { lt, lte, gt, gte })
    } else {
        Err("有一个空条件，请写明要比较什么。".to_owned())
    }
}

/// A scalar as text; YAML's bare yes/no and true/false become `yes` and `no`.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
