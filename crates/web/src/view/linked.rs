//! An entry for search engines: schema.org as JSON-LD.
//!
//! It says nothing that the page does not show. What a browser would read as the end of the block is written as an escape,
//! since entries hold what people wrote; a block of data is no script, so the content policy lets it stand.

use api::dto::chat::Citation;
use api::dto::knowledge::PublicEntry;
use api::site::Base;
use serde_json::{Value, json};

use super::citation::law;
use super::words;

/// The graph of an entry: the question with its answer, the way to it, and the service where it tells how something is done.
pub fn entry(entry: &PublicEntry, site: &str, base: &Base) -> String {
    let provider = json!({
        "@type": "GovernmentOrganization", "name": site, "url": base.to("/"), "telephone": "12345"
    });
    let area = json!({"@type": "AdministrativeArea", "name": entry.region});
    let mut graph = vec![
        json!({
            "@type": "FAQPage",
            "@id": entry.url,
            "url": entry.url,
            "name": entry.title,
            "inLanguage": "zh-CN",
            "about": entry.domain,
            "keywords": entry.tags,
            "dateModified": words::iso(entry.updated_us),
            "spatialCoverage": area,
            "publisher": provider,
            "isBasedOn": entry.clauses.iter().map(legislation).collect::<Vec<_>>(),
            "mainEntity": [{
                "@type": "Question",
                "name": entry.title,
                "acceptedAnswer": {"@type": "Answer", "text": entry.answer, "url": entry.url}
            }]
        }),
        json!({
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "办事知识", "item": base.to("/k")},
                {"@type": "ListItem", "position": 2, "name": entry.domain, "item": base.domain(&entry.domain)},
                {"@type": "ListItem", "position": 3, "name": entry.title, "item": entry.url}
            ]
        }),
    ];
    if entry.kind == "guide" {
        graph.push(json!({
            "@type": "GovernmentService",
            "name": entry.title,
            "serviceType": entry.domain,
            "description": entry.answer,
            "areaServed": area,
            "serviceOperator": provider,
            "availableChannel": {
                "@type": "ServiceChannel",
                "serviceUrl": entry.url,
                "servicePhone": {"@type": "ContactPoint", "telephone": "12345"}
            }
        }));
    }
    in_page(&json!({"@context": "https://schema.org", "@graph": graph}))
}

fn legislation(clause: &Citation) -> Value {
    let mut of = json!({
        "@type": "Legislation",
        "name": law(clause),
        "text": clause.text,
        "legislationLegalForce": "https://schema.org/InForce"
    });
    if let Value::Object(fields) = &mut of {
        if let Some(number) = &clause.document_number {
            fields.insert("legislationIdentifier".to_owned(), json!(number));
        }
        if let Some(from) = &clause.in_force_from {
            fields.insert("temporalCoverage".to_owned(), json!(span(from, clause.in_force_until.as_deref())));
        }
    }
    of
}

/// An interval as ISO 8601 has it; `..` where it has no end.
fn span(from: &str, until: Option<&str>) -> String {
    format!("{from}/{}", until.unwrap_or(".."))
}

/// JSON that may stand in a page: nothing in it ends the block or begins another.
fn in_page(value: &Value) -> String {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        match letter {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: &str) -> PublicEntry {
        PublicEntry {
            entry_id: "gjj-a".to_owned(),
            title: "租房提取</script><script>alert(1)</script>".to_owned(),
            kind: kind.to_owned(),
            url: "https://a.cn/k/gjj-a".to_owned(),
            clauses: vec![Citation {
                source: "条例".to_owned(),
                in_force_from: Some("2026-01-01".to_owned()),
                ..Citation::default()
            }],
            ..PublicEntry::default()
        }
    }

    #[test]
    fn nothing_an_entry_holds_ends_the_block() {
        let text = entry(&sample("policy"), "12345", &Base("https://a.cn".to_owned()));
        assert!(!text.contains('<') && !text.contains('>'), "{text}");
        let graph: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(graph["@graph"][0]["mainEntity"][0]["name"], sample("policy").title);
        assert_eq!(graph["@graph"][0]["isBasedOn"][0]["temporalCoverage"], "2026-01-01/..");
        assert!(graph["@graph"].as_array().is_some_and(|graph| graph.len() == 2));
    }

    #[test]
    fn what_tells_how_something_is_done_is_a_service() {
        let text = entry(&sample("guide"), "12345", &Base(String::new()));
        let graph: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(graph["@graph"][2]["@type"], "GovernmentService");
    }
}
