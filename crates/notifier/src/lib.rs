//! Short messages to citizens about their tickets: registered, asked, put off, answered (docs/notifier.md).
//!
//! Invariants:
//! - A message stands in the database before anything is sent; the number is looked up when it is sent and kept nowhere else; a kill at any moment sends it once, or
//!   in the moment between the carrier's receipt and its being written down, twice. Never not at all.
//! - It holds the ticket's number, a date and a link: nothing that a person wrote, because a telephone has many readers.
//! - Nobody is woken: what falls into the quiet hours waits for their end.
//! - What will not be tried again stands on a list that staff see and send again.
//!
//! Deliberately absent: when a ticket moves (`casework`), HTTP (`api`), which events are worth a message in a given place (the
//! configuration says it).

mod carrier;
mod deliver;
mod error;
mod follow;
mod list;
mod quiet;
pub mod sql;
mod words;

use std::fmt;
use std::sync::Arc;

use casework::{Casework, Follower};
use kernel::{Clock, Ctx, Micros};
use store::Store;
use tokio::sync::Mutex;

pub use carrier::{Carrier, CarryError, Inbox, Message, configured};
pub use error::NotifierError;
pub use list::{Text, Texts};

/// As a follower of the record of tickets.
const NAME: &str = "notifier";
/// The timer that sends a message.
pub(crate) const TIMER: &str = "text.send";

/// The messages of a site. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Notifier(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub store: Store,
    pub casework: Casework,
    pub clock: Arc<dyn Clock>,
    pub terms: config::Notifier,
    /// Where citizens look after their ticket; empty: messages hold no link.
    pub public_url: String,
    pub carrier: Arc<dyn Carrier>,
    pub follower: Mutex<Follower>,
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier").field("carrier", &self.0.carrier.name()).finish_non_exhaustive()
    }
}

/// What a notifier is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Tickets.
    pub casework: Casework,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The section of the configuration.
    pub terms: config::Notifier,
    /// The address citizens see.
    pub public_url: String,
    /// Who carries messages.
    pub carrier: Arc<dyn Carrier>,
}

impl Notifier {
    /// A notifier over a migrated store.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, casework, clock, terms, public_url, carrier } = parts;
        let public_url = public_url.trim_end_matches('/').to_owned();
        let follower = Mutex::new(Follower::new(NAME));
        Self(Arc::new(Inner { store, casework, clock, terms, public_url, carrier, follower }))
    }

    /// Runs until the program ends: the follower and the sender.
    pub fn start(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let (follower, sender) = (self.clone(), self.clone());
        vec![
            tokio::spawn(async move { follower.follow().await }),
            tokio::spawn(async move { sender.deliver().await }),
        ]
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::system("notifier", self.0.clock.as_ref())
    }

    /// From an instant on, when a message may go.
    pub(crate) fn earliest(&self, from: Micros) -> Micros {
        quiet::earliest(from, self.0.terms.quiet_from, self.0.terms.quiet_until)
    }
}
