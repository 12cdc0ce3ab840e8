//! Moving a ticket on: one transaction in which the row is locked, the core decides, and row, event, figures, notices, clock and
//! audit are written.

use std::sync::Arc;

use kernel::{Ctx, UnitId, WorkCalendar};
use security::{Permission, SecurityError, authorise};
use sqlx::Row as _;
use store::{Tx, one_changed, to_json};

use super::get::{may_see, plain_number};
use super::rows::{Body, EventBody, StoredTicket, hush};
use super::{Casework, TOPIC};
use crate::dispatch::Proposal;
use crate::model::{self, Command, Next, Refusal, State, Terms};
use crate::{Case, CaseworkError, Deadlines, Event, Ticket, sql};

/// By what a step is decided, read once an operation.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub deadlines: Deadlines,
    pub calendar: Arc<WorkCalendar>,
    pub prefix: String,
    /// From which confidence a ticket is sent without asking.
    pub auto_dispatch: Option<f64>,
}

impl Rules {
    pub fn terms(&self) -> Terms<'_> {
        Terms { calendar: &self.calendar, deadlines: &self.deadlines }
    }

    pub fn sends(&self, proposal: &Proposal) -> bool {
        self.auto_dispatch.is_some_and(|at| proposal.confidence >= at)
    }
}

/// A step to be taken.
pub(super) struct Order<'a> {
    pub command: Command,
    /// Who takes it, in words.
    pub by: String,
    /// The sealed original of words that the command holds masked.
    pub sealed: Option<String>,
    /// The place as it was told closer, or put right.
    pub place: Option<String>,
    /// Whether the ticket is one the actor may know of.
    pub belongs: &'a (dyn Fn(&StoredTicket) -> Result<(), CaseworkError> + Send + Sync),
}

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
        self.may_get(ctx, number, unit, false).await?;
        let command = Command::Dispatch {
            unit: unit.clone(),
            co_units: Vec::new(),
            note: note.to_owned(),
            forced: false,
        };
        self.move_on(ctx, number, command, None, |_| Ok(())).await
    }

    /// Closes an answered ticket. The note says how the call-back went.
    ///
    /// # Errors
    /// As [`Self::ticket_dispatch`].
    pub async fn ticket_archive(&self, ctx: &Ctx, number: &str, note: &str) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketArchive, None)?;
        self.move_on(ctx, number, Command::Archive { note: note.to_owned() }, None, |_| Ok(())).await
    }

    /// Closes a ticket undone: opened by mistake.
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
        self.move_on(ctx, number, Command::Cancel { reason: reason.to_owned() }, None, |_| Ok(())).await
    }

    pub(super) async fn move_on(
        &self,
        ctx: &Ctx,
        number: &str,
        command: Command,
        seen: Option<i64>,
        allowed: impl Fn(&Case) -> Result<(), SecurityError>,
    ) -> Result<Ticket, CaseworkError> {
        let site = self.organisation();
        let order = Order {
            command,
            by: self.actor_words(ctx),
            sealed: None,
            place: None,
            belongs: &|stored| may_see(ctx, stored, &site),
        };
        let number = self.carry_out(ctx, number, order, seen, allowed).await?;
        self.shown(ctx, &number).await
    }

    /// What steps are decided by now.
    pub(super) async fn rules(&self) -> Result<Rules, CaseworkError> {
        Ok(Rules {
            deadlines: self.terms().await?,
            calendar: self.calendar(),
            prefix: self.prefix().await?,
            auto_dispatch: self.options().await.auto_dispatch,
        })
    }

    /// A ticket's row, locked until the transaction ends.
    pub(super) async fn locked(&self, tx: &mut Tx, number: &str) -> Result<StoredTicket, CaseworkError> {
        let stored: Option<StoredTicket> = sqlx::query_as(tx.pick(sql::TICKET_LOCK))
            .bind(plain_number(number))
            .fetch_optional(&mut **tx)
            .await?;
        stored.ok_or(CaseworkError::NotFound)
    }

    /// Takes one step in one transaction, and carries it on to the tickets that follow.
    pub(super) async fn carry_out(
        &self,
        ctx: &Ctx,
        number: &str,
        order: Order<'_>,
        seen: Option<i64>,
        allowed: impl Fn(&Case) -> Result<(), SecurityError>,
    ) -> Result<String, CaseworkError> {
        let rules = self.rules().await?;
        let mut tx = self.0.store.begin(ctx).await?;
        let stored = self.locked(&mut tx, number).await?;
        (order.belongs)(&stored)?;
        let mut body = stored.body()?;
        allowed(&body.case)?;
        if seen.is_some_and(|seen| seen != stored.version) {
            return Err(Refusal::Stale.into());
        }
        let followers = body.case.merged.clone();
        let event = self.take(&mut tx, &stored, &mut body, order, &rules).await?;
        self.carry_on(&mut tx, &stored.number, &followers, &body.case, &event, &rules).await?;
        tx.wake(TOPIC);
        tx.commit().await?;
        Ok(stored.number)
    }

    /// Decides and writes one step of one locked ticket.
    pub(super) async fn take(
        &self,
        tx: &mut Tx,
        stored: &StoredTicket,
        body: &mut Body,
        order: Order<'_>,
        rules: &Rules,
    ) -> Result<Event, CaseworkError> {
        let now = tx.now();
        let before = body.case.clone();
        let place = order.place.unwrap_or_else(|| stored.place.clone());
        let event = model::decide(&body.case, order.command, rules.terms(), now)?;
        model::apply(&mut body.case, &event, now);
        let case = &body.case;
        let title =
            if event == Event::Concealed { hush(&stored.title, &body.name) } else { stored.title.clone() };
        let changed = sqlx::query(sql::TICKET_CHANGE)
            .bind(to_json("ticket", &body)?)
            .bind(case.unit.as_ref().map_or("", UnitId::as_str))
            .bind(case.state.as_str())
            .bind(case.shown_due().map(|due| due.at.0))
            .bind(now.0)
            .bind(case.next_due().map(|due| due.at.0))
            .bind(case.owner().map(|owner| owner.key()).unwrap_or_default())
            .bind(flags(case))
            .bind(title.as_str())
            .bind(place.as_str())
            .bind(self.organisation().place_code(&place).unwrap_or_default())
            .bind(stored.id.as_str())
            .bind(stored.version)
            .execute(&mut **tx)
            .await?;
        one_changed(changed.rows_affected(), "ticket")?;
        // As when it was opened: the place of a report is shown, but not searched.
        if place != stored.place && !case.confidential {
            self.findable(tx, &stored.id, &[&place]).await?;
        }
        if case.callback {
            self.promise_close(tx, &stored.id, stored.contact_id.as_deref(), &event).await?;
        }
        let seq = stored.version + 1;
        self.figures(tx, stored, seq, &before, &event).await?;
        self.notices_of(tx, stored, seq, case, &title, &event).await?;
        self.set_clock(tx, &stored.number, case, rules).await?;
        let detail = serde_json::json!({
            "from": before.state, "to": case.state, "unit": case.unit, "due_us": case.due.map(|due| due.at.0),
        });
        tx.audit(&format!("ticket.{}", event.name()), &format!("ticket:{}", stored.number), &detail).await?;
        let kept = EventBody { event, by: order.by, sealed: order.sealed };
        self.event_add(tx, &stored.id, seq, &kept).await?;
        Ok(kept.event)
    }

    /// What befalls a leading ticket befalls those that follow: work is merged, people are not, and each is told.
    async fn carry_on(
        &self,
        tx: &mut Tx,
        leading: &str,
        followers: &[String],
        case: &Case,
        event: &Event,
        rules: &Rules,
    ) -> Result<(), CaseworkError> {
        for number in followers {
            let command = match event {
                Event::Replied { words, files, .. } => {
                    Command::FollowReply { words: words.clone(), files: files.clone() }
                }
                Event::Dispatched { .. } | Event::Upheld { .. } => {
                    Command::Follow { unit: case.unit.clone() }
                }
                Event::Cancelled { .. } | Event::Withdrawn { .. } => {
                    Command::Unmerge { reason: format!("主单{leading}已关闭，单独办理") }
                }
                _ => return Ok(()),
            };
            let stored = self.locked(tx, number).await?;
            let mut body = stored.body()?;
            // It may have left meanwhile.
            if body.case.state != State::Merged || body.case.leading.as_deref() != Some(leading) {
                continue;
            }
            let by = format!("主单{leading}");
            self.take(
                tx,
                &stored,
                &mut body,
                Order { command, by, sealed: None, place: None, belongs: &|_| Ok(()) },
                rules,
            )
            .await?;
        }
        Ok(())
    }

    /// What the step measures, for the indicators, and what it teaches about dispatch.
    async fn figures(
        &self,
        tx: &mut Tx,
        stored: &StoredTicket,
        seq: i64,
        before: &Case,
        event: &Event,
    ) -> Result<(), CaseworkError> {
        let unit = before.unit.as_ref().map_or("", UnitId::as_str);
        let mut measured: Vec<(&str, &str, bool)> = Vec::new();
        match event {
            Event::Dispatched { from: None, unit, in_time, .. } => {
                measured.push(("dispatched", unit.as_str(), *in_time));
            }
            Event::Accepted { in_time } => measured.push(("accepted", unit, *in_time)),
            Event::Replied { in_time, .. } => measured.push(("replied", unit, *in_time)),
            Event::CalledBack { form, next } => {
                measured.extend(form.solved.map(|solved| ("solved", unit, solved)));
                measured.extend(form.satisfied.map(|satisfied| ("satisfied", unit, satisfied)));
                if matches!(next, Next::Reopen { .. }) {
                    measured.push(("reopened", unit, false));
                }
            }
            Event::Reopened { .. } => measured.push(("reopened", unit, false)),
            Event::Objected { .. } => measured.push(("objected", unit, false)),
            Event::Upheld { .. } => measured.push(("upheld", unit, true)),
            _ => {}
        }
        for (measure, unit, good) in measured {
            sqlx::query(sql::FIGURE_ADD)
                .bind(stored.id.as_str())
                .bind(seq)
                .bind(measure)
                .bind(unit)
                .bind(i64::from(good))
                .bind(tx.now().0)
                .execute(&mut **tx)
                .await?;
        }
        let kept = matches!(event, Event::Replied { .. }) && !unit.is_empty();
        let refused = matches!(event, Event::Upheld { .. });
        if kept || refused {
            sqlx::query(sql::OUTCOME_ADD)
                .bind(stored.domain.as_str())
                .bind(stored.category.as_str())
                .bind(unit)
                .bind(i64::from(kept))
                .bind(i64::from(refused))
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// The number of rows a counting statement finds.
    pub(super) fn counted(row: &sqlx::any::AnyRow) -> Result<i64, CaseworkError> {
        Ok(row.try_get(0)?)
    }
}

/// What lists show and filter by, as one text: `,window,supervised,co:zhifa,`.
pub(super) fn flags(case: &Case) -> String {
    let mut all = Vec::new();
    for (flag, set) in [
        ("window", case.window),
        ("supervised", case.supervisor.is_some()),
        ("urged", case.urges > 0),
        ("reopened", case.reopened > 0),
        ("confidential", case.confidential),
        ("joint", !case.co_units.is_empty() || !case.merged.is_empty()),
        ("extended", case.extensions > 0),
        ("extension", case.extension.is_some()),
    ] {
        if set {
            all.push(flag.to_owned());
        }
    }
    all.extend(case.co_units.iter().map(|co| format!("co:{}", co.unit)));
    if all.is_empty() { String::new() } else { format!(",{},", all.join(",")) }
}
