//! Moving a ticket on.

use kernel::{Ctx, Scope, UnitId};
use security::{Permission, SecurityError, authorise};
use store::{one_changed, to_json};

use super::get::may_see;
use super::rows::{EventBody, StoredTicket};
use super::{Casework, TOPIC};
use crate::model::{self, Command, State, Terms};
use crate::{Case, CaseworkError, Ticket, sql};

impl Casework {
    /// Sends a ticket to a unit: the first time, on to another unit, or back to work after an unsatisfactory reply. From the
    /// second time on the note must say why.
    ///
    /// # Errors
    /// When the actor may not, there is no such ticket or unit, or the ticket's state does not allow it.
    pub async fn ticket_dispatch(
        &self,
        ctx: &Ctx,
        number: &str,
        unit: &UnitId,
        note: &str,
    ) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketDispatch, None)?;
        if !self.organisation().has_unit(unit) {
            return Err(CaseworkError::NoSuchUnit(unit.to_string()));
        }
        let command = Command::Dispatch { unit: unit.clone(), note: note.to_owned() };
        self.move_on(ctx, number, command, |_| Ok(())).await
    }

    /// Answers the citizen: the unit that has the ticket, or, while no unit has it, the hotline on the spot.
    ///
    /// # Errors
    /// As [`Self::ticket_dispatch`].
    pub async fn ticket_reply(&self, ctx: &Ctx, number: &str, words: &str) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let command = Command::Reply { words: words.to_owned() };
        let may_reply = |case: &Case| match (case.state, &case.unit) {
            (State::Registered, _) => authorise(ctx, Permission::TicketCreate, None),
            (_, Some(unit)) => authorise(ctx, Permission::TicketReply, Some(&Scope::Unit(unit.clone()))),
            (_, None) => authorise(ctx, Permission::TicketReply, None),
        };
        self.move_on(ctx, number, command, may_reply).await
    }

    /// Closes an answered ticket. The note says how the call-back went.
    ///
    /// # Errors
    /// As [`Self::ticket_dispatch`].
    pub async fn ticket_archive(&self, ctx: &Ctx, number: &str, note: &str) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketArchive, None)?;
        self.move_on(ctx, number, Command::Archive { note: note.to_owned() }, |_| Ok(())).await
    }

    /// Closes a ticket undone: opened by mistake, or withdrawn by the citizen.
    ///
    /// # Errors
    /// As [`Self::ticket_dispatch`].
    pub async fn ticket_cancel(
        &self,
        ctx: &Ctx,
        number: &str,
        reason: &str,
    ) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketDispatch, None)?;
        self.move_on(ctx, number, Command::Cancel { reason: reason.to_owned() }, |_| Ok(())).await
    }

    async fn move_on(
        &self,
        ctx: &Ctx,
        number: &str,
        command: Command,
        allowed: impl Fn(&Case) -> Result<(), SecurityError>,
    ) -> Result<Ticket, CaseworkError> {
        let order = Order {
            command,
            by: self.actor_words(ctx),
            sealed: None,
            belongs: &|stored| may_see(ctx, stored),
        };
        let number = self.carry_out(ctx, number, order, allowed).await?;
        self.shown(ctx, &number).await
    }

    /// Takes one step in one transaction: the row is locked, the core decides, and row, event, promise and audit are written.
    pub(super) async fn carry_out(
        &self,
        ctx: &Ctx,
        number: &str,
        order: Order<'_>,
        allowed: impl Fn(&Case) -> Result<(), SecurityError>,
    ) -> Result<String, CaseworkError> {
        let deadlines = self.terms().await?;
        let calendar = self.calendar();
        let mut tx = self.0.store.begin(ctx).await?;
        let stored: Option<StoredTicket> = sqlx::query_as(tx.pick(sql::TICKET_LOCK))
            .bind(super::get::plain_number(number))
            .fetch_optional(&mut *tx)
            .await?;
        let stored = stored.ok_or(CaseworkError::NotFound)?;
        (order.belongs)(&stored)?;
        let mut body = stored.body()?;
        allowed(&body.case)?;
        let before = body.case.state;
        let terms = Terms { calendar: &calendar, deadlines: &deadlines };
        let event = model::decide(&body.case, order.command, terms, ctx.now)?;
        model::apply(&mut body.case, &event, ctx.now);

        let case = &body.case;
        let changed = sqlx::query(sql::TICKET_CHANGE)
            .bind(to_json("ticket", &body)?)
            .bind(case.unit.as_ref().map_or("", UnitId::as_str))
            .bind(case.state.as_str())
            .bind(case.due.map(|due| due.at.0))
            .bind(ctx.now.0)
            .bind(stored.id.as_str())
            .bind(stored.version)
            .execute(&mut *tx)
            .await?;
        one_changed(changed.rows_affected(), "ticket")?;
        if case.callback {
            self.promise_close(&mut tx, &stored.id, stored.contact_id.as_deref(), &event).await?;
        }
        let action = format!("ticket.{}", event.name());
        let event = EventBody { event, by: order.by, sealed: order.sealed };
        self.event_add(&mut tx, &stored.id, stored.version + 1, &event).await?;
        let detail = serde_json::json!({
            "from": before, "to": case.state, "unit": case.unit, "due_us": case.due.map(|due| due.at.0),
        });
        tx.audit(&action, &format!("ticket:{}", stored.number), &detail).await?;
        tx.wake(TOPIC);
        tx.commit().await?;
        Ok(stored.number)
    }
}

/// A step to be taken.
pub(super) struct Order<'a> {
    pub command: Command,
    /// Who takes it, in words.
    pub by: String,
    /// The sealed original of words that the command holds masked.
    pub sealed: Option<String>,
    /// Whether the ticket is one the actor may know of.
    pub belongs: &'a (dyn Fn(&StoredTicket) -> Result<(), CaseworkError> + Send + Sync),
}
