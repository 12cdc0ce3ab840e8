//! Other systems: the platform above and Open311. The rules are `exchange`'s; here are addresses, headers and statuses.

mod open311;
mod peer;

use ::exchange::Exchange;
use axum::Router;

use crate::app::App;

/// The largest message of the platform above: a file of 8 MiB in base64 and what is round it.
pub const MESSAGE_BYTES: usize = 12 * 1024 * 1024;
/// Where the platform above finds us.
pub const PEER: &str = "/exchange/v1";

/// What handlers need.
#[derive(Debug, Clone)]
struct Shared {
    exchange: Exchange,
    /// The address of the site as others see it.
    base: String,
}

/// The addresses for other systems; none without an exchange.
pub fn routes(app: &App) -> Router {
    let Some(exchange) = app.exchange().cloned() else { return Router::new() };
    let shared = Shared { exchange, base: app.config().server.public_url.clone() };
    Router::new().merge(peer::routes()).merge(open311::routes()).with_state(shared)
}
