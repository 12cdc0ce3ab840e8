//! Who looks at a page, and what every page shows around its content.

use std::convert::Infallible;

use api::App;
use api::site::Base;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::assets;

pub use api::site::percent_encoded;

/// The cookie of elder mode.
pub const ELDER: &str = "ms_elder";
/// The cookie of the last chat, so that it can be gone on with from the first page.
pub const CHAT: &str = "ms_chat";

/// What the templates need around the content.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub title: String,
    pub site: String,
    pub brand: String,
    pub brand_rest: String,
    pub version: &'static str,
    pub elder: bool,
    /// Not for search engines.
    pub private: bool,
    /// What the page says, in a sentence or two, for lists of search engines.
    pub description: String,
    /// The one address of what the page shows.
    pub canonical: String,
    /// Which of the main pages.
    pub at: &'static str,
    /// The page is a chat: it fills the window and has no foot.
    pub chat: bool,
    /// This address, to come back to after switching elder mode.
    pub back: String,
    /// The token of a chat that can be gone on with.
    pub resume: String,
    /// Calls from the browser are taken.
    pub calls: bool,
}

/// A look at a page.
#[derive(Debug, Clone)]
pub struct Visit {
    elder: bool,
    pub chat: Option<String>,
    back: String,
    name: String,
    calls: bool,
    /// Where the site stands.
    pub base: Base,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let back = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        // A form's own address cannot be looked at.
        let back = if parts.method.is_safe() { back } else { "/" };
        let site = app.hotline().site();
        let name =
            site.lines.get("12345").map_or_else(|| "政务服务热线".to_owned(), |line| line.name.clone());
        Ok(Self {
            elder: cookie(parts, ELDER).as_deref() == Some("1"),
            chat: cookie(parts, CHAT).filter(|token| is_token(token)),
            back: percent_encoded(back),
            name,
            calls: app.hotline().phones().is_ok(),
            base: Base::of(app, &parts.headers),
        })
    }
}

impl Visit {
    /// A page of this visit.
    pub fn page(&self, title: &str) -> Page {
        let digits = self.name.chars().take_while(char::is_ascii_digit).count();
        let (brand, rest) = self.name.split_at_checked(digits).unwrap_or((self.name.as_str(), ""));
        Page {
            title: title.to_owned(),
            site: self.name.clone(),
            brand: brand.to_owned(),
            brand_rest: rest.to_owned(),
            version: assets::version(),
            elder: self.elder,
            back: self.back.clone(),
            calls: self.calls,
            ..Page::default()
        }
    }

    /// The name of the site.
    pub fn site(&self) -> &str {
        &self.name
    }

    /// The page of a chat.
    pub fn chat_page(&self, title: &str) -> Page {
        Page { private: true, chat: true, ..self.page(title) }
    }

    /// A page that brings the visitor back to another address than its own after switching elder mode.
    #[must_use]
    pub fn back_to(&self, address: &str) -> Self {
        Self { back: percent_encoded(address), ..self.clone() }
    }
}

/// Whether a text can be the token of a chat: it goes into addresses.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn cookie(parts: &Parts, name: &str) -> Option<String> {
    let lines = parts.headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tokens_are_taken_for_tokens() {
        assert!(is_token("0123abcDEF"));
        for odd in ["", "a/b", "a\"b", "<", &"a".repeat(65)] {
            assert!(!is_token(odd), "{odd}");
        }
    }
}
