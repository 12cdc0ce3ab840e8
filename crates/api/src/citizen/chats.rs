//! The citizen's chat.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use contact::{Opening, Said};
use dialogue::{Channel, Lane};
use kernel::ErrorCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::{Body, Path, Query};
use crate::citizen::stream;
use crate::dto::chat::{After, Chat, ChatRating, ChatSay, ChatStart};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::sse::LastEventId;
use crate::trace::Peer;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(read))
        .routes(routes!(say))
        .routes(routes!(events))
        .routes(routes!(end))
        .routes(routes!(rate))
}

/// Begins a chat
///
/// The answer holds the token: whoever has it may read and write. It is told this once.
#[utoipa::path(post, path = "/chats", tag = "chat", request_body = ChatStart,
    responses((status = 201, body = Chat), (status = 429, body = ErrorBody)))]
pub async fn start(
    State(app): State<App>,
    Peer(peer): Peer,
    Body(start): Body<ChatStart>,
) -> ApiResult<(StatusCode, Json<Chat>)> {
    app.rates().chat(peer)?;
    let opening = Opening {
        line: start.line.unwrap_or_default(),
        channel: Channel::Web,
        // Large letters are a wish for the page, not for another queue.
        lane: Lane::Normal,
        phone: None,
    };
    let chat = app.hotline().chat_open(opening).await?;
    Ok((StatusCode::CREATED, Json(chat.into())))
}

/// Reads a chat
#[utoipa::path(get, path = "/chats/{token}", tag = "chat", params(("token" = String, Path), After),
    responses((status = 200, body = Chat), (status = 404, body = ErrorBody)))]
pub async fn read(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(after): Query<After>,
) -> ApiResult<Json<Chat>> {
    Ok(Json(app.hotline().chat_get(&token, after.seq()).await?.into()))
}

/// Writes, or presses a key
///
/// Sent again with the same `client_id` it counts once and answers the same.
#[utoipa::path(post, path = "/chats/{token}/messages", tag = "chat", params(("token" = String, Path)), request_body = ChatSay,
    responses((status = 200, body = Chat), (status = 404, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 429, body = ErrorBody)))]
pub async fn say(
    State(app): State<App>,
    Path(token): Path<String>,
    Body(say): Body<ChatSay>,
) -> ApiResult<Json<Chat>> {
    let (client_id, said) = said(say)?;
    // A wish for a person is never too much.
    if !matches!(said, Said::Key('0')) {
        app.rates().message(&token)?;
    }
    Ok(Json(app.hotline().chat_say(&token, &client_id, said).await?.into()))
}

fn said(say: ChatSay) -> ApiResult<(String, Said)> {
    let said = match (say.text, say.key) {
        (Some(text), None) => Said::Text(text.0),
        (None, Some(key)) => Said::Key(one_key(&key)?),
        _ => return Err(ApiError::new(ErrorCode::Invalid, "请只填文字（text）或按键（key）中的一项。")),
    };
    Ok((say.client_id, said))
}

/// A key of a telephone.
pub(crate) fn one_key(key: &str) -> ApiResult<char> {
    let mut letters = key.chars();
    match (letters.next(), letters.next()) {
        (Some(key @ ('0'..='9' | '*' | '#')), None) => Ok(key),
        _ => Err(ApiError::new(ErrorCode::Invalid, "按键只能是 0 到 9、* 或 #，请重新按。")),
    }
}

/// Follows a chat live
///
/// Events: `message` (a Message, its sequence number as the event's id) and `chat` (the Chat without messages).
#[utoipa::path(get, path = "/chats/{token}/events", tag = "chat", params(("token" = String, Path), After),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 404, body = ErrorBody)))]
pub async fn events(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(after): Query<After>,
    LastEventId(last): LastEventId,
) -> ApiResult<Response> {
    stream::chat(&app, token, last.map_or(after.seq(), |last| last.max(after.seq()))).await
}

/// Ends a chat
#[utoipa::path(post, path = "/chats/{token}/end", tag = "chat", params(("token" = String, Path)),
    responses((status = 200, body = Chat), (status = 404, body = ErrorBody)))]
pub async fn end(State(app): State<App>, Path(token): Path<String>) -> ApiResult<Json<Chat>> {
    Ok(Json(app.hotline().chat_end(&token).await?.into()))
}

/// Rates the service
#[utoipa::path(post, path = "/chats/{token}/rating", tag = "chat", params(("token" = String, Path)), request_body = ChatRating,
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn rate(
    State(app): State<App>,
    Path(token): Path<String>,
    Body(rating): Body<ChatRating>,
) -> ApiResult<StatusCode> {
    app.rates().message(&token)?;
    let words = rating.words.unwrap_or_default();
    app.hotline().chat_rate(&token, rating.stars, rating.solved, words.as_str()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_a_telephone() {
        assert_eq!(one_key("0").ok(), Some('0'));
        assert!(one_key("00").is_err() && one_key("").is_err() && one_key("a").is_err());
    }
}
