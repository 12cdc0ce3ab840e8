//! Answers as JSON and as XML.

use serde_json::Value;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json`.
    Json,
    /// `text/xml`.
    Xml,
}

impl Format {
    /// The name before the ending, and the form the ending asks for; without one, XML, the form every server has.
    pub fn split(name: &str) -> (&str, Self) {
        if let Some(stem) = name.strip_suffix(".json") {
            (stem, Self::Json)
        } else {
            (name.strip_suffix(".xml").unwrap_or(name), Self::Xml)
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// For the header.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// A value under a root element. In JSON the value stands alone, as the specification has it.
pub(super) fn page(format: Format, root: &str, value: &Value) -> Page {
    match format {
        Format::Json => Page { content_type: "application/json; charset=utf-8", body: value.to_string() },
        Format::Xml => {
            let mut body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
            element(root, value, &mut body);
            Page { content_type: "text/xml; charset=utf-8", body }
        }
    }
}

fn element(name: &str, value: &Value, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => escape(text, out),
        Value::Array(items) => {
            for item in items {
                element(single(name), item, out);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                element(key, value, out);
            }
        }
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// The name of one of many.
fn single(name: &str) -> &str {
    match name {
        "service_requests" => "request",
        "service_request_updates" => "request_update",
        other => other.strip_suffix('s').unwrap_or("item"),
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What XML 1.0 cannot hold.
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_forms_say_the_same() {
        let value = json!([{ "service_code": "a<b&c", "metadata": true, "lat": 29.8, "none": null }]);
        let xml = page(Format::Xml, "services", &value).body;
        assert!(xml.ends_with(
            "<services><service><lat>29.8</lat><metadata>true</metadata><none></none>\
             <service_code>a&lt;b&amp;c</service_code></service></services>"
        ));
        assert_eq!(page(Format::Json, "services", &value).body, value.to_string());
        assert_eq!(Format::split("YZ1.json"), ("YZ1", Format::Json));
        assert_eq!(Format::split("services"), ("services", Format::Xml));
    }
}
