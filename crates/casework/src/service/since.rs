//! Following the record of all tickets, for whoever passes on what happens.

use kernel::Ctx;
use security::{Permission, authorise};
use sqlx::FromRow;

use super::Casework;
use super::get::may_see;
use crate::{CaseworkError, TicketRow, sql};

/// A place in the record: after what happened at this time to this ticket under this number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// When.
    pub at_us: i64,
    /// The ticket's internal id.
    pub ticket: String,
    /// The event's number within it.
    pub seq: i64,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where it stands in the record.
    pub place: Place,
    /// The ticket's number.
    pub number: String,
    /// The event's stable name.
    pub event: String,
    /// Who: the key of an account, contact or part of the program.
    pub actor: String,
}

/// A ticket as lists have it, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Its row.
    pub row: TicketRow,
    /// The code of the town, street or park; empty when none is known.
    pub place_code: String,
    /// What that place is called.
    pub place_name: String,
}

#[derive(Debug, FromRow)]
struct Followed {
    ticket_id: String,
    number: String,
    seq: i64,
    kind: String,
    actor: String,
    at_us: i64,
}

impl Casework {
    /// What happened after a place, in the order of time, at most `limit`. A transaction may commit after a later one: begin a
    /// minute before the place last reached, and pass over what is known.
    ///
    /// # Errors
    /// When the actor may not read tickets or the database refuses.
    pub async fn moved_since(
        &self,
        ctx: &Ctx,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<Moved>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let rows: Vec<Followed> = sqlx::query_as(sql::EVENT_SINCE)
            .bind(after.at_us)
            .bind(after.ticket.as_str())
            .bind(after.seq)
            .bind(limit)
            .fetch_all(self.0.store.read())
            .await?;
        let moved = rows.into_iter().map(|row| Moved {
            place: Place { at_us: row.at_us, ticket: row.ticket_id, seq: row.seq },
            number: row.number,
            event: row.kind,
            actor: row.actor,
        });
        Ok(moved.collect())
    }

    /// A ticket as lists show it; nothing of the caller is in it, so the look is not written down.
    ///
    /// # Errors
    /// When the actor may not read it, there is none, or the database refuses.
    pub async fn ticket_outline(&self, ctx: &Ctx, number: &str) -> Result<Outline, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        let site = self.organisation();
        may_see(ctx, &stored, &site)?;
        let named = site.places.iter().find(|place| place.code == stored.place_code);
        Ok(Outline {
            row: stored.row(&site, ctx.now)?,
            place_name: named.map(|place| place.name.clone()).unwrap_or_default(),
            place_code: stored.place_code,
        })
    }
}
