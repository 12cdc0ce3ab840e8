//! The liaison station: whose turn of duty it is, who joined which contact, which tickets are followed, and the figures (docs/liaison.md).
//!
//! Invariants:
//! - Two shifts of one member never overlap; a table is taken whole or not at all.
//! - A member joins only a contact into which an agent asked them, and reads it only while they take part.
//! - A ticket has at most one following member; the member sees it wherever it lies, but never who reported in confidence.
//! - What a followed ticket does is a notice to its member, written once.
//!
//! Deliberately absent: transcripts and telephones (`contact`), the steps of tickets (`casework`), HTTP.

mod error;
mod figures;
mod follow;
mod join;
mod roster;
mod service;
pub mod sql;

use std::sync::{Arc, Mutex, PoisonError};

use casework::{Casework, Follower};
use kernel::{Actor, Clock, Ctx, Rng};
use store::Store;

pub use error::LiaisonError;
pub use figures::{Figures, Follow, Sums, figures};
pub use follow::{FollowedTicket, Home};
pub use join::Join;
pub use roster::{Fault, Hours, Member, Shift, gaps, on_duty, overlap, read, stretch};
pub use service::{Named, Roster, Taken};

/// As a follower of the record of tickets.
const NAME: &str = "liaison";

/// The station of a site. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Liaison(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    casework: Casework,
    rng: Mutex<Rng>,
    follower: tokio::sync::Mutex<Follower>,
}

impl Liaison {
    /// Over a migrated store.
    pub fn new(store: Store, casework: Casework, rng: Rng) -> Self {
        let follower = tokio::sync::Mutex::new(Follower::new(NAME));
        Self(Arc::new(Inner { store, casework, rng: Mutex::new(rng), follower }))
    }

    /// Runs until the program ends: tells members how their tickets move.
    pub async fn follow_forever(&self, clock: &dyn Clock) {
        let mut wakeups = self.0.store.wakeups(&["tickets"]);
        loop {
            if let Err(error) = self.follow_once(&Ctx::system(NAME, clock)).await {
                tracing::warn!(%error, "the record of tickets could not be followed; it is tried again");
            }
            wakeups.next(std::time::Duration::from_secs(1)).await;
        }
    }

    fn fresh(&self, ctx: &Ctx) -> String {
        kernel::id::fresh(ctx.now, &mut self.0.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The account of a context; empty for what is none.
    fn account(ctx: &Ctx) -> &str {
        match &ctx.actor {
            Actor::Staff { id, .. } => id.as_str(),
            _ => "",
        }
    }
}
