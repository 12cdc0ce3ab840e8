//! Tickets that were entrusted to somebody outside their scope: a member of the liaison station follows one to its end. Whether a
//! ticket was entrusted to the actor, the caller has checked.

use kernel::Ctx;
use security::{Permission, authorise};
use store::Tx;

use super::Casework;
use super::rows::EventBody;
use super::step::Order;
use crate::model::{Command, Step};
use crate::{CaseworkError, Event, Ticket};

/// How a ticket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at_us: i64,
    /// Within the time that was promised.
    pub in_time: bool,
    /// The citizen said so at the call-back.
    pub satisfied: bool,
}

impl Casework {
    /// A ticket wherever it lies. Who reported in confidence stays hidden. Who read it is written down.
    ///
    /// # Errors
    /// When the actor is no member of the station, there is no such ticket, or the database refuses.
    pub async fn ticket_entrusted(&self, ctx: &Ctx, number: &str) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        let stored = self.stored(number).await?;
        let mut tx = self.0.store.begin(ctx).await?;
        tx.audit("ticket.read", &format!("ticket:{}", stored.number), &"entrusted").await?;
        tx.commit().await?;
        self.shown(ctx, &stored.number).await
    }

    /// Urges or adds a note, `by` being the actor in words.
    ///
    /// # Errors
    /// As [`Self::ticket_entrusted`]; when the ticket's state does not allow it, or there are no words.
    pub async fn ticket_entrusted_step(
        &self,
        ctx: &Ctx,
        number: &str,
        step: Step,
        words: &str,
        by: String,
    ) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        let stored = self.stored(number).await?;
        let (command, sealed) = self.addition(&stored, words)?;
        let command = match command {
            Command::Append { words } if step == Step::Urge => Command::Urge { note: words, citizen: false },
            other => other,
        };
        let order = Order { command, by, sealed, place: None, belongs: &|_| Ok(()) };
        let number = self.carry_out(ctx, &stored.number, order, None, |_| Ok(())).await?;
        self.shown(ctx, &number).await
    }

    /// How a ticket ended; none while it is open.
    ///
    /// # Errors
    /// When there is no such ticket or the database refuses.
    pub async fn ticket_ending(&self, ctx: &Ctx, number: &str) -> Result<Option<Ending>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        let satisfied = stored.body()?.case.outcome.is_some_and(|outcome| outcome.satisfied == Some(true));
        let mut ending = None;
        for event in self.events(&stored.id).await? {
            let EventBody { event: what, .. } = event.body()?;
            match what {
                Event::Archived { in_time, .. } => {
                    ending = Some(Ending { at_us: event.at_us, in_time, satisfied });
                }
                Event::Cancelled { .. } | Event::Withdrawn { .. } => {
                    // Ended without an answer: nothing that was done in time.
                    ending = Some(Ending { at_us: event.at_us, in_time: false, satisfied: false });
                }
                Event::Reopened { .. } => ending = None,
                _ => {}
            }
        }
        Ok(ending)
    }

    /// Towns and streets, by code and name.
    pub fn place_names(&self) -> Vec<(String, String)> {
        self.organisation().places.iter().map(|place| (place.code.clone(), place.name.clone())).collect()
    }

    /// The code of the town or street that words about a place name.
    pub fn place_code_of(&self, words: &str) -> Option<String> {
        self.organisation().place_code(words).map(str::to_owned)
    }

    /// Tells one person something about a ticket, once an occasion.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tell_staff(
        &self,
        tx: &mut Tx,
        occasion: &str,
        staff: &str,
        number: &str,
        words: &str,
    ) -> Result<(), CaseworkError> {
        self.notify(tx, occasion, &format!("staff:{staff}"), number, "info", words).await
    }
}
