//! Following what happens to tickets, and writing down whom it is to be told.

use std::collections::BTreeSet;
use std::time::Duration;

use casework::{Moved, RecordPlace};
use kernel::Micros;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::Tx;

use crate::setup::Which;
use crate::{Exchange, ExchangeError, HOOK, PUSH, sql};

/// How far back each look begins: a transaction may commit this much later than it read the clock.
const OVERLAP_SECS: i64 = 60;
const PAGE: i64 = 500;
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

/// What this process has passed on within the overlap.
pub(crate) type Seen = BTreeSet<(i64, String, i64)>;

impl Exchange {
    pub(crate) async fn follow(&self) {
        let mut wakeups = self.0.store.wakeups(&["tickets"]);
        let mut seen = Seen::new();
        loop {
            if let Err(error) = self.follow_once(&mut seen).await {
                tracing::warn!(%error, "the record of tickets could not be followed; it is tried again");
            }
            wakeups.next(Duration::from_secs(1)).await;
        }
    }

    /// Passes on what is new; how much that was. The first time ever, following begins at the present.
    pub(crate) async fn follow_once(&self, seen: &mut Seen) -> Result<usize, ExchangeError> {
        let ctx = self.ctx();
        let stood = sqlx::query(sql::CURSOR_GET).bind(NAME).fetch_optional(self.0.store.read()).await?;
        let mut reached = ctx.now.0;
        if let Some(row) = stood {
            reached = row.try_get(0)?;
        } else {
            let mut tx = self.0.store.begin(&ctx).await?;
            sqlx::query(sql::CURSOR_SET).bind(NAME).bind(reached).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        let from = Micros(reached).plus_secs(-OVERLAP_SECS).0;
        seen.retain(|(at, ..)| *at >= from);
        let mut place = RecordPlace { at_us: from, ..RecordPlace::default() };
        let mut passed = 0;
        loop {
            let page = self.0.casework.moved_since(&ctx, &place, PAGE).await?;
            let full = page.len() as i64 == PAGE;
            if let Some(last) = page.last() {
                place = last.place.clone();
                reached = reached.max(last.place.at_us);
            }
            let key = |moved: &Moved| (moved.place.at_us, moved.place.ticket.clone(), moved.place.seq);
            let fresh: Vec<Moved> = page.into_iter().filter(|moved| !seen.contains(&key(moved))).collect();
            if !fresh.is_empty() {
                let mut tx = self.0.store.begin(&ctx).await?;
                for moved in &fresh {
                    let name = format!("{}:{}", moved.place.ticket, moved.place.seq);
                    if tx.apply_once(NAME, &name).await? {
                        self.pass_on(&mut tx, moved).await?;
                        passed += 1;
                    }
                }
                sqlx::query(sql::CURSOR_SET).bind(NAME).bind(reached).execute(&mut *tx).await?;
                tx.commit().await?;
                seen.extend(fresh.iter().map(key));
            }
            if !full {
                return Ok(passed);
            }
        }
    }

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
