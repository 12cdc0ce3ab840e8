//! Pages without a matter: elder mode, the statement on accessibility, addresses nobody knows.

use api::App;
use api::error::{no_such_address, wrong_method as refused};
use api::headers::Transport;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::Loose;
use crate::fault::{Fault, render};
use crate::visit::{ELDER, Page, Visit};

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    page: Page,
}

/// The statement on accessibility.
pub async fn accessibility(visit: Visit) -> Response {
    render(&Accessibility { page: visit.page("无障碍说明") })
}

/// Which mode, and where to go back to.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Mode {
    on: String,
    back: String,
}

impl Default for Mode {
    fn default() -> Self {
        Self { on: "1".to_owned(), back: "/".to_owned() }
    }
}

/// Switches elder mode.
pub async fn elder(State(app): State<App>, Loose(mode): Loose<Mode>) -> Response {
    let Mode { on, back } = mode;
    let on = if on == "0" { "0" } else { "1" };
    let secure = if app.transport() == Transport::Encrypted { "; Secure" } else { "" };
    let cookie = format!("{ELDER}={on}; Path=/; SameSite=Lax; Max-Age=31536000{secure}");
    ([(header::SET_COOKIE, cookie)], Redirect::to(own_address(&back))).into_response()
}

/// An address of this site, or the first page: nobody is sent elsewhere.
fn own_address(back: &str) -> &str {
    let own = back.starts_with('/')
        && !back.starts_with("//")
        && back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if own { back } else { "/" }
}

/// No such page.
pub async fn nowhere(visit: Visit) -> Fault {
    Fault::new(&visit, no_such_address())
}

/// The page exists and cannot be asked for in this way.
pub async fn wrong_method(visit: Visit) -> Fault {
    Fault::new(&visit, refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
            "/a\r\nb",
        ] {
            assert_eq!(own_address(foreign), "/", "{foreign}");
        }
        assert_eq!(own_address("/k?q=%E5%85%AC"), "/k?q=%E5%85%AC");
    }
}
