//! Following a ticket: by its number and a proof, or from the chat it came from.

use api::citizen::tickets;
use api::dto::progress::TicketProgress;
use api::text::clean;
use api::trace::{Peer, Trace};
use api::{ApiError, ApiResult, App};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Micros;
use serde::Deserialize;

use super::form::Fields;
use crate::fault::{Fault, PageResult, render, respond};
use crate::view::words;
use crate::visit::{Page, Visit, is_token, percent_encoded};

#[derive(Template)]
#[template(path = "tickets.html")]
struct LookPage {
    page: Page,
    look: Look,
}

#[derive(Template)]
#[template(path = "ticket.html")]
struct ChatTicketPage {
    page: Page,
    look: Look,
}

/// What the page shows.
#[derive(Debug, Default)]
struct Look {
    number: String,
    proof: String,
    error: String,
    found: bool,
    ticket: TicketView,
    thanks: &'static str,
    action: String,
    by_chat: bool,
    words: String,
    back: String,
}

/// A ticket in words.
#[derive(Debug, Default)]
struct TicketView {
    number: String,
    title: String,
    state: String,
    state_words: String,
    due: String,
    next_step: String,
    events: Vec<EventView>,
}

#[derive(Debug)]
struct EventView {
    at: String,
    at_iso: String,
    words: String,
}

impl TicketView {
    fn new(progress: TicketProgress, now: Micros) -> Self {
        let event = |event: api::dto::progress::ProgressEvent| EventView {
            at: words::at(event.at_us, now),
            at_iso: words::iso(event.at_us),
            words: event.words,
        };
        Self {
            number: progress.number,
            title: progress.title,
            state: progress.state,
            state_words: progress.state_words,
            due: progress.due_us.map(|due| format!("{}前答复您", words::due(due))).unwrap_or_default(),
            next_step: progress.next_step,
            events: progress.events.into_iter().map(event).collect(),
        }
    }
}

/// What a citizen asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    number: String,
    proof: String,
    words: String,
}

/// The empty form.
pub async fn form(visit: Visit) -> Response {
    let mut page = visit.page("查办理进度");
    page.at = "tickets";
    render(&LookPage { page, look: Look::default() })
}

/// The progress of a ticket whose proof fits.
pub async fn look(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    Fields(asked): Fields<Asked>,
) -> Response {
    let found = find(&app, &trace, peer, &asked).await;
    shown(&app, &visit.back_to("/tickets"), asked, found, "")
}

/// Adds words to a ticket whose proof fits.
pub async fn add(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    Fields(mut asked): Fields<Asked>,
) -> Response {
    let visit = visit.back_to("/tickets");
    let found = match find(&app, &trace, peer, &asked).await {
        Ok(found) => found,
        Err(error) => return shown(&app, &visit, asked, Err(error), ""),
    };
    let (number, proof) = (asked.number.trim(), asked.proof.trim());
    match tickets::add(&app, &trace, number, proof, &clean(&asked.words)).await {
        Ok(()) => {
            let found = tickets::look(&app, &trace, number, proof).await;
            asked.words.clear();
            shown(&app, &visit, asked, found, THANKS)
        }
        Err(error) => {
            let look = Look { error: error.message().to_owned(), ..Look::default() };
            page(&app, &visit, asked, Some(found), look, error.status())
        }
    }
}

const THANKS: &str = "补充的情况已经记下，承办人能看到。";

async fn find(app: &App, trace: &Trace, peer: std::net::IpAddr, asked: &Asked) -> ApiResult<TicketProgress> {
    let number = asked.number.trim();
    app.rates().proof(peer, number)?;
    tickets::look(app, trace, number, &asked.proof).await
}

fn shown(
    app: &App,
    visit: &Visit,
    asked: Asked,
    found: Result<TicketProgress, ApiError>,
    thanks: &'static str,
) -> Response {
    match found {
        Ok(found) => page(app, visit, asked, Some(found), Look { thanks, ..Look::default() }, StatusCode::OK),
        Err(error) => {
            error.log();
            let look = Look { error: error.message().to_owned(), ..Look::default() };
            page(app, visit, asked, None, look, error.status())
        }
    }
}

fn page(
    app: &App,
    visit: &Visit,
    asked: Asked,
    found: Option<TicketProgress>,
    look: Look,
    status: StatusCode,
) -> Response {
    let mut page = visit.page("查办理进度");
    page.at = "tickets";
    page.private = true;
    let look = Look {
        number: asked.number,
        proof: asked.proof,
        words: asked.words,
        action: "/tickets/words".to_owned(),
        found: found.is_some(),
        ticket: found.map(|found| TicketView::new(found, app.hotline().now())).unwrap_or_default(),
        ..look
    };
    respond(status, &LookPage { page, look })
}

/// A ticket of a chat: whoever has the chat's link may follow it.
pub async fn of_chat(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path((token, number)): Path<(String, String)>,
) -> PageResult<Response> {
    of_chat_with(&app, &visit, &trace, &token, &number, Look::default()).await
}

/// Adds words to a ticket of a chat.
pub async fn add_of_chat(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path((token, number)): Path<(String, String)>,
    Fields(asked): Fields<Asked>,
) -> PageResult<Response> {
    let words = clean(&asked.words);
    let added = match app.rates().message(&token) {
        Ok(()) => tickets::add(&app, &trace, &number, &token, &words).await,
        Err(error) => Err(error),
    };
    let look = match added {
        Ok(()) => Look { thanks: THANKS, ..Look::default() },
        Err(error) => Look { error: error.message().to_owned(), words, ..Look::default() },
    };
    of_chat_with(&app, &visit, &trace, &token, &number, look).await
}

async fn of_chat_with(
    app: &App,
    visit: &Visit,
    trace: &Trace,
    token: &str,
    number: &str,
    look: Look,
) -> PageResult<Response> {
    let back = if is_token(token) { format!("/chat/{token}") } else { "/".to_owned() };
    let here = format!("{back}/tickets/{}", percent_encoded(number));
    let visit = visit.back_to(&here);
    let fault = |error: ApiError| Fault::new(&visit, error).keeping(&look.words).back(&back);
    let found = tickets::look(app, trace, number, token).await.map_err(fault)?;
    let mut page = visit.page("办理进度");
    page.private = true;
    let status = if look.error.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let look = Look {
        found: true,
        ticket: TicketView::new(found, app.hotline().now()),
        action: here.clone(),
        by_chat: true,
        back: back.clone(),
        ..look
    };
    Ok(respond(status, &ChatTicketPage { page, look }))
}
