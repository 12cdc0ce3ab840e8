//! Live streams for desks and the wallboard. Hints wake them, rows are read anew, and only what changed is sent.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use contact::{Hotline, Hub, Watch};
use futures::Stream;
use futures::stream::unfold;
use kernel::Ctx;
use security::{Permission, authorise};
use serde::Serialize;

use super::{Person, Staffed};
use crate::error::ApiResult;
use crate::sse::{event, live};

/// Rows that other nodes changed are found within this time.
const LOOKS_EVERY: Duration = Duration::from_secs(2);
/// The wallboard is not sent more often than this.
const BOARD_EVERY: Duration = Duration::from_secs(1);

/// 席位动态
#[utoipa::path(get, path = "/desk/events", tag = "desk", responses((status = 200, content_type = "text/event-stream"), (status = 401), (status = 403)))]
pub async fn desk(State(staffed): State<Staffed>, person: Person) -> ApiResult<Response> {
    authorise(&person.ctx, Permission::ContactServe, None)?;
    let watch = staffed.hotline.hub().watch(&Hub::desk(person.staff.id.as_str()));
    let Staffed { hotline, closing, .. } = staffed;
    Ok(live(changes(Desk { hotline, ctx: person.ctx }, watch, Duration::from_millis(15)), closing))
}

/// 大屏动态
#[utoipa::path(get, path = "/supervision/events", tag = "supervision", responses((status = 200, content_type = "text/event-stream"), (status = 401), (status = 403)))]
pub async fn supervision(State(staffed): State<Staffed>, person: Person) -> ApiResult<Response> {
    authorise(&person.ctx, Permission::QueueWatch, None)?;
    let watch = staffed.hotline.hub().watch(Hub::SUPERVISION);
    let Staffed { hotline, closing, .. } = staffed;
    Ok(live(changes(Board { hotline, ctx: person.ctx }, watch, BOARD_EVERY), closing))
}

/// Something that is read anew after each hint.
trait Source: Send + 'static {
    const NAME: &'static str;
    fn read(&mut self) -> impl Future<Output = Option<serde_json::Value>> + Send;
}

struct Desk {
    hotline: Hotline,
    ctx: Ctx,
}

impl Source for Desk {
    const NAME: &'static str = "desk";

    async fn read(&mut self) -> Option<serde_json::Value> {
        self.ctx.now = self.hotline.now();
        as_value(&self.hotline.desk_view(&self.ctx).await.ok()?)
    }
}

struct Board {
    hotline: Hotline,
    ctx: Ctx,
}

impl Source for Board {
    const NAME: &'static str = "supervision";

    async fn read(&mut self) -> Option<serde_json::Value> {
        self.ctx.now = self.hotline.now();
        as_value(&self.hotline.supervision(&self.ctx).await.ok()?)
    }
}

fn as_value(view: &impl Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(view).ok()
}

/// What the source shows, each time it differs from what was sent last. `rest` is the least time between two looks.
fn changes<S: Source>(source: S, watch: Watch, rest: Duration) -> impl Stream<Item = Event> + Send + 'static {
    unfold((source, watch, None::<serde_json::Value>), move |(mut source, mut watch, sent)| async move {
        let mut first = sent.is_none();
        loop {
            if !first {
                watch.next(LOOKS_EVERY).await;
                tokio::time::sleep(rest).await;
            }
            first = false;
            let Some(now) = source.read().await else { continue };
            if sent.as_ref() != Some(&now) {
                let event = event(S::NAME, None, &now)?;
                return Some((event, (source, watch, Some(now))));
            }
        }
    })
}
