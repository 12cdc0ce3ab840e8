//! The JSON Schema of a scenario file, for editors.

use serde_json::{Value, json};

/// The schema (JSON Schema 2020-12).
pub fn json_schema() -> Value {
    let name = json!({"type": "string", "minLength": 1});
    let kinds = json!({"enum": ["consult", "help", "complaint", "report", "suggestion", "praise"]});
    let types = json!({"enum": ["yes_no", "choice", "number", "amount", "date", "text", "place", "phone", "name", "id_number"]});
    let slot = json!({
        "type": "object", "required": ["type", "ask"], "additionalProperties": false,
        "properties": {
            "type": types, "ask": name, "reask": name, "unit": name,
            "options": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "array", "minItems": 1, "items": name}},
        },
    });
    let bound = json!({"type": "number"});
    let test = json!({"oneOf": [
        {"type": ["string", "boolean", "number"]},
        {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
            "eq": {"type": ["string", "boolean", "number"]}, "in": {"type": "array", "minItems": 1}, "known": {"type": "boolean"},
            "lt": bound, "lte": bound, "gt": bound, "gte": bound,
        }},
    ]});
    let branch = json!({"type": "array", "minItems": 1, "items": {"oneOf": [
        {"type": "object", "required": ["when", "to"], "additionalProperties": false,
         "properties": {"when": {"type": "object", "minProperties": 1, "additionalProperties": test}, "to": name}},
        {"type": "object", "required": ["else"], "additionalProperties": false, "properties": {"else": name}},
    ]}});
    let ticket = json!({
        "type": "object", "required": ["kind", "category"], "additionalProperties": false,
        "properties": {"kind": kinds, "category": name, "needs": {"type": "array", "items": name}, "unit": name, "urgent": {"type": "boolean"}},
    });
    let hand_over = json!({
        "type": "object", "required": ["reason"], "additionalProperties": false,
        "properties": {"reason": name, "skills": {"type": "array", "items": name}},
    });
    let bodies = ["answer", "say", "ask", "branch", "knowledge", "ticket", "hand_over", "end"];
    let one_of: Vec<Value> = bodies.iter().map(|body| json!({"required": [body]})).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Minsheng scenario",
        "type": "object",
        "required": ["id", "title", "domain", "kind", "triggers", "start", "nodes"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"}, "title": name, "domain": name, "kind": kinds,
            "triggers": {"type": "array", "minItems": 2, "items": name},
            "slots": {"type": "object", "additionalProperties": slot},
            "start": name,
            "nodes": {"type": "object", "minProperties": 1, "additionalProperties": {
                "type": "object", "additionalProperties": false, "oneOf": one_of,
                "properties": {
                    "answer": name, "say": name, "ask": name, "branch": branch, "else": name, "knowledge": {"const": true},
                    "ticket": ticket, "hand_over": hand_over, "end": name, "next": name,
                },
            }},
        },
    })
}
