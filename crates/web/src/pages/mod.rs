//! The pages, one file each kind.

pub mod call;
pub mod chat;
pub mod form;
pub mod knowledge;
pub mod own;
pub mod plain;
pub mod print;
pub mod sitemap;
pub mod talk;
pub mod tickets;
pub mod window;

use api::App;
use axum::Router;
use axum::routing::{get, post};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(chat::home))
        .route("/chat", post(talk::begin).get(chat::home))
        .route("/chat/{token}", get(chat::show))
        .route("/chat/{token}/part", get(chat::part))
        .route("/chat/{token}/live", get(chat::live))
        .route("/chat/{token}/say", post(talk::say).get(chat::again))
        .route("/chat/{token}/end", post(talk::end).get(chat::again))
        .route("/chat/{token}/rating", post(talk::rate).get(chat::again))
        .route("/chat/{token}/tickets/{number}", get(own::of_chat).post(own::add_of_chat))
        .route("/chat/{token}/tickets/{number}/steps", post(own::step_of_chat).get(own::of_chat))
        .route("/chat/{token}/tickets/{number}/files/{id}", get(own::file_of_chat))
        .route("/call", get(call::show))
        .route("/tickets", get(tickets::form).post(tickets::look))
        .route("/tickets/words", post(tickets::more).get(tickets::form))
        .route("/tickets/steps", post(tickets::step).get(tickets::form))
        .route("/tickets/files/{id}", post(tickets::file).get(tickets::form))
        .route("/window", get(window::form).post(window::register))
        .route("/k", get(knowledge::search))
        .route("/k/{id}", get(knowledge::entry))
        .route("/k/{id}/print", get(print::entry))
        .route("/k/{id}/feedback", post(knowledge::feedback).get(knowledge::entry))
        .route("/robots.txt", get(sitemap::robots))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemap/{part}", get(sitemap::part))
        .route("/elder", get(plain::elder))
        .route("/accessibility", get(plain::accessibility))
        .method_not_allowed_fallback(plain::wrong_method)
}
