//! Where the site stands, for addresses that leave it: canonical links, the site map, citations in other programs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::App;

/// The site's address without a slash at its end: `https://12345.example.gov.cn`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(pub String);

impl Base {
    /// What the operator set; without it, where the client found the site.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        let set = app.config().server.public_url.trim().trim_end_matches('/');
        if !set.is_empty() {
            return Self(set.to_owned());
        }
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // It goes into pages: nothing but what names of hosts hold.
        let sound = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        if sound && !host.is_empty() { Self(format!("http://{host}")) } else { Self(String::new()) }
    }

    /// The address of a path of the site.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The page of an entry.
    pub fn entry(&self, id: &str) -> String {
        format!("{}/k/{}", self.0, percent_encoded(id))
    }

    /// The page of an entry at one of its clauses.
    pub fn clause(&self, entry: &str, clause: &str) -> String {
        format!("{}#c{}", self.entry(entry), percent_encoded(clause))
    }

    /// The page of a domain.
    pub fn domain(&self, name: &str) -> String {
        format!("{}/k?domain={}", self.0, percent_encoded(name))
    }
}

impl FromRequestParts<App> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(app, &parts.headers))
    }
}

/// Text as a value within an address.
pub fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_addresses_are_encoded() {
        assert_eq!(percent_encoded("/k?q=公积金&a=1"), "/k%3Fq%3D%E5%85%AC%E7%A7%AF%E9%87%91%26a%3D1");
        assert_eq!(Base("https://a.cn".to_owned()).clause("gjj-a", "1"), "https://a.cn/k/gjj-a#c1");
    }
}
