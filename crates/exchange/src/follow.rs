//! Following what happens to tickets, and writing down whom it is to be told.

use std::time::Duration;

use casework::{Followed, Follower, Moved};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::Tx;

use crate::setup::Which;
use crate::{Exchange, ExchangeError, HOOK, PUSH, sql};

const NAME: &str = "exchange";
/// As the actor of what came from a neighbour.
const OWN: &str = "system:exchange";

/// What an outbox row holds: where to look, nothing of what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reference {
    /// The ticket's number.
    pub number: String,
    /// Its internal id.
    pub ticket: String,
    /// The event's number within it.
    pub seq: i64,
    /// The event's name.
    pub event: String,
    /// When.
    pub at_us: i64,
    /// The subscriber; none for the peer.
    pub hook: Option<String>,
}

impl Exchange {
    pub(crate) async fn follow(&self) {
        let mut wakeups = self.0.store.wakeups(&["tickets"]);
        let mut follower = Follower::new(NAME);
        loop {
            if let Err(error) = follower.once(&self.0.casework, &self.ctx(), self).await {
                tracing::warn!(%error, "the record of tickets could not be followed; it is tried again");
            }
            wakeups.next(Duration::from_secs(1)).await;
        }
    }

    /// Whether the peer is told: nothing when not, and whether the ticket was first the peer's.
    async fn peer_wants(&self, moved: &Moved) -> Result<Option<bool>, ExchangeError> {
        let setup = &self.0.setup;
        let Some(peer) = &setup.peer else { return Ok(None) };
        if setup.push.tickets == Which::None {
            return Ok(None);
        }
        let linked = sqlx::query(sql::LINK_THEIRS)
            .bind(peer.code.as_str())
            .bind(moved.number.as_str())
            .fetch_optional(self.0.store.read())
            .await?;
        if let Some(linked) = linked {
            return Ok(Some(linked.try_get::<String, _>(1)? == "theirs"));
        }
        if setup.push.tickets == Which::Received {
            return Ok(None);
        }
        let domains = &setup.push.domains;
        if domains.is_empty() {
            return Ok(Some(false));
        }
        let outline = self.0.casework.ticket_outline(&self.ctx(), &moved.number).await?;
        Ok(domains.contains(&outline.row.domain).then_some(false))
    }
}

impl Followed for Exchange {
    type Error = ExchangeError;

    async fn pass_on(&self, tx: &mut Tx, moved: &Moved) -> Result<(), ExchangeError> {
        let setup = &self.0.setup;
        let place = &moved.place;
        let mut reference = Reference {
            number: moved.number.clone(),
            ticket: place.ticket.clone(),
            seq: place.seq,
            event: moved.event.clone(),
            at_us: place.at_us,
            hook: None,
        };
        if setup.open311.is_some() {
            self.open311_follow(tx, moved).await?;
        }
        // What the peer has told us it is not told again; that a ticket of its was registered it is.
        let echo = moved.actor == OWN && place.seq != 1;
        if !echo && let Some(theirs) = self.peer_wants(moved).await? {
            // A ticket older than the exchange, or of a domain that came to be wanted later, is registered there first.
            let untold = !theirs && tx.apply_once("exchange.told", &place.ticket).await?;
            if untold && place.seq != 1 {
                let first = Reference { seq: 1, event: "registered".to_owned(), ..reference.clone() };
                tx.emit(PUSH, &format!("push/{}:1", place.ticket), &first).await?;
            }
            tx.emit(PUSH, &format!("push/{}:{}", place.ticket, place.seq), &reference).await?;
        }
        for hook in setup.webhooks.iter().filter(|hook| hook.wants(&moved.event)) {
            reference.hook = Some(hook.id.clone());
            tx.emit(HOOK, &format!("hook/{}/{}:{}", hook.id, place.ticket, place.seq), &reference).await?;
        }
        Ok(())
    }
}
