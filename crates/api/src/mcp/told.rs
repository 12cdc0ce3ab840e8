//! What other assistants are told: as values with the shapes of [`super::tools`], and as plain text with sources.

use std::fmt::Write as _;

use contact::{TellOutcome, Told};
use serde_json::{Value, json};

use crate::dto::chat::Citation;
use crate::dto::knowledge::{PublicEntry, PublicHits};
use crate::site::Base;

/// An answer of a tool, in both forms.
pub struct Spoken {
    /// For programs.
    pub value: Value,
    /// For a model that reads only text.
    pub text: String,
}

/// `《住房公积金管理条例》第二十四条`.
pub fn law(citation: &Citation) -> String {
    let article = citation.article.as_deref().unwrap_or_default();
    if citation.source.contains('《') {
        format!("{}{article}", citation.source)
    } else {
        format!("《{}》{article}", citation.source)
    }
}

fn cited(base: &Base, citation: &Citation) -> Value {
    json!({
        "law": law(citation),
        "document_number": citation.document_number,
        "text": citation.text,
        "in_force_from": citation.in_force_from,
        "in_force_until": citation.in_force_until,
        "local": citation.local,
        "url": base.clause(&citation.entry_id, &citation.clause_id),
    })
}

fn validity(citation: &Citation) -> String {
    match (&citation.in_force_from, &citation.in_force_until) {
        (_, Some(until)) => format!("有效期到 {until}"),
        (Some(from), None) => format!("{from} 起施行，现行有效"),
        (None, None) => "现行有效".to_owned(),
    }
}

fn sources(base: &Base, citations: &[Citation]) -> String {
    let mut text = String::new();
    for citation in citations {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n- {}", law(citation));
        if let Some(number) = &citation.document_number {
            let _ = write!(text, "（{number}）");
        }
        let _ = write!(text, "，{}：{}", validity(citation), citation.text);
        if citation.local {
            text.push_str("（具体数额、期限由本地规定，办理前请向承办单位核实）");
        }
        let _ = write!(text, " {}", base.clause(&citation.entry_id, &citation.clause_id));
    }
    text
}

/// What a search found.
pub fn found(base: &Base, hits: &PublicHits, as_of: &str) -> Spoken {
    let mut text = match hits.hits.len() {
        0 => "没有找到合适的条目。请换个说法再查，或请市民拨打12345。".to_owned(),
        some => format!("找到 {some} 条："),
    };
    let results: Vec<Value> = hits
        .hits
        .iter()
        .map(|hit| {
            let _ = write!(text, "\n\n{}（把握 {:.0}%）{}\n{}", hit.title, hit.confidence * 100.0, hit.url, hit.answer);
            text.push_str(&sources(base, &hit.citations));
            json!({
                "id": hit.entry_id, "title": hit.title, "url": hit.url, "domain": hit.domain, "text": hit.answer,
                "confidence": hit.confidence,
                "citations": hit.citations.iter().map(|one| cited(base, one)).collect::<Vec<_>>(),
            })
        })
        .collect();
    Spoken { value: json!({"results": results, "total": hits.total, "as_of": as_of}), text }
}

/// What a question came to.
pub fn told(base: &Base, told: Told, site: &str, as_of: &str) -> Spoken {
    let near: Vec<Value> = told
        .near
        .iter()
        .map(|one| {
            json!({
                "id": one.entry_id, "title": one.title, "url": base.entry(&one.entry_id),
                "confidence": one.confidence,
            })
        })
        .collect();
    let mut answer = Value::Null;
    let (reason, message, mut text) = match told.outcome {
        TellOutcome::Danger(advice) => ("danger", advice.clone(), advice),
        TellOutcome::Person => {
            let words = "这件事要由工作人员受理。请市民拨打12345，或在网上咨询页面直接说明情况。";
            ("person", words.to_owned(), format!("{words} {}", base.to("/")))
        }
        TellOutcome::Unsure => {
            let words = "知识库没有足够的把握回答，请不要自行编造。下面是可能相关的条目，请市民确认是不是要问的事，或拨打12345。";
            ("unsure", words.to_owned(), words.to_owned())
        }
        TellOutcome::Nothing => {
            let words = "知识库没有这方面的内容，请不要自行编造。请市民拨打12345，或在网上咨询页面提问。";
            ("nothing", words.to_owned(), format!("{words} {}", base.to("/")))
        }
        TellOutcome::Answer(said) => {
            let citations: Vec<Citation> = said.citations.into_iter().map(Into::into).collect();
            let url = base.entry(&said.entry_id);
            let text = format!("{}\n\n依据：{}\n\n出处：{site}，{url}", said.text, sources(base, &citations));
            answer = json!({
                "id": said.entry_id, "title": said.title, "domain": said.domain, "text": said.text,
                "confidence": said.confidence, "url": url,
                "citations": citations.iter().map(|one| cited(base, one)).collect::<Vec<_>>(),
            });
            ("answered", "请原样引用答复，并附上依据和网址。".to_owned(), text)
        }
    };
    if reason != "danger" {
        for one in &told.near {
            let _ = write!(text, "\n- 可能相关：{} {}", one.title, base.entry(&one.entry_id));
        }
    }
    let answered = reason == "answered";
    let value = json!({
        "answered": answered, "reason": reason, "message": message, "answer": answer, "near": near, "from": site,
        "as_of": as_of,
    });
    Spoken { value, text }
}

/// An entry as a document.
pub fn document(base: &Base, entry: &PublicEntry) -> String {
    format!(
        "# {}\n\n{}\n\n## 依据\n{}\n\n类别：{}；适用地区：{}；以上内容在 {} 有效。\n网址：{}\n",
        entry.title,
        entry.answer,
        sources(base, &entry.clauses),
        entry.domain,
        entry.region,
        entry.on,
        entry.url
    )
}
