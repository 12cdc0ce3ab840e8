//! A call from the browser. The page's script connects; without it, or without a microphone, the page says what else there is.

use api::App;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::Loose;
use crate::fault::render;
use crate::visit::{Page, Visit};

#[derive(Template)]
#[template(path = "call.html")]
struct CallPage {
    page: Page,
    line: String,
}

/// What the page may be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// A number the citizen wants.
    line: String,
}

/// The telephone. Where this node takes no calls there is none, and the first page answers instead.
pub async fn show(State(app): State<App>, visit: Visit, Loose(wanted): Loose<Wanted>) -> Response {
    if app.hotline().phones().is_err() {
        return Redirect::to("/").into_response();
    }
    let known = app.hotline().site().lines.contains_key(&wanted.line);
    let line = if known { wanted.line } else { String::new() };
    render(&CallPage { page: visit.page("打电话"), line })
}
