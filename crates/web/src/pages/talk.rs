//! The chat, taken part in without scripts: a form, then the page again.

use api::text::clean;
use api::trace::{Peer, Trace};
use api::{ApiError, ApiResult, App};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use contact::{Opening, Said};
use dialogue::Channel;
use kernel::ErrorCode;
use serde::Deserialize;

use super::chat::{home_with, show_with};
use super::form::Fields;
use crate::fault::{Fault, PageResult};
use crate::visit::{CHAT, Visit};

/// What the form under a chat sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Written {
    /// Made with the page: a form sent twice counts once.
    client_id: String,
    /// The line, when the chat is to begin.
    line: String,
    /// The words.
    text: String,
    /// A ready reply that was tapped.
    pick: String,
    /// A key: the button 转人工 is `0`.
    key: String,
}

/// The first message: begins a chat.
pub async fn begin(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Peer(peer): Peer,
    Fields(written): Fields<Written>,
) -> PageResult<Response> {
    let refused = |error: &ApiError| home_with(&visit, &written.line, &trace.0, &written.text, error);
    if clean(&written.text).is_empty() && written.key.is_empty() {
        return Ok(refused(&nothing_written()));
    }
    if let Err(error) = app.rates().chat(peer) {
        return Ok(refused(&error));
    }
    let opening = Opening { line: written.line.clone(), channel: Channel::Web, ..Opening::default() };
    let token = match app.hotline().chat_open(opening).await {
        Ok(chat) => chat.token,
        Err(error) => return Ok(refused(&error.into())),
    };
    let mut response = answer(&app, &visit, &trace, &token, &written).await?;
    if let Ok(cookie) = HeaderValue::from_str(&remember(&app, &token)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A further message.
pub async fn say(
    State(app): State<App>,
    visit: Visit,
    trace: Trace,
    Path(token): Path<String>,
    Fields(written): Fields<Written>,
) -> PageResult<Response> {
    answer(&app, &visit, &trace, &token, &written).await
}

async fn answer(
    app: &App,
    visit: &Visit,
    trace: &Trace,
    token: &str,
    written: &Written,
) -> PageResult<Response> {
    // A ready reply was tapped: what stands in the field is not sent with it, and stays there.
    let picked = !written.pick.is_empty();
    match send(app, token, written).await {
        Ok(()) if picked && !written.text.trim().is_empty() => {
            show_with(app, visit, trace, token, &written.text, None).await
        }
        Ok(()) => Ok(Redirect::to(&format!("/chat/{token}#card")).into_response()),
        Err(error) => show_with(app, visit, trace, token, &written.text, Some(&error)).await,
    }
}

async fn send(app: &App, token: &str, written: &Written) -> ApiResult<()> {
    let hotline = app.hotline();
    let words = if written.pick.is_empty() { clean(&written.text) } else { clean(&written.pick) };
    let key = written.key.chars().next();
    if words.is_empty() && key.is_none() {
        return Err(nothing_written());
    }
    if !words.is_empty() {
        if key.is_none() {
            app.rates().message(token)?;
        }
        hotline.chat_say(token, &written.client_id, Said::Text(words)).await?;
    }
    if let Some(key) = key {
        // What was written goes first, so that the person sees it.
        hotline.chat_say(token, &format!("{}-k", written.client_id), Said::Key(key)).await?;
    }
    Ok(())
}

fn nothing_written() -> ApiError {
    ApiError::new(ErrorCode::Invalid, "您还没有写内容，请写下您的问题再发送；也可以直接点“转人工”。")
}

fn remember(app: &App, token: &str) -> String {
    let days = i64::from(app.config().chat.resume_days);
    let secure = if app.transport() == api::headers::Transport::Encrypted { "; Secure" } else { "" };
    format!("{CHAT}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", days * 86_400)
}

/// The citizen leaves on purpose.
pub async fn end(State(app): State<App>, visit: Visit, Path(token): Path<String>) -> PageResult<Response> {
    let chat = app.hotline().chat_end(&token).await.map_err(|error| Fault::new(&visit, error))?;
    Ok(Redirect::to(&format!("/chat/{}#card", chat.token)).into_response())
}

/// The rating.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rated {
    stars: String,
    solved: String,
    words: String,
}

/// Takes the rating.
pub async fn rate(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    Fields(rated): Fields<Rated>,
) -> PageResult<Response> {
    let back = format!("/chat/{token}#card");
    let words = clean(&rated.words);
    let fault = |error: ApiError| Fault::new(&visit, error).keeping(&words).back(&back);
    app.rates().message(&token).map_err(fault)?;
    let (Ok(stars), Ok(solved)) = (rated.stars.parse::<u8>(), rated.solved.parse::<bool>()) else {
        let error = ApiError::new(ErrorCode::Invalid, "请返回选一下满意程度，再选问题是否解决。");
        return Err(fault(error));
    };
    app.hotline().chat_rate(&token, stars, solved, &words).await.map_err(|error| fault(error.into()))?;
    Ok(Redirect::to(&format!("/chat/{token}?rated=1#card")).into_response())
}
