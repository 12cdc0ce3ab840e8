//! The clocks of open tickets: warnings and escalation through durable timers. A timer only says when to look; what is told is
//! decided by the row, and each occasion is told once.

use kernel::{Actor, Ctx, Micros};
use store::{DueTimer, Tx};

use super::Casework;
use super::rows::StoredTicket;
use super::step::{Order, Rules};
use crate::model::{Command, State};
use crate::words::due_words_exact;
use crate::{Case, CaseworkError};

/// The kind of the timers.
const CLOCK: &str = "ticket.clock";
const HOLDER: &str = "casework";
const BATCH: u32 = 100;
const LEASE_SECS: i64 = 60;

impl Casework {
    /// Fires the clocks that are due. Returns how many; call it every few seconds, from as many processes as there are.
    ///
    /// # Errors
    /// When the database cannot be read. A clock that fails is tried again later.
    pub async fn clocks_run(&self, now: Micros) -> Result<usize, CaseworkError> {
        let timers = self.0.store.timer_claim(&[CLOCK], HOLDER, BATCH, LEASE_SECS, now).await?;
        let count = timers.len();
        for timer in timers {
            if let Err(error) = self.clock_fire(&timer, now).await {
                tracing::warn!(ticket = %timer.subject, %error, "a ticket's clock failed and is tried again");
                self.0.store.timer_retry(&timer, now).await?;
            }
        }
        Ok(count)
    }

    async fn clock_fire(&self, timer: &DueTimer, now: Micros) -> Result<(), CaseworkError> {
        let ctx = Ctx { actor: Actor::System { part: "clock".to_owned() }, now, trace: String::new() };
        let rules = self.rules().await?;
        let mut tx = self.0.store.begin(&ctx).await?;
        let stored = self.locked(&mut tx, &timer.subject).await?;
        if !tx.timer_fired(timer).await? {
            // It was moved meanwhile: the ticket took a step.
            tx.rollback().await?;
            return Ok(());
        }
        let mut body = stored.body()?;
        let waited_out =
            body.case.state == State::Suspended && body.case.step_due.is_some_and(|due| due.at <= now);
        if waited_out {
            let order = Order {
                command: Command::Resume,
                by: "系统".to_owned(),
                sealed: None,
                place: None,
                belongs: &|_| Ok(()),
            };
            self.take(&mut tx, &stored, &mut body, order, &rules).await?;
        } else {
            self.tell(&mut tx, &stored, &body.case, &rules).await?;
            self.set_clock(&mut tx, &stored.number, &body.case, &rules).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Tells whom the site names how the clock stands.
    async fn tell(
        &self,
        tx: &mut Tx,
        stored: &StoredTicket,
        case: &Case,
        rules: &Rules,
    ) -> Result<(), CaseworkError> {
        let now = tx.now();
        let Some(next) = case.next_due() else { return Ok(()) };
        let escalation = &rules.deadlines.escalation;
        let alarms = alarms(next.at, now, rules);
        let what = owed(case);
        let by = due_words_exact(next.at);
        let stages = [
            (alarms.warn, "warn", &escalation.warn, format!("{what}即将到期，应在{by}前完成")),
            (next.at, "late", &escalation.late, format!("{what}已经超过时限（{by}）")),
            (alarms.very_late, "very_late", &escalation.very_late, format!("{what}严重超时（应在{by}前）")),
        ];
        for (at, level, audience, words) in stages {
            if at > now || (level == "warn" && next.at <= now) {
                continue;
            }
            for name in audience {
                let audience = match (name.as_str(), &case.unit) {
                    ("unit", Some(unit)) => format!("unit:{unit}"),
                    ("unit", None) => "role:dispatcher".to_owned(),
                    (staff, _) if staff.starts_with("staff:") => staff.to_owned(),
                    (role, _) => format!("role:{role}"),
                };
                let occasion = format!("clock:{}:{}:{level}", stored.number, next.at.0);
                let level = if level == "warn" { "warn" } else { "late" };
                let words = format!("{}《{}》{words}", stored.number, stored.title);
                self.notify(tx, &occasion, &audience, &stored.number, level, &words).await?;
            }
        }
        Ok(())
    }

    /// Sets the ticket's timer to when its clock is to be looked at next.
    pub(super) async fn set_clock(
        &self,
        tx: &mut Tx,
        number: &str,
        case: &Case,
        rules: &Rules,
    ) -> Result<(), CaseworkError> {
        let now = tx.now();
        let next = case.next_due().and_then(|next| {
            let alarms = alarms(next.at, now, rules);
            [alarms.warn, next.at, alarms.very_late].into_iter().find(|at| *at > now)
        });
        match next {
            Some(at) => tx.timer_set(CLOCK, number, at, &()).await?,
            None => {
                tx.timer_cancel(CLOCK, number).await?;
            }
        }
        Ok(())
    }
}

struct Alarms {
    warn: Micros,
    very_late: Micros,
}

fn alarms(next: Micros, now: Micros, rules: &Rules) -> Alarms {
    let ahead = u64::from(rules.deadlines.warn_hours) * 3_600 * Micros::SECOND.unsigned_abs();
    let calendar = rules.calendar.provisional();
    // Counted forwards, since a calendar has no way back: what is left beyond the warning's hours passes first.
    let warn = calendar
        .working_us_between(now, next)
        .ok()
        .filter(|left| *left > ahead)
        .and_then(|left| calendar.add_working_us(now, left - ahead).ok())
        .unwrap_or(now);
    let hours = i64::from(rules.deadlines.escalation.very_late_hours);
    Alarms { warn, very_late: next.plus_secs(hours * 3_600) }
}

/// What is owed next.
fn owed(case: &Case) -> &'static str {
    match case.state {
        State::Registered => "派单",
        State::Dispatched => "签收",
        State::Objected => "异议裁定",
        State::Suspended => "群众补充",
        State::Replied => "回访",
        State::CalledBack => "归档",
        State::Handling | State::Merged => "答复",
        State::Archived | State::Cancelled | State::Withdrawn => "办理",
    }
}
