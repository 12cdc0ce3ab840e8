//! Operations for citizens: no account, the chat's token is the proof.

pub mod calls;
pub mod chats;
pub mod knowledge;
pub mod stream;
pub mod tickets;

use kernel::{Actor, Ctx};

use crate::app::App;
use crate::trace::Trace;

/// The context of a citizen who is known by a ticket's proof only, or not at all.
pub(crate) fn visitor(app: &App, trace: &Trace) -> Ctx {
    Ctx { actor: Actor::System { part: "web".to_owned() }, now: app.hotline().now(), trace: trace.0.clone() }
}
