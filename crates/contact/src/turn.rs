//! One event of one contact: through the engine, effects performed, everything committed at once.

use std::collections::VecDeque;

use casework::Proof;
use dialogue::{
    Brain, Conversation, Effect, Event, HandOver, Outcome, Passport, Phase, TicketDraft, Utterance, step,
};
use kernel::{ContactId, Ctx, Micros};
use knowledge::Ask;
use knowledge::service::GapWhy;
use routing::Command;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::{StoreError, Tx, from_json, one_changed, to_json};

use crate::link::{Ordered, departure};
use crate::view::{Body, HandOverView, QueuePlace, hand_over_view};
use crate::{ContactError, Hotline, Hub, sql};

/// Candidates the engine is shown.
const CANDIDATES: usize = 5;
/// Events of one contact that another node was faster with are applied again, this often.
const TRIES: usize = 6;

/// A contact's row: the engine's state and what the shell keeps beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The engine's state.
    pub conversation: Conversation,
    /// Why it was handed over.
    #[serde(default)]
    pub hand_over: Option<HandOverView>,
    /// When it was.
    #[serde(default)]
    pub handed_over_us: Option<i64>,
    /// The place last heard of.
    #[serde(default)]
    pub place: Option<QueuePlace>,
    /// The person.
    #[serde(default)]
    pub agent: Option<String>,
    /// The person's name towards the citizen.
    #[serde(default)]
    pub agent_name: Option<String>,
    /// What the citizen last asked of the libraries, masked.
    #[serde(default)]
    pub asked: Option<String>,
}

/// A record with its version.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub record: Record,
    pub version: i64,
    pub opened_us: i64,
    pub ended_us: Option<i64>,
}

/// What the citizen or an agent said with the event.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub author: &'static str,
    pub client_id: Option<String>,
    pub text: String,
    pub agent_name: Option<String>,
    pub citations: Vec<dialogue::Citation>,
}

/// A ticket to be opened, as it lies in the outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TicketOrder {
    pub contact: ContactId,
    pub request: u32,
    pub draft: TicketDraft,
}

/// Words to be added to a ticket, as they lie in the outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Addition {
    pub number: String,
    pub words: String,
    /// The place as it is known now, where the words told it closer or put it right.
    #[serde(default)]
    pub place: Option<String>,
}

/// What one event led to.
#[derive(Debug, Default)]
struct Outgoing {
    messages: Vec<(&'static str, String, Body, Option<String>)>,
    commands: Vec<Command>,
    tickets: Vec<(u32, TicketDraft)>,
    additions: Vec<Addition>,
    callback: Option<Passport>,
    handed_over: Option<HandOver>,
    audits: Vec<(&'static str, String)>,
    alert: bool,
    ended: bool,
    asked: Option<String>,
}

impl Hotline {
    pub(crate) async fn load(&self, id: &ContactId) -> Result<Loaded, ContactError> {
        let row = sqlx::query(sql::CONTACT_GET).bind(id.as_str()).fetch_optional(self.store().read()).await?;
        let row = row.ok_or(ContactError::NotFound)?;
        Ok(Loaded {
            record: from_json("contact", row.try_get::<String, _>("state")?.as_str())?,
            version: row.try_get("version")?,
            opened_us: row.try_get("opened_us")?,
            ended_us: row.try_get("ended_us")?,
        })
    }

    /// Applies an event, with what was said in it. Repeated safely while other nodes are faster.
    pub(crate) async fn apply(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        event: Event,
        words: Option<Words>,
    ) -> Result<Record, ContactError> {
        let _in_turn = self.stripe(id.as_str()).lock().await;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_apply(ctx, id, event.clone(), words.clone()).await {
                Err(ContactError::Store(StoreError::Conflict(_))) if tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_apply(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        event: Event,
        words: Option<Words>,
    ) -> Result<Record, ContactError> {
        let loaded = self.load(id).await?;
        let mut record = loaded.record;
        let mut out = Outgoing::default();
        let brain = if words.is_some() { self.brain_for_turn(ctx.now) } else { self.brain() };
        if let Event::Queued { position, wait_secs, .. } = &event {
            record.place = Some(QueuePlace { position: *position, wait_secs: *wait_secs });
        }
        if let Some(words) = &words {
            let normal = self.read_aside(&record.conversation, words, ctx.now);
            let body = Body {
                text: words.text.clone(),
                agent_name: words.agent_name.clone(),
                citations: words.citations.clone(),
                normal,
                ..Body::default()
            };
            out.messages.push((words.author, "text".to_owned(), body, words.client_id.clone()));
        }
        let was_ended = record.conversation.phase == Phase::Ended;
        record.conversation = self.run(&brain, record.conversation, event, ctx.now, &mut out).await?;
        record.asked = out.asked.take().or(record.asked);
        let unhelped =
            out.handed_over.as_ref().is_some_and(|hand_over| crate::gap::was_no_help(hand_over.reason));
        if let Some(hand_over) = &out.handed_over {
            record.hand_over = Some(hand_over_view(hand_over));
            record.handed_over_us = Some(ctx.now.0);
        }
        if !matches!(record.conversation.phase, Phase::Queued { .. }) {
            record.place = None;
        }
        let ended = record.conversation.phase == Phase::Ended;
        let ended_us = if ended { loaded.ended_us.filter(|_| was_ended).or(Some(ctx.now.0)) } else { None };
        let mut tx = self.store().begin(ctx).await?;
        self.write(&mut tx, id, &record, loaded.version, ended_us).await?;
        self.send(&mut tx, id, &record, loaded.version, out).await?;
        tx.commit().await?;
        if let Some(asked) = record.asked.as_deref().filter(|_| unhelped) {
            self.gap(asked, None, id, GapWhy::HandedOver, ctx.now).await;
        }
        self.hub().poke(&Hub::contact(id.as_str()));
        if let Some(agent) = &record.agent {
            self.hub().poke(&Hub::desk(agent));
        }
        Ok(record)
    }

    /// Runs the engine until nothing more comes back from inside.
    async fn run(
        &self,
        brain: &Brain,
        mut state: Conversation,
        event: Event,
        now: Micros,
        out: &mut Outgoing,
    ) -> Result<Conversation, ContactError> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let stepped = step(brain, state, event, now);
            state = stepped.state;
            for effect in stepped.effects {
                match effect {
                    Effect::Say(utterance) => out.messages.push(message(utterance)),
                    Effect::Advise { service } => {
                        out.alert = true;
                        out.audits.push(("contact.danger", format!("{service:?}")));
                    }
                    Effect::Search { request, query, domain, about, except } => {
                        out.asked = Some(security::mask_text(&query));
                        events.push_back(
                            self.searched(
                                &state,
                                request,
                                &query,
                                domain.as_deref(),
                                about.as_deref(),
                                &except,
                                now,
                            )
                            .await,
                        );
                    }
                    Effect::Fetch { request, entry, clause } => {
                        let card = self.library().card(&entry, clause.as_deref(), now).map(crate::link::card);
                        events.push_back(Event::Fetched { request, card });
                    }
                    Effect::Enqueue(hand_over) => {
                        out.commands.push(self.arrival(&state, &hand_over, now));
                        out.audits.push(("contact.hand_over", hand_over.reason.chinese().to_owned()));
                        out.handed_over = Some(hand_over);
                    }
                    Effect::LeaveQueue => out.commands.push(Command::Abandon { contact: state.id.clone() }),
                    Effect::ToAgent { danger, .. } => out.alert |= danger.is_some(),
                    Effect::OpenTicket { request, draft } => out.tickets.push((request, *draft)),
                    Effect::AddToTicket { number, words, place } => {
                        out.additions.push(Addition { number, words, place });
                    }
                    Effect::LookUpTicket { request, number } => {
                        let text = self.progress_words(&state, &number).await?;
                        events.push_back(Event::TicketProgress { request, text });
                    }
                    Effect::PromiseCallback { passport } => out.callback = Some(passport),
                    Effect::MoveLine { line } => out.audits.push(("contact.move_line", line.to_string())),
                    Effect::End { outcome } => {
                        out.ended = true;
                        out.audits.push(("contact.end", format!("{outcome:?}")));
                        out.commands.push(departure(&state, outcome));
                    }
                }
            }
        }
        Ok(state)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one effect, passed on as they are")]
    async fn searched(
        &self,
        state: &Conversation,
        request: u32,
        query: &str,
        domain: Option<&str>,
        about: Option<&str>,
        except: &[String],
        now: Micros,
    ) -> Event {
        let region = state.passport.value("place");
        let quick = !self.reads_deeply(now);
        let ask = Ask { text: query, domain, region, about, except, quick };
        let found = self.library().search(&ask, now, CANDIDATES);
        let unanswered = found.first().is_none_or(|best| best.confidence < self.brain().policy.answer_at);
        if unanswered {
            self.gap(query, domain, &state.id, GapWhy::Unanswered, now).await;
        }
        Event::Found { request, candidates: found.into_iter().map(crate::link::candidate).collect() }
    }

    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        id: &ContactId,
        record: &Record,
        version: i64,
        ended_us: Option<i64>,
    ) -> Result<(), ContactError> {
        let state = &record.conversation;
        let caller = state.passport.value("phone").and_then(|phone| self.keys().caller_key(phone));
        let changed = sqlx::query(sql::CONTACT_STEP)
            .bind(state.line.as_str())
            .bind(name(&state.lane))
            .bind(phase_name(&state.phase))
            .bind(state.outcome.as_ref().map(name))
            .bind(to_json("contact", record)?)
            .bind(caller)
            .bind(tx.now().0)
            .bind(ended_us)
            .bind(id.as_str())
            .bind(version)
            .execute(&mut **tx)
            .await?;
        one_changed(changed.rows_affected(), "contact")?;
        Ok(())
    }

    async fn send(
        &self,
        tx: &mut Tx,
        id: &ContactId,
        record: &Record,
        version: i64,
        out: Outgoing,
    ) -> Result<(), ContactError> {
        let mut seq: i64 =
            sqlx::query(sql::MESSAGE_LAST).bind(id.as_str()).fetch_one(&mut **tx).await?.try_get(0)?;
        for (author, kind, body, client_id) in out.messages {
            seq += 1;
            sqlx::query(sql::MESSAGE_ADD)
                .bind(id.as_str())
                .bind(seq)
                .bind(client_id)
                .bind(author)
                .bind(kind)
                .bind(to_json("message", &body)?)
                .bind(tx.now().0)
                .execute(&mut **tx)
                .await?;
        }
        for (at, command) in out.commands.into_iter().enumerate() {
            let ordered = Ordered { contact: id.clone(), command };
            tx.emit(crate::pump::ROUTING, &format!("routing:{id}:{version}:{at}"), &ordered).await?;
        }
        for (request, draft) in out.tickets {
            let order = TicketOrder { contact: id.clone(), request, draft };
            tx.emit(crate::pump::TICKET, &format!("ticket:{id}:{request}"), &order).await?;
        }
        for (at, addition) in out.additions.into_iter().enumerate() {
            tx.emit(crate::pump::ADDITION, &format!("addition:{id}:{version}:{at}"), &addition).await?;
        }
        if let Some(passport) = out.callback {
            self.promise(tx, id, record, &passport).await?;
        }
        let object = format!("contact:{id}");
        for (action, detail) in out.audits {
            tx.audit(action, &object, &detail).await?;
        }
        if out.alert {
            self.hub().poke(Hub::SUPERVISION);
        }
        Ok(())
    }

    /// A call-back at the place the contact had. One open promise a contact.
    async fn promise(
        &self,
        tx: &mut Tx,
        id: &ContactId,
        record: &Record,
        passport: &Passport,
    ) -> Result<(), ContactError> {
        let phone = passport.value("phone").unwrap_or_default();
        let sealed = if phone.is_empty() {
            String::new()
        } else {
            self.random(|rng| self.keys().seal("callback", phone, rng))?
        };
        let reason = record.hand_over.as_ref().map_or("断线", |why| why.words.as_str());
        let place = record.handed_over_us.unwrap_or(tx.now().0);
        sqlx::query(sql::CALLBACK_ADD)
            .bind(format!("callback:{id}"))
            .bind(id.as_str())
            .bind(sealed)
            .bind(reason)
            .bind(place)
            .bind(tx.now().plus_secs(24 * 3600).0)
            .bind(tx.now().0)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    async fn progress_words(
        &self,
        state: &Conversation,
        number: &str,
    ) -> Result<Option<String>, ContactError> {
        // A ticket of this contact, or of an earlier one from the same telephone.
        let phone = state.passport.value("phone").unwrap_or_default();
        let tail: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
        let own = state.passport.tickets.iter().any(|known| known == number);
        let proofs =
            own.then(|| Proof::Contact(state.id.clone())).into_iter().chain([Proof::PhoneLast4(tail)]);
        for proof in proofs {
            match self.casework().ticket_progress(&self.citizen(&state.id), number, &proof).await {
                Ok(progress) => {
                    let (state, next) = (progress.state_words, progress.next_step);
                    return Ok(Some(format!("工单{}：{state}。{next}", progress.number)));
                }
                Err(error) if kernel::Coded::code(&error) == kernel::ErrorCode::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

fn message(utterance: Utterance) -> (&'static str, String, Body, Option<String>) {
    let kind = name(&utterance.kind);
    let Utterance { text, citations, options, .. } = utterance;
    ("bot", kind, Body { text, citations, options, ..Body::default() }, None)
}

/// The name a unit variant is serialised under.
pub(crate) fn name(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The stable name of a phase.
pub const fn phase_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Listening => "listening",
        Phase::Asking { .. } => "asking",
        Phase::Clarifying { .. } => "clarifying",
        Phase::Seeking { .. } => "seeking",
        Phase::Filing { .. } => "filing",
        Phase::Queued { .. } => "queued",
        Phase::WithAgent => "with_agent",
        Phase::Ended => "ended",
    }
}

/// Whether an ended contact's place in the queue is kept.
pub(crate) const fn keeps_place(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Callback)
}
