//! Any step of a ticket by staff, from one form.

use kernel::{Ctx, UnitId};
use security::{Permission, SecurityError, authorise};
use serde::{Deserialize, Serialize};

use super::get::may_see;
use super::open::Lodging;
use super::permit::{acts_for, may_take, supervises};
use super::rows::StoredTicket;
use super::step::Order;
use super::{Casework, TOPIC};
use crate::draft::Fact;
use crate::model::{CallbackForm, Command, PARTS_MAX, Refusal, Step, WindowResult};
use crate::{Case, CaseworkError, Ticket, TicketDraft, quality};

/// A part of a ticket that becomes one of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its title.
    pub title: String,
    /// The matter.
    pub words: String,
    /// Its domain; the whole's when not given.
    #[serde(default)]
    pub domain: Option<String>,
    /// Its category.
    #[serde(default)]
    pub category: Option<String>,
}

/// A step with its fields; which ones it needs stands in [`crate::StepOffer`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    /// The step.
    pub step: Step,
    /// The version that the person saw.
    #[serde(default)]
    pub version: Option<i64>,
    /// The unit.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Units that help.
    #[serde(default)]
    pub co_units: Vec<UnitId>,
    /// A note.
    #[serde(default)]
    pub note: String,
    /// A reason.
    #[serde(default)]
    pub reason: String,
    /// On what an objection rests.
    #[serde(default)]
    pub evidence: String,
    /// Whose matter it is.
    #[serde(default)]
    pub suggest: Option<UnitId>,
    /// The office inside the unit.
    #[serde(default)]
    pub office: String,
    /// Words.
    #[serde(default)]
    pub words: String,
    /// Working days.
    #[serde(default)]
    pub days: u32,
    /// A supervisor insists.
    #[serde(default)]
    pub forced: bool,
    /// Send the reply although the check found something.
    #[serde(default)]
    pub anyway: bool,
    /// Ids of the ticket's files that go to the citizen with a reply.
    #[serde(default)]
    pub files: Vec<String>,
    /// What came of a matter of the window.
    #[serde(default)]
    pub result: Option<WindowResult>,
    /// Why it could not be done.
    #[serde(default)]
    pub cause: String,
    /// The citizen was reached.
    #[serde(default)]
    pub reached: bool,
    /// It is solved.
    #[serde(default)]
    pub solved: Option<bool>,
    /// The citizen is satisfied.
    #[serde(default)]
    pub satisfied: Option<bool>,
    /// It was in time.
    #[serde(default)]
    pub in_time: Option<bool>,
    /// The ticket to join.
    #[serde(default)]
    pub into: String,
    /// Who watches.
    #[serde(default)]
    pub supervisor: String,
    /// The parts.
    #[serde(default)]
    pub parts: Vec<Part>,
}

impl Casework {
    /// Takes a step.
    ///
    /// # Errors
    /// When the actor may not take it, there is no such ticket or unit, the state does not allow it, somebody was faster, or the
    /// reply would not help the citizen.
    pub async fn ticket_step(
        &self,
        ctx: &Ctx,
        number: &str,
        form: StepForm,
    ) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let site = self.organisation();
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &site)?;
        may_take(ctx, &stored.body()?.case, form.step, &site)?;
        if form.forced {
            authorise(ctx, Permission::TicketSupervise, None)?;
        }
        match form.step {
            Step::Merge => self.merge(ctx, &stored.number, form).await,
            Step::Split => self.split(ctx, &stored.number, form).await,
            Step::Note | Step::Answer => {
                let (command, sealed) = self.addition(&stored, &form.words)?;
                let command = match (form.step, command) {
                    (Step::Answer, Command::Append { words }) => Command::Answer { words },
                    (_, command) => command,
                };
                self.stepped(ctx, &stored.number, command, sealed, &form).await
            }
            _ => {
                let command = self.command_of(ctx, &stored, &form).await?;
                self.stepped(ctx, &stored.number, command, None, &form).await
            }
        }
    }

    async fn stepped(
        &self,
        ctx: &Ctx,
        number: &str,
        command: Command,
        sealed: Option<String>,
        form: &StepForm,
    ) -> Result<Ticket, CaseworkError> {
        let site = self.organisation();
        let order = Order {
            command,
            by: self.actor_words(ctx),
            sealed,
            place: None,
            belongs: &|stored| may_see(ctx, stored, &site),
        };
        let step = form.step;
        let may = |case: &Case| may_take(ctx, case, step, &site);
        let number = self.carry_out(ctx, number, order, form.version, may).await?;
        if step == Step::Reply && !form.cause.trim().is_empty() {
            self.window_cause(ctx, &number, &form.cause).await?;
        }
        self.shown(ctx, &number).await
    }

    async fn command_of(
        &self,
        ctx: &Ctx,
        stored: &StoredTicket,
        form: &StepForm,
    ) -> Result<Command, CaseworkError> {
        let case = stored.body()?.case;
        let unit = || form.unit.clone().ok_or_else(|| CaseworkError::NoSuchUnit(String::new()));
        let reason = form.reason.clone();
        Ok(match form.step {
            Step::Dispatch => {
                let unit = unit()?;
                self.may_get(ctx, &stored.number, &unit, form.forced).await?;
                for co in &form.co_units {
                    self.known(co)?;
                }
                Command::Dispatch {
                    unit,
                    co_units: form.co_units.clone(),
                    note: form.note.clone(),
                    forced: form.forced,
                }
            }
            Step::Uphold => {
                let unit = unit()?;
                self.may_get(ctx, &stored.number, &unit, form.forced).await?;
                Command::Uphold { reason, unit, forced: form.forced }
            }
            Step::Accept => Command::Accept,
            Step::Object => {
                if let Some(suggest) = &form.suggest {
                    self.known(suggest)?;
                }
                Command::Object { reason, evidence: form.evidence.clone(), suggest: form.suggest.clone() }
            }
            Step::Overrule => Command::Overrule { reason },
            Step::Forward => Command::Forward { office: form.office.clone() },
            Step::CoReply => {
                let site = self.organisation();
                let own = |unit: &UnitId| acts_for(ctx, unit, &site);
                let unit = case.co_units.iter().find(|co| !co.replied && own(&co.unit));
                let unit = unit.or_else(|| case.co_units.iter().find(|co| own(&co.unit)));
                let unit = unit.map(|co| co.unit.clone()).ok_or(Refusal::NotCoUnit)?;
                Command::CoReply { unit, words: form.words.clone() }
            }
            Step::Ask => Command::Ask { question: form.words.clone() },
            Step::Resume => Command::Resume,
            Step::Extend => Command::Extend { days: form.days, reason },
            Step::ExtendGrant => Command::ExtendGrant { reason },
            Step::ExtendRefuse => Command::ExtendRefuse { reason },
            Step::Reply => {
                if !form.anyway {
                    let found = Self::check_reply(stored, &form.words)?;
                    if !found.is_empty() {
                        return Err(CaseworkError::WeakReply(quality::words(&found)));
                    }
                }
                self.reply_files(stored, &form.files).await?;
                Command::Reply { words: form.words.clone(), result: form.result, files: form.files.clone() }
            }
            Step::Callback => Command::Callback(CallbackForm {
                reached: form.reached,
                solved: form.solved,
                satisfied: form.satisfied,
                in_time: form.in_time,
                note: form.note.clone(),
            }),
            Step::Archive => Command::Archive { note: form.note.clone() },
            Step::Reopen => Command::Reopen { reason },
            Step::Urge => Command::Urge { note: form.note.clone(), citizen: !supervises(ctx) },
            Step::Supervise => {
                let supervisor = form.supervisor.trim();
                if supervisor.is_empty() {
                    return Err(Refusal::NoWords.into());
                }
                Command::Supervise {
                    note: form.note.clone(),
                    supervisor: supervisor.chars().take(30).collect(),
                }
            }
            Step::Unmerge => Command::Unmerge { reason },
            Step::Cancel => Command::Cancel { reason },
            Step::Withdraw => Command::Withdraw { reason },
            Step::Conceal => Command::Conceal,
            Step::Merge | Step::Split | Step::Note | Step::Answer | Step::Absorb | Step::Follow => {
                return Err(SecurityError::OutOfScope.into());
            }
        })
    }

    /// Works on a ticket together with another. The leading one is locked first, as everywhere.
    async fn merge(&self, ctx: &Ctx, number: &str, form: StepForm) -> Result<Ticket, CaseworkError> {
        let rules = self.rules().await?;
        let site = self.organisation();
        let mut tx = self.0.store.begin(ctx).await?;
        let leading = self.locked(&mut tx, &form.into).await?;
        may_see(ctx, &leading, &site)?;
        if leading.number == number {
            return Err(Refusal::MergeTarget.into());
        }
        let stored = self.locked(&mut tx, number).await?;
        if form.version.is_some_and(|seen| seen != stored.version) {
            return Err(Refusal::Stale.into());
        }
        let (mut lead_body, mut body) = (leading.body()?, stored.body()?);
        let by = self.actor_words(ctx);
        let order =
            |command| Order { command, by: by.clone(), sealed: None, place: None, belongs: &|_| Ok(()) };
        let unit = lead_body.case.unit.clone();
        let absorb = Command::Absorb { number: stored.number.clone() };
        self.take(&mut tx, &leading, &mut lead_body, order(absorb), &rules).await?;
        let merge = Command::Merge { into: leading.number.clone(), unit };
        self.take(&mut tx, &stored, &mut body, order(merge), &rules).await?;
        tx.wake(TOPIC);
        tx.commit().await?;
        self.shown(ctx, number).await
    }

    /// Makes tickets of the parts of one. It keeps its own clock; the parts have their own.
    async fn split(&self, ctx: &Ctx, number: &str, form: StepForm) -> Result<Ticket, CaseworkError> {
        if form.parts.is_empty()
            || form.parts.len() > PARTS_MAX
            || form.parts.iter().any(|part| part.title.trim().is_empty() || part.words.trim().is_empty())
        {
            return Err(Refusal::Parts(PARTS_MAX).into());
        }
        let rules = self.rules().await?;
        let stored = self.stored(number).await?;
        let mut drafts = Vec::new();
        for part in form.parts {
            let draft = self.part(&stored, part)?.tidy()?;
            let proposal = self.propose(&draft).await?;
            drafts.push((draft, proposal));
        }
        let mut tx = self.0.store.begin(ctx).await?;
        let stored = self.locked(&mut tx, number).await?;
        if form.version.is_some_and(|seen| seen != stored.version) {
            return Err(Refusal::Stale.into());
        }
        let mut numbers = Vec::new();
        for (draft, proposal) in &drafts {
            let lodging = Lodging { draft, request: None, split_from: Some(number) };
            let made = self.lodge(&mut tx, &lodging, proposal.as_ref(), &rules).await?;
            numbers.extend(made);
        }
        let mut body = stored.body()?;
        let order = Order {
            command: Command::Split { numbers },
            by: self.actor_words(ctx),
            sealed: None,
            place: None,
            belongs: &|_| Ok(()),
        };
        self.take(&mut tx, &stored, &mut body, order, &rules).await?;
        tx.wake(TOPIC);
        tx.commit().await?;
        self.shown(ctx, number).await
    }

    fn part(&self, stored: &StoredTicket, part: Part) -> Result<TicketDraft, CaseworkError> {
        let body = stored.body()?;
        let secrets = self.secrets(&body)?.into_exposed();
        let plain = |(fact, value): (&Fact, &String)| Fact { value: value.clone(), ..fact.clone() };
        Ok(TicketDraft {
            kind: body.case.kind,
            category: part.category.unwrap_or_else(|| stored.category.clone()),
            domain: part.domain.unwrap_or_else(|| stored.domain.clone()),
            title: part.title,
            urgent: stored.urgency == "urgent",
            callback: false,
            contact: stored.contact(),
            place: stored.place.clone(),
            caller_key: self.0.keys.caller_key(&secrets.phone),
            phone: secrets.phone,
            name: secrets.name,
            facts: body
                .facts
                .iter()
                .zip(&secrets.facts)
                .filter(|(fact, _)| fact.personal)
                .map(plain)
                .collect(),
            words: vec![part.words],
            unit: None,
            window: None,
            confidential: body.case.confidential,
        })
    }

    /// Refuses a unit that is not there or closed down.
    pub(super) fn known(&self, unit: &UnitId) -> Result<(), CaseworkError> {
        if self.organisation().has_unit(unit) {
            Ok(())
        } else {
            Err(CaseworkError::NoSuchUnit(unit.to_string()))
        }
    }
}
