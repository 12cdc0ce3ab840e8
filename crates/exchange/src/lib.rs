//! Tickets to and from other systems: a platform above, subscribers of what happens, clients of Open311 (docs/exchange.md).
//!
//! Invariants:
//! - Nothing leaves but from committed outbox rows; they hold references, never what a person wrote.
//! - A message has one id at every attempt, and whoever takes one answers a known id as before and changes nothing: over kills
//!   and cuts nothing is lost and nothing doubled.
//! - What will not be tried again is a letter that staff see, send again or drop with a reason.
//! - Every message of machines is signed; what is not is refused before it is read.
//! - Open311 shows nothing that a person wrote and nobody's name, number or exact place.
//!
//! Deliberately absent: serving HTTP (`api` does), the rules of tickets (`casework` decides each step), TLS (docs/exchange.md).

mod cloud;
mod deliver;
mod error;
mod follow;
mod journal;
mod letters;
mod mapping;
pub mod open311;
mod outgoing;
mod partners;
mod receive;
mod setup;
mod signing;
pub mod sql;
mod words;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use casework::Casework;
use kernel::{Clock, Ctx, Rng};
use security::Keys;
use store::Store;

pub use error::ExchangeError;
pub use journal::{Difference, Entry, Overview, Reconciliation};
pub use letters::Letter;
pub use partners::{Partner, Waiting};
pub use receive::{FileRow, Receipt};
pub use setup::{Faults, Setup};
pub use signing::{SIGNATURE, SITE, TIME};

/// References to what the peer is to be told.
pub(crate) const PUSH: &str = "exchange.push";
/// References to what subscribers are to be told.
pub(crate) const HOOK: &str = "exchange.hook";

/// The exchange of a site. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Exchange(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub store: Store,
    pub casework: Casework,
    pub keys: Keys,
    pub clock: Arc<dyn Clock>,
    pub rng: Mutex<Rng>,
    pub setup: Setup,
    pub http: reqwest::Client,
    /// Taking is one after another: looking whether a message was taken, and taking it, are two steps.
    pub taking: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("setup", &self.0.setup).finish_non_exhaustive()
    }
}

/// What stands for a key of Open311 in the file.
pub fn key_hash(key: &str) -> String {
    words::digest(key.as_bytes())
}

/// A new key of Open311: 48 hexadecimal digits.
pub fn fresh_key(rng: &mut Rng) -> String {
    let mut secret = [0_u8; 24];
    rng.fill(&mut secret);
    hex::encode(secret)
}

impl Exchange {
    /// An exchange over a migrated store.
    ///
    /// # Errors
    /// When the client for HTTP cannot be made.
    pub fn new(
        store: Store,
        casework: Casework,
        keys: Keys,
        clock: Arc<dyn Clock>,
        rng: Rng,
        setup: Setup,
    ) -> Result<Self, ExchangeError> {
        let wait = setup.peer.as_ref().map_or(10, |peer| peer.timeout_secs);
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(u64::from(wait)))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| ExchangeError::Client(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            store,
            casework,
            keys,
            clock,
            rng: Mutex::new(rng),
            setup,
            http,
            taking: tokio::sync::Mutex::new(()),
        })))
    }

    /// Runs until the program ends: the follower and the sender of each topic.
    pub fn start(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let follower = self.clone();
        let mut tasks = vec![tokio::spawn(async move { follower.follow().await })];
        for topic in [PUSH, HOOK] {
            let sender = self.clone();
            tasks.push(tokio::spawn(async move { sender.deliver(topic).await }));
        }
        tasks
    }

    /// What the operator set.
    pub fn setup(&self) -> &Setup {
        &self.0.setup
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::system("exchange", self.0.clock.as_ref())
    }
}
