//! A provider spoken to over HTTP, each in its own way: the request is a template.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Carrier, CarryError, Message, clipped};
use crate::NotifierError;

const WAIT: Duration = Duration::from_secs(15);

/// A provider over HTTP.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    headers: HeaderMap,
    body: String,
    /// Text in the answer that means it was taken; empty: any 2xx.
    accepted: String,
}

fn setting(words: impl Into<String>) -> NotifierError {
    NotifierError::Setting(words.into())
}

impl Http {
    /// As the configuration says.
    ///
    /// # Errors
    /// When a setting is missing or cannot be read.
    pub fn new(terms: &config::Notifier) -> Result<Self, NotifierError> {
        if !terms.http_url.starts_with("http://") && !terms.http_url.starts_with("https://") {
            return Err(setting(
                "请在 notifier.http_url 里填写短信平台的地址，以 http:// 或 https:// 开头。",
            ));
        }
        if !terms.http_body.contains("{phone}") || !terms.http_body.contains("{words}") {
            return Err(setting("notifier.http_body 里要有 {phone} 和 {words}，发送时换成号码和内容。"));
        }
        let mut headers = HeaderMap::new();
        for line in &terms.http_headers.0 {
            let wrong = || setting("notifier.http_headers 的每一项要写成“名称: 值”。");
            let (name, value) = line.split_once(':').ok_or_else(wrong)?;
            let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
            let mut value: HeaderValue = value.trim().parse().map_err(|_| wrong())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let client = reqwest::Client::builder()
            .timeout(WAIT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| setting(format!("短信平台的连接没有建立：{error}")))?;
        Ok(Self {
            client,
            url: terms.http_url.clone(),
            headers,
            body: terms.http_body.clone(),
            accepted: terms.http_accepted.clone(),
        })
    }

    /// A body that begins with a brace is JSON, another one a form.
    fn is_json(&self) -> bool {
        self.body.trim_start().starts_with(['{', '['])
    }
}

/// Puts the values into the template, written as the form of the body wants them.
fn filled(template: &str, json: bool, message: &Message) -> String {
    let written = |value: &str| if json { json_text(value) } else { form_text(value) };
    let values =
        [("{id}", message.id.as_str()), ("{phone}", message.phone.expose()), ("{words}", &message.words)];
    let mut filled = String::with_capacity(template.len() + message.words.len() * 2);
    let mut rest = template;
    // One pass: what stands in a value is never taken for a place in the template.
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        if let Some((name, value)) = values.iter().find(|(name, _)| from.starts_with(name)) {
            filled.push_str(&written(value));
            rest = from.get(name.len()..).unwrap_or_default();
        } else {
            filled.push('{');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    filled.push_str(rest);
    filled
}

/// As it stands between the quotes of a JSON text.
fn json_text(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// As `application/x-www-form-urlencoded` writes it.
fn form_text(value: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => text.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

#[async_trait]
impl Carrier for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    async fn carry(&self, message: &Message) -> Result<String, CarryError> {
        let json = self.is_json();
        let kind = if json { "application/json; charset=utf-8" } else { "application/x-www-form-urlencoded" };
        let request = self
            .client
            .post(&self.url)
            .header("content-type", kind)
            .headers(self.headers.clone())
            .body(filled(&self.body, json, message));
        let answer = request.send().await.map_err(|error| {
            CarryError::Later(
                if error.is_timeout() { "短信平台没有按时应答" } else { "连不上短信平台" }.to_owned(),
            )
        })?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
            return Err(CarryError::Later(format!("短信平台忙，回了{}", status.as_u16())));
        }
        let taken = status.is_success() && (self.accepted.is_empty() || text.contains(&self.accepted));
        // An answer may repeat the number: it is kept without it.
        let told = clipped(&text.replace(message.phone.expose().as_str(), "（号码）"));
        if taken {
            Ok(told)
        } else {
            Err(CarryError::Never(format!("短信平台没有收：{} {told}", status.as_u16())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(words: &str) -> Message {
        Message {
            id: "t1:1".to_owned(),
            phone: security::Masked::new("13900001111".to_owned()),
            words: words.to_owned(),
        }
    }

    #[test]
    fn values_are_written_as_the_body_wants_them_and_never_read_as_template() {
        let words = "“引号\"和{phone}”\n第二行";
        let json = filled(r#"{"to":"{phone}","text":"{words}","n":{"id":"{id}"}}"#, true, &message(words));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["text"], words);
        assert_eq!((&read["to"], &read["n"]["id"]), (&"13900001111".into(), &"t1:1".into()));
        let form = filled("mobile={phone}&content={words}", false, &message("a&b=c 中"));
        assert_eq!(form, "mobile=13900001111&content=a%26b%3Dc%20%E4%B8%AD");
    }
}
