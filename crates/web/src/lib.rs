//! The citizen's pages, and the console's files.
//!
//! Invariants:
//! - Every page works without scripts; with them it only becomes quicker. One markup serves both: scripts fetch fragments
//!   of the same templates.
//! - What a person wrote is escaped wherever it is shown, and is never lost: a refused message comes back in its field.
//! - No inline script or style: the content policy forbids them.
//! - A person can be asked for on every page of a chat that is not with one.
//!
//! Deliberately absent: rules of conversation, a JSON interface (`api`), a framework in the browser.

mod assets;
mod console;
mod fault;
mod pages;
mod view;
mod visit;

use std::sync::Arc;

use api::App;
use axum::Router;
use config::Config;
use contact::Hotline;

/// The pages with their layers, with counters of their own.
pub fn router(hotline: Hotline, config: Arc<Config>) -> Router {
    routes(&App::new(hotline, config))
}

/// The pages with their layers. Also answers for every address that nobody else knows.
pub fn routes(app: &App) -> Router {
    let routes = Router::new()
        .merge(pages::routes())
        .merge(assets::routes())
        .merge(console::routes())
        .fallback(pages::plain::nowhere)
        .with_state(app.clone());
    api::edge(routes, app)
}
