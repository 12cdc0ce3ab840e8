//! A chat as a live stream.

use std::collections::VecDeque;
use std::time::Duration;

use axum::response::Response;
use axum::response::sse::Event;
use contact::{Hotline, Hub, Watch};
use store::Dialect;

use crate::app::App;
use crate::dto::chat::Chat;
use crate::error::ApiResult;
use crate::sse::{event, live};

/// How often rows are looked at without a hint: with one process hints miss nothing, with several they come from one only.
const fn look_every(dialect: Dialect) -> Duration {
    match dialect {
        Dialect::Sqlite => Duration::from_secs(20),
        Dialect::Postgres => Duration::from_secs(2),
    }
}

struct Follow {
    hotline: Hotline,
    token: String,
    after: i64,
    watch: Watch,
    every: Duration,
    told: Option<Chat>,
    ready: VecDeque<Event>,
}

/// Follows a chat from a message on.
pub async fn chat(app: &App, token: String, after: i64) -> ApiResult<Response> {
    let hotline = app.hotline().clone();
    let contact = hotline.chat_contact(&token).await?;
    let follow = Follow {
        // Watched before the first look, so that nothing falls between.
        watch: hotline.hub().watch(&Hub::contact(contact.as_str())),
        every: look_every(hotline.store().dialect()),
        hotline,
        token,
        after,
        told: None,
        ready: VecDeque::new(),
    };
    let events = futures::stream::unfold(follow, async |mut follow| {
        loop {
            if let Some(event) = follow.ready.pop_front() {
                return Some((event, follow));
            }
            if follow.told.is_some() {
                follow.watch.next(follow.every).await;
            }
            follow.look().await;
        }
    });
    Ok(live(events, app.closing()))
}

impl Follow {
    /// Takes what is new. A database that does not answer now is asked again at the next look.
    async fn look(&mut self) {
        let Ok(view) = self.hotline.chat_get(&self.token, self.after).await else {
            tokio::time::sleep(Duration::from_secs(1)).await;
            return;
        };
        let mut chat = Chat::from(view);
        let messages = std::mem::take(&mut chat.messages);
        for message in messages {
            self.after = self.after.max(message.seq);
            self.ready.extend(event("message", Some(message.seq), &message));
        }
        if self.told.as_ref() != Some(&chat) {
            self.ready.extend(event("chat", None, &chat));
            self.told = Some(chat);
        }
    }
}
