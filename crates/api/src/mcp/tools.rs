//! What other assistants may call, in words their models read, and what they may call it with.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::text::clean;

/// The longest question, in characters.
pub const QUESTION_CHARS: usize = 500;
/// The most findings of one search.
pub const MOST_HITS: u32 = 20;

/// What a search is asked with.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInput {
    /// The words.
    pub query: String,
    /// Only this business domain.
    pub domain: Option<String>,
    /// Where the asker is.
    pub region: Option<String>,
    /// At most this many.
    pub limit: Option<u32>,
}

/// What an answer is asked with.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// The question, as the person put it.
    pub question: String,
    /// Where the asker is.
    pub region: Option<String>,
}

/// Reads what a tool was called with.
///
/// # Errors
/// With a Chinese sentence that says what to do: the model on the other side reads it and tries again.
pub fn input<T: DeserializeOwned>(given: Option<JsonObject>) -> Result<T, String> {
    serde_json::from_value(Value::Object(given.unwrap_or_default()))
        .map_err(|_| "参数没有读懂，请只用工具说明里列出的参数，并按说明的类型填写。".to_owned())
}

/// A question as it may be asked.
///
/// # Errors
/// When it is empty or too long.
pub fn question(text: &str) -> Result<String, String> {
    let text = clean(text);
    match text.chars().count() {
        0 => Err("问题是空的，请写明市民要问什么。".to_owned()),
        1..=QUESTION_CHARS => Ok(text),
        _ => Err(format!("问题太长，请用一两句话说，不超过{QUESTION_CHARS}个字。")),
    }
}

/// The tools.
pub fn all() -> Vec<Tool> {
    vec![search(), answer()]
}

fn search() -> Tool {
    let words = "在政务服务热线的知识库里检索办事知识和政策，返回最接近的条目：标题、答复、依据（法规全称、文号、条款、有效期）、\
        页面网址和把握程度。只返回今天有效的内容。要直接回答市民的问题，请用 answer。";
    let input = json!({
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "要查的事，用市民的原话或关键词", "maxLength": QUESTION_CHARS},
            "domain": {"type": "string", "description": "只查这个业务领域，例如：公积金、医保、社保"},
            "region": {"type": "string", "description": "市民所在的区县、街道、乡镇或园区；不填按本热线服务的地区"},
            "limit": {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "description": "最多几条，默认 5"}
        },
        "required": ["query"],
        "additionalProperties": false
    });
    let output = json!({
        "type": "object",
        "properties": {
            "results": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"}, "title": {"type": "string"}, "url": {"type": "string"},
                    "domain": {"type": "string"}, "text": {"type": "string"},
                    "confidence": {"type": "number"}, "citations": citations()
                },
                "required": ["id", "title", "url", "domain", "text", "confidence", "citations"]
            }},
            "total": {"type": "integer"},
            "as_of": {"type": "string"}
        },
        "required": ["results", "total", "as_of"]
    });
    tool("search", "检索办事知识", words, input, output)
}

fn answer() -> Tool {
    let words = "回答市民的一个问题。有把握时给出热线审定的答复和依据（法规全称、文号、条款、有效期、网址），请原样引用并附上网址；\
        没有把握时不编造：answered 为 false，message 说明该怎么办，near 是可能相关的条目。遇到危险先给出应急电话。\
        只答有依据的事，不受理投诉举报，不查询个人信息。";
    let input = json!({
        "type": "object",
        "properties": {
            "question": {"type": "string", "description": "市民的问题，尽量用原话，一次一个问题", "maxLength": QUESTION_CHARS},
            "region": {"type": "string", "description": "市民所在的区县、街道、乡镇或园区；不填按本热线服务的地区"}
        },
        "required": ["question"],
        "additionalProperties": false
    });
    let output = json!({
        "type": "object",
        "properties": {
            "answered": {"type": "boolean"},
            "reason": {"type": "string", "enum": ["answered", "danger", "person", "unsure", "nothing"]},
            "message": {"type": "string"},
            "answer": {"anyOf": [{"type": "null"}, {
                "type": "object",
                "properties": {
                    "id": {"type": "string"}, "title": {"type": "string"}, "domain": {"type": "string"},
                    "text": {"type": "string"}, "confidence": {"type": "number"}, "url": {"type": "string"},
                    "citations": citations()
                },
                "required": ["id", "title", "domain", "text", "confidence", "url", "citations"]
            }]},
            "near": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"}, "title": {"type": "string"}, "url": {"type": "string"},
                    "confidence": {"type": "number"}
                },
                "required": ["id", "title", "url", "confidence"]
            }},
            "from": {"type": "string"},
            "as_of": {"type": "string"}
        },
        "required": ["answered", "reason", "message", "answer", "near", "from", "as_of"]
    });
    tool("answer", "回答市民的问题", words, input, output)
}

fn citations() -> Value {
    let optional = json!({"type": ["string", "null"]});
    json!({"type": "array", "items": {
        "type": "object",
        "properties": {
            "law": {"type": "string"}, "document_number": optional, "text": {"type": "string"},
            "in_force_from": optional, "in_force_until": optional,
            "local": {"type": "boolean"}, "url": {"type": "string"}
        },
        "required": ["law", "document_number", "text", "in_force_from", "in_force_until", "local", "url"]
    }})
}

fn tool(name: &'static str, title: &str, words: &'static str, input: Value, output: Value) -> Tool {
    let hints = ToolAnnotations::with_title(title).read_only(true).idempotent(true).open_world(false);
    Tool::new(name, words, object(input))
        .with_title(title)
        .with_raw_output_schema(object(output))
        .with_annotations(hints)
}

fn object(schema: Value) -> Arc<JsonObject> {
    match schema {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_told_in_chinese() {
        assert_eq!(question(" 居住证\u{0}怎么办 ").as_deref(), Ok("居住证怎么办"));
        assert!(question(" \u{7} ").is_err_and(|words| words.contains("请")));
        assert!(question(&"长".repeat(QUESTION_CHARS + 1)).is_err_and(|words| words.contains("请")));
        let odd = json!({"question": "a", "sql": "b"}).as_object().cloned();
        assert!(input::<AnswerInput>(odd).is_err());
        assert!(input::<SearchInput>(None).is_err());
    }
}
