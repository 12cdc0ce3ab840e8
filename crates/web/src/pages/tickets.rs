//! Following a ticket: by its number and a proof. What is shown and done is the same as from a chat ([`super::own`]).
//!
//! The proof travels in forms only, never in an address: addresses stand in histories and logs.

use api::citizen::tickets;
use api::dto::progress::TicketProgress;
use api::trace::{Peer, Trace};
use api::{ApiError, ApiResult, App};
use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::form::{Fields, Loose};
use super::own::{Asked, Look, Material, after, broken, step_of};
use crate::fault::{Fault, PageResult, render, respond};
use crate::view::ticket::TicketView;
use crate::visit::{Page, Visit};

#[derive(Template)]
#[template(path = "tickets.html")]
struct LookPage {
    page: Page,
    look: Look,
}

/// A number to begin with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begun {
    number: String,
}

/// The empty form.
pub async fn form(visit: Visit, Loose(begun): Loose<Begun>) -> Response {
    let mut page = visit.page("查办理进度");
    page.at = "tickets";
    let number = begun.number.chars().take(40).collect();
    render(&LookPage { page, look: Look { number, ..Look::default() } })
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
    shown(&app, &visit.back_to("/tickets"), asked, found, Look::default())
}

/// Adds words and files to a ticket whose proof fits.
pub async fn more(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    form: Result<Multipart, MultipartRejection>,
) -> PageResult<Response> {
    let visit = visit.back_to("/tickets");
    let mut form = form.map_err(|_| Fault::new(&visit, super::own::unread()))?;
    let mut material = Material::default();
    let mut found = None;
    let read = loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break Ok(()),
            Err(error) => break Err(broken(&error)),
        };
        // Whose ticket it is stands before the files: a stranger's are not read.
        if field.file_name().is_some() && found.is_none() {
            let known = find(&app, &trace, peer, &material.asked).await;
            let stranger = known.is_err();
            found = Some(known);
            if stranger {
                break Ok(());
            }
        }
        if let Err(error) = material.part(field).await {
            break Err(error);
        }
    };
    // Cut off before it said whose it is: only what was wrong with it can be told.
    if let Err(error) = &read
        && material.asked.number.is_empty()
    {
        return Err(Fault::new(&visit, error.clone()).back("/tickets"));
    }
    let found = match found {
        Some(found) => found,
        None => find(&app, &trace, peer, &material.asked).await,
    };
    if found.is_err() {
        return Ok(shown(&app, &visit, material.asked, found, Look::default()));
    }
    let (number, proof) = (material.asked.number.trim().to_owned(), material.asked.proof.trim().to_owned());
    let added = match read {
        Ok(()) => material.add(&app, &trace, &number, &proof).await,
        Err(error) => Err(error),
    };
    let mut asked = material.asked;
    Ok(match added {
        Ok(told) => {
            asked.words.clear();
            let found = tickets::look(&app, &trace, &number, &proof).await;
            shown(&app, &visit, asked, found, told)
        }
        Err(error) => refused(&app, &visit, asked, found.ok(), &error, "words"),
    })
}

/// Takes a step: urges, takes back, answers, rates.
pub async fn step(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    Fields(mut asked): Fields<Asked>,
) -> Response {
    let visit = visit.back_to("/tickets");
    let found = match find(&app, &trace, peer, &asked).await {
        Ok(found) => found,
        Err(error) => return shown(&app, &visit, asked, Err(error), Look::default()),
    };
    let (number, proof) = (asked.number.trim().to_owned(), asked.proof.trim().to_owned());
    match tickets::take(&app, &trace, &number, &proof, step_of(&asked)).await {
        Ok(progress) => {
            let look = after(&asked.step, &progress);
            asked.words.clear();
            shown(&app, &visit, asked, Ok(progress), look)
        }
        Err(error) => {
            let of = asked.step.clone();
            // It may have moved on meanwhile: then the page shows how it stands, not how it stood.
            let found = tickets::look(&app, &trace, &number, &proof).await.unwrap_or(found);
            refused(&app, &visit, asked, Some(found), &error, &of)
        }
    }
}

/// A file of a ticket whose proof fits, to be saved.
pub async fn file(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    Path(id): Path<String>,
    Fields(asked): Fields<Asked>,
) -> PageResult<Response> {
    let visit = visit.back_to("/tickets");
    let number = asked.number.trim();
    let fetched = match app.rates().proof(peer, number) {
        Ok(()) => tickets::fetch(&app, &trace, number, &asked.proof, &id).await,
        Err(error) => Err(error),
    };
    fetched.map_err(|error| Fault::new(&visit, error).back("/tickets"))
}

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
    look: Look,
) -> Response {
    match found {
        Ok(found) => page(app, visit, asked, Some(found), look, StatusCode::OK),
        Err(error) => refused(app, visit, asked, None, &error, ""),
    }
}

fn refused(
    app: &App,
    visit: &Visit,
    asked: Asked,
    found: Option<TicketProgress>,
    error: &ApiError,
    of: &str,
) -> Response {
    error.log();
    let look = Look {
        error: error.message().to_owned(),
        of: of.to_owned(),
        words: asked.words.clone(),
        ..Look::default()
    };
    page(app, visit, asked, found, look, error.status())
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
        action: "/tickets/words".to_owned(),
        steps: "/tickets/steps".to_owned(),
        files: "/tickets/files".to_owned(),
        found: found.is_some(),
        ticket: found.map(|found| TicketView::new(found, app.hotline().now())).unwrap_or_default(),
        ..look
    };
    respond(status, &LookPage { page, look })
}
