//! Our fields as the peer's and back, as the file says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::words::cut;

/// The fields of a ticket.
pub const TICKET_FIELDS: &[&str] = &[
    "number",
    "foreign_number",
    "title",
    "words",
    "kind",
    "kind_words",
    "category",
    "domain",
    "place",
    "place_code",
    "urgency",
    "state",
    "state_words",
    "unit",
    "unit_name",
    "due",
    "created",
    "updated",
    "caller_name",
    "caller_phone",
];

/// The fields of an event.
pub const EVENT_FIELDS: &[&str] =
    &["number", "foreign_number", "event", "state", "state_words", "words", "unit_name", "at", "seq"];

/// One line of the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Ours.
    pub from: String,
    /// Theirs.
    pub to: String,
    /// A message without it is not sent, and one that comes without it is refused.
    #[serde(default)]
    pub required: bool,
    /// The most characters they take.
    pub most: Option<usize>,
    /// Our values as theirs.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What is sent for a value that is not listed.
    pub default: Option<String>,
}

/// Our values by the names of our fields.
pub type Values = BTreeMap<&'static str, String>;

/// Our values as the peer's message.
///
/// # Errors
/// What is missing, in Chinese; it holds no values.
pub fn outgoing(fields: &[Field], values: &Values) -> Result<Map<String, Value>, String> {
    let mut body = Map::new();
    for field in fields {
        let ours = values.get(field.from.as_str()).map_or("", String::as_str);
        let value = if field.values.is_empty() || ours.is_empty() {
            ours.to_owned()
        } else {
            match (field.values.get(ours), &field.default) {
                (Some(theirs), _) | (None, Some(theirs)) => theirs.clone(),
                (None, None) => return Err(format!("字段{}的一个取值没有写对照", field.from)),
            }
        };
        if value.is_empty() {
            if field.required {
                return Err(format!("对方要求的字段{}（{}）是空的", field.to, field.from));
            }
            continue;
        }
        let value = field.most.map_or_else(|| value.clone(), |most| cut(&value, most));
        body.insert(field.to.clone(), Value::String(value));
    }
    Ok(body)
}

/// The peer's message as our values.
///
/// # Errors
/// What is missing or not understood, in Chinese, by the peer's names.
pub fn incoming(fields: &[Field], body: &Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    for field in fields {
        let given = match body.get(&field.to) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(format!("字段{}应是文字或数字", field.to)),
        };
        if given.is_empty() {
            // The receiver's own number is not known to who sends a ticket for the first time.
            if field.required && field.from != "foreign_number" {
                return Err(format!("缺少字段{}", field.to));
            }
            continue;
        }
        let ours = if field.values.is_empty() {
            given
        } else {
            let known =
                field.values.iter().find(|(_, theirs)| **theirs == given).map(|(ours, _)| ours.clone());
            match known {
                Some(ours) => ours,
                None if field.default.is_some() => continue,
                None => return Err(format!("字段{}没有“{}”这种取值", field.to, cut(&given, 20))),
            }
        };
        values.insert(field.from.clone(), ours);
    }
    Ok(values)
}
