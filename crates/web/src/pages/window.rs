//! The window for what could not be done ("办不成事"): what was refused, where, by whom, with which papers.

use api::App;
use api::citizen::tickets;
use api::dto::progress::{WindowForm, WindowOpened};
use api::text::clean;
use api::trace::{Peer, Trace};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::form::Fields;
use crate::fault::{render, respond};
use crate::visit::{Page, Visit};

#[derive(Template)]
#[template(path = "window.html")]
struct WindowPage {
    page: Page,
    form: Written,
    error: String,
    opened: Option<WindowOpened>,
}

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Written {
    client_id: String,
    refused: String,
    place: String,
    by_whom: String,
    papers: String,
    name: String,
    phone: String,
    words: String,
}

/// The empty form.
pub async fn form(visit: Visit, trace: Trace) -> Response {
    // Made with the page: a form sent twice registers once.
    let form = Written { client_id: trace.0, ..Written::default() };
    render(&WindowPage {
        page: visit.page("办不成事，请告诉我们"), form, error: String::new(), opened: None
    })
}

/// Registers what the form holds.
pub async fn register(
    State(app): State<App>,
    visit: Visit,
    Peer(peer): Peer,
    Fields(form): Fields<Written>,
) -> Response {
    let mut page = visit.back_to("/window").page("办不成事，请告诉我们");
    page.private = true;
    let wanted = WindowForm {
        refused: clean(&form.refused),
        place: clean(&form.place),
        by_whom: clean(&form.by_whom),
        papers: clean(&form.papers),
        name: clean(&form.name),
        phone: clean(&form.phone),
        words: clean(&form.words),
        client_id: clean(&form.client_id).chars().take(64).collect(),
    };
    let made = match app.rates().chat(peer) {
        Ok(()) => tickets::register(&app, wanted).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(opened) => {
            respond(StatusCode::OK, &WindowPage { page, form, error: String::new(), opened: Some(opened) })
        }
        Err(error) => {
            error.log();
            let status = error.status();
            let error = error.message().to_owned();
            respond(status, &WindowPage { page, form, error, opened: None })
        }
    }
}
