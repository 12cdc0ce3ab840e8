//! The chat, looked at.

use api::dto::chat::Chat;
use api::trace::Trace;
use api::{ApiError, App};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::form::Loose;
use crate::fault::{Fault, PageResult, render, respond};
use crate::view::chat::ChatView;
use crate::visit::{Page, Visit, is_token};

#[derive(Template)]
#[template(path = "chat.html")]
struct ChatPage {
    page: Page,
    chat: ChatView,
}

#[derive(Template)]
#[template(path = "part.html")]
struct PartPage {
    chat: ChatView,
}

#[derive(Template)]
#[template(path = "live.html")]
struct LivePage {
    page: Page,
    chat: ChatView,
}

/// What the first page may be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Start {
    /// A number the citizen came for.
    line: String,
}

/// The first page: a greeting and one open question. No contact is made by looking at it.
pub async fn home(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Loose(start): Loose<Start>,
) -> Response {
    let known = app.hotline().site().lines.contains_key(&start.line);
    let line = if known { start.line } else { String::new() };
    let mut page = visit.chat_page("您好，请直接说您的问题");
    page.private = false;
    page.resume = resume(&app, &visit).await;
    render(&ChatPage { page, chat: ChatView::fresh(&line, &trace.0) })
}

/// The citizen's last chat, if it is not over.
async fn resume(app: &App, visit: &Visit) -> String {
    let Some(token) = visit.chat.as_deref() else { return String::new() };
    match app.hotline().chat_get(token, i64::MAX).await {
        Ok(chat) if chat.phase != "ended" => token.to_owned(),
        _ => String::new(),
    }
}

/// The first page again, with what was written and why it was not taken.
pub fn home_with(visit: &Visit, line: &str, client_id: &str, draft: &str, error: &ApiError) -> Response {
    let mut chat = ChatView::fresh(line, client_id);
    draft.clone_into(&mut chat.draft);
    error.message().clone_into(&mut chat.error);
    respond(error.status(), &ChatPage { page: visit.chat_page("您好，请直接说您的问题"), chat })
}

/// How a chat page came about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The rating was just taken.
    rated: Option<u8>,
}

/// A chat.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path(token): Path<String>,
    Loose(shown): Loose<Shown>,
) -> PageResult<Response> {
    let chat = read(&app, &visit, &token, 0).await?;
    let mut view = ChatView::new(&chat, &trace.0, link(&app, &token), app.hotline().now());
    view.rated = shown.rated.is_some();
    Ok(render(&ChatPage { page: visit.chat_page("在线咨询"), chat: view }))
}

/// A chat with what was written, and why it was not taken.
pub async fn show_with(
    app: &App,
    visit: &Visit,
    trace: &Trace,
    token: &str,
    draft: &str,
    error: Option<&ApiError>,
) -> PageResult<Response> {
    let visit = visit.back_to(&format!("/chat/{token}"));
    let chat = read(app, &visit, token, 0).await.map_err(|fault| fault.keeping(draft))?;
    let mut view = ChatView::new(&chat, &trace.0, link(app, token), app.hotline().now());
    draft.clone_into(&mut view.draft);
    if let Some(error) = error {
        error.message().clone_into(&mut view.error);
    }
    let status = error.map_or(StatusCode::OK, ApiError::status);
    Ok(respond(status, &ChatPage { page: visit.chat_page("在线咨询"), chat: view }))
}

/// Where reading goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: i64,
}

/// What is new in a chat, for the page's script.
pub async fn part(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    Loose(after): Loose<After>,
) -> PageResult<Response> {
    let after = after.after.max(0);
    let chat = read(&app, &visit, &token, after).await?;
    Ok(render(&PartPage { chat: ChatView::new(&chat, "", String::new(), app.hotline().now()) }))
}

/// What is new in a chat, in a frame that renews itself: pages without scripts show it while a person is waited for or
/// writes. The field the citizen writes in stands outside and is not touched.
pub async fn live(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    Loose(after): Loose<After>,
) -> PageResult<Response> {
    let after = after.after.max(0);
    let chat = read(&app, &visit, &token, after).await?;
    let mut view = ChatView::new(&chat, "", String::new(), app.hotline().now());
    for message in &mut view.messages {
        // Ready replies belong to the form, which is outside.
        message.has_options = false;
    }
    Ok(render(&LivePage { page: visit.chat_page("新消息"), chat: view }))
}

/// The address of a form, looked at: after a reload, or from the history.
pub async fn again(Path(token): Path<String>) -> Redirect {
    if is_token(&token) { Redirect::to(&format!("/chat/{token}")) } else { Redirect::to("/") }
}

async fn read(app: &App, visit: &Visit, token: &str, after: i64) -> PageResult<Chat> {
    let chat = app.hotline().chat_get(token, after).await.map_err(|error| Fault::new(visit, error))?;
    Ok(chat.into())
}

fn link(app: &App, token: &str) -> String {
    format!("{}/chat/{token}", app.config().server.public_url.trim_end_matches('/'))
}
