//! Adding to a ticket what was said later.

use kernel::Ctx;
use security::{Permission, authorise};

use super::get::may_see;
use super::rows::{StoredTicket, mask_words};
use super::step::Order;
use super::{CITIZEN, Casework, Proof, SEAL_TICKET};
use crate::model::{Command, Refusal, WORDS_MAX_CHARS};
use crate::words::clean;
use crate::{CaseworkError, Ticket};

impl Casework {
    /// The citizen adds words to his own ticket.
    ///
    /// # Errors
    /// As [`Self::ticket_progress`]; when there are no words or too many; when the ticket is closed.
    pub async fn ticket_append(
        &self,
        ctx: &Ctx,
        number: &str,
        proof: &Proof,
        words: &str,
    ) -> Result<(), CaseworkError> {
        let stored = self.proven(ctx, number, proof).await?;
        let (command, sealed) = self.addition(&stored, words)?;
        // It was proven above; a ticket's caller never changes.
        let order = Order { command, by: CITIZEN.to_owned(), sealed, place: None, belongs: &|_| Ok(()) };
        self.carry_out(ctx, &stored.number, order, None, |_| Ok(())).await?;
        Ok(())
    }

    /// Staff add what the citizen said later, or what they found.
    ///
    /// # Errors
    /// When the actor may not, there is no such ticket, or it is closed.
    pub async fn ticket_note(&self, ctx: &Ctx, number: &str, words: &str) -> Result<Ticket, CaseworkError> {
        self.ticket_told(ctx, number, words, None).await
    }

    /// As [`Self::ticket_note`], with the place of the ticket where the words tell it closer or put it right.
    ///
    /// # Errors
    /// As [`Self::ticket_note`].
    pub async fn ticket_told(
        &self,
        ctx: &Ctx,
        number: &str,
        words: &str,
        place: Option<&str>,
    ) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        if authorise(ctx, Permission::TicketReply, None).is_err() {
            authorise(ctx, Permission::TicketCreate, None)?;
        }
        let stored = self.stored(number).await?;
        let site = self.organisation();
        may_see(ctx, &stored, &site)?;
        let (command, sealed) = self.addition(&stored, words)?;
        let order = Order {
            command,
            by: self.actor_words(ctx),
            sealed,
            place: place.map(clean).filter(|place| !place.is_empty()),
            belongs: &|stored| may_see(ctx, stored, &site),
        };
        let number = self.carry_out(ctx, number, order, None, |_| Ok(())).await?;
        self.shown(ctx, &number).await
    }

    /// The words masked, and their sealed original where masking changed them.
    pub(super) fn addition(
        &self,
        stored: &StoredTicket,
        words: &str,
    ) -> Result<(Command, Option<String>), CaseworkError> {
        let words = clean(words);
        if words.chars().count() > WORDS_MAX_CHARS {
            return Err(Refusal::TooLong(WORDS_MAX_CHARS).into());
        }
        let secrets = self.secrets(&stored.body()?)?;
        let masked = mask_words(&words, &secrets.expose().name);
        let sealed = if masked == words { None } else { Some(self.seal(SEAL_TICKET, &words)?) };
        Ok((Command::Append { words: masked }, sealed))
    }
}
