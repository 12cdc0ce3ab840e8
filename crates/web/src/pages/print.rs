//! An entry for paper: one clean sheet, from a page that needs no script.

use api::App;
use api::citizen::knowledge::on_day;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::knowledge::{EntryView, short};
use crate::fault::{Fault, PageResult, render};
use crate::visit::{Page, Visit};

#[derive(Template)]
#[template(path = "print.html")]
struct PrintPage {
    page: Page,
    entry: EntryView,
}

/// The sheet. It counts no view: who prints has read the page.
pub async fn entry(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult<Response> {
    let entry = on_day(&app, &visit.base, &id, None).map_err(|error| Fault::new(&visit, error).back("/k"))?;
    let mut page = visit.page(&entry.title);
    // The same words as the entry's page, which is the one to be found.
    page.private = true;
    page.canonical.clone_from(&entry.url);
    page.description = short(&entry.answer);
    Ok(render(&PrintPage { page, entry: EntryView::new(entry, app.hotline().now()) }))
}
