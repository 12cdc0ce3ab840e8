//! What the citizen whose ticket it is may do: urge, take back, answer, rate.

use kernel::{Ctx, Micros};
use serde::{Deserialize, Serialize};

use super::step::Order;
use super::{CITIZEN, Casework, Proof};
use crate::model::{CallbackForm, Command, Refusal, Step, guard};
use crate::{Case, CaseworkError, Progress};

/// What the citizen wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CitizenStep {
    /// Hurry.
    Urge,
    /// Never mind.
    Withdraw,
    /// Here is what was asked.
    Answer,
    /// This is how it went.
    Rate,
}

/// A citizen's step with its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CitizenForm {
    /// The step.
    pub step: CitizenStep,
    /// Words.
    #[serde(default)]
    pub words: String,
    /// It is solved.
    #[serde(default)]
    pub solved: Option<bool>,
    /// The citizen is satisfied.
    #[serde(default)]
    pub satisfied: Option<bool>,
    /// It was in time.
    #[serde(default)]
    pub in_time: Option<bool>,
}

impl Casework {
    /// Takes a citizen's step and tells how the ticket stands then.
    ///
    /// # Errors
    /// As [`Self::ticket_progress`]; when the state does not allow it.
    pub async fn citizen_step(
        &self,
        ctx: &Ctx,
        number: &str,
        proof: &Proof,
        form: CitizenForm,
    ) -> Result<Progress, CaseworkError> {
        let stored = self.proven(ctx, number, proof).await?;
        let words = |required: bool| {
            if form.words.trim().is_empty() && required { Err(Refusal::NoWords) } else { Ok(()) }
        };
        words(form.step == CitizenStep::Answer)?;
        let (masked, sealed) = match self.addition(&stored, &form.words)? {
            (Command::Append { words }, sealed) => (words, sealed),
            (_, sealed) => (String::new(), sealed),
        };
        let command = match form.step {
            CitizenStep::Urge => Command::Urge { note: masked, citizen: true },
            CitizenStep::Withdraw => Command::Withdraw { reason: masked },
            CitizenStep::Answer => Command::Answer { words: masked },
            CitizenStep::Rate => Command::Callback(CallbackForm {
                reached: true,
                solved: form.solved,
                satisfied: form.satisfied,
                in_time: form.in_time,
                note: masked,
            }),
        };
        // It was proven above; a ticket's caller never changes.
        let order = Order { command, by: CITIZEN.to_owned(), sealed, place: None, belongs: &|_| Ok(()) };
        self.carry_out(ctx, &stored.number, order, None, |_| Ok(())).await?;
        self.ticket_progress(ctx, &stored.number, proof).await
    }

    /// What the citizen can do now.
    pub(super) async fn citizen_steps(&self, ctx: &Ctx, case: &Case) -> Result<Vec<String>, CaseworkError> {
        let rules = self.rules().await?;
        let can = |step| guard(case, step, rules.terms(), ctx.now).is_ok();
        let lately = urged_until(case, rules.deadlines.urge_hours, ctx.now).is_some();
        let all = [
            ("append", can(Step::Note)),
            ("attach", can(Step::Note)),
            ("answer", can(Step::Answer)),
            ("urge", can(Step::Urge) && !lately),
            ("withdraw", can(Step::Withdraw)),
            ("rate", can(Step::Callback)),
        ];
        Ok(all.into_iter().filter(|(_, can)| *can).map(|(step, _)| step.to_owned()).collect())
    }

    /// From when the citizen, who has urged a short while ago, can urge again.
    pub(super) async fn urge_after(&self, ctx: &Ctx, case: &Case) -> Result<Option<i64>, CaseworkError> {
        let rules = self.rules().await?;
        let can = guard(case, Step::Urge, rules.terms(), ctx.now).is_ok();
        let until = urged_until(case, rules.deadlines.urge_hours, ctx.now);
        Ok(until.filter(|_| can).map(|at| at.0))
    }
}

fn urged_until(case: &Case, hours: u32, now: Micros) -> Option<Micros> {
    case.urged.map(|at| at.plus_secs(i64::from(hours) * 3_600)).filter(|until| *until > now)
}
