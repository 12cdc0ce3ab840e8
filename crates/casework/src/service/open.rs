//! Opening a ticket.

use std::pin::Pin;

use kernel::{Actor, ContactId, Ctx, Micros, TicketId};
use security::{Permission, SecurityError, authorise, mask_name, mask_phone};
use serde::Deserialize;
use sqlx::Row as _;
use store::{StoreError, Tx, to_json};

use super::rows::{Body, EventBody, Secrets, hush, mask_words, masked};
use super::search::search_terms;
use super::step::{Order, Rules, flags};
use super::{Casework, SEAL_CALLBACK, SEAL_TICKET, TOPIC};
use crate::dispatch::Proposal;
use crate::model::{self, Command, Opening, Refusal, Urgency};
use crate::{Case, CaseworkError, Event, Ticket, TicketDraft, sql};

/// The longest request key, in characters.
const KEY_MAX_CHARS: usize = 200;

/// What is written beside a new ticket, given its number.
pub type Beside<'a> = &'a (
        dyn for<'t> Fn(
    &'t mut Tx,
    &'t str,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 't>>
            + Send
            + Sync
    );

/// A ticket to be registered, with what names the occasion.
pub(super) struct Lodging<'a> {
    pub draft: &'a TicketDraft,
    /// Asked again under this key, the first ticket is the answer.
    pub request: Option<&'a str>,
    /// The ticket it was a part of.
    pub split_from: Option<&'a str>,
}

/// The settings document `ticket_numbers`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbering {
    /// One to four capital letters before the date.
    prefix: String,
}

impl Casework {
    /// Opens a ticket, once for each `request_key` of a contact (or, without a contact, of the actor): asked again, the ticket
    /// of the first time is returned. An empty key asks for a ticket of its own each time.
    ///
    /// # Errors
    /// When the actor may not open tickets, the draft is too long to be meant, or the database refuses.
    pub async fn ticket_open(
        &self,
        ctx: &Ctx,
        request_key: &str,
        draft: TicketDraft,
    ) -> Result<Ticket, CaseworkError> {
        self.ticket_open_with(ctx, request_key, draft, None).await
    }

    /// The same, and what the caller writes in the transaction that registers the ticket: whoever sees the ticket sees that too.
    ///
    /// # Errors
    /// As [`Self::ticket_open`], or when `beside` fails; then nothing is registered.
    pub async fn ticket_open_with(
        &self,
        ctx: &Ctx,
        request_key: &str,
        draft: TicketDraft,
        beside: Option<Beside<'_>>,
    ) -> Result<Ticket, CaseworkError> {
        may_open(ctx, &draft)?;
        if request_key.chars().count() > KEY_MAX_CHARS {
            return Err(Refusal::TooLong(KEY_MAX_CHARS).into());
        }
        let draft = draft.tidy()?;
        let asker =
            draft.contact.as_ref().map_or_else(|| ctx.actor_key(), |contact| format!("contact:{contact}"));
        let request = (!request_key.is_empty()).then(|| format!("{asker}/{}", request_key.replace('\0', "")));
        if let Some(number) = self.number_of(request.as_deref()).await? {
            return self.shown(ctx, &number).await;
        }

        let rules = self.rules().await?;
        if let Some(unit) = draft.unit.as_ref().filter(|unit| !self.organisation().has_unit(unit)) {
            return Err(CaseworkError::NoSuchUnit(unit.to_string()));
        }
        let proposal = self.propose(&draft).await?;
        let mut tx = self.0.store.begin(ctx).await?;
        let lodging = Lodging { draft: &draft, request: request.as_deref(), split_from: None };
        let Some(number) = self.lodge(&mut tx, &lodging, proposal.as_ref(), &rules).await? else {
            tx.rollback().await?;
            // Asked twice at one moment: the other was first.
            let Some(number) = self.number_of(request.as_deref()).await? else {
                return Err(StoreError::Conflict("ticket".to_owned()).into());
            };
            return self.shown(ctx, &number).await;
        };
        if let Some(beside) = beside {
            beside(&mut tx, &number).await?;
        }
        tx.wake(TOPIC);
        tx.commit().await?;
        self.shown(ctx, &number).await
    }

    /// Registers a ticket within a transaction and, where the proposal is sure enough for the site, sends it to its unit.
    /// None when the request was answered meanwhile.
    pub(super) async fn lodge(
        &self,
        tx: &mut Tx,
        lodging: &Lodging<'_>,
        proposal: Option<&Proposal>,
        rules: &Rules,
    ) -> Result<Option<String>, CaseworkError> {
        let draft = lodging.draft;
        let ctx = tx.ctx().clone();
        let proposed = draft.unit.clone().or_else(|| proposal.map(|proposal| proposal.unit.clone()));
        let opening = Opening {
            kind: draft.kind,
            urgency: if draft.urgent { Urgency::Urgent } else { Urgency::Normal },
            callback: draft.callback,
            proposed,
            domain: draft.domain.clone(),
            category: draft.category.clone(),
            window: draft.window.is_some(),
            confidential: draft.confidential,
        };
        let (case, event) = model::open(opening, rules.terms(), ctx.now);
        let day = ctx.now.beijing().strftime("%Y%m%d").to_string();
        let prefix = &rules.prefix;
        let count = tx.counter_next(&format!("ticket:{prefix}{day}")).await?;
        let number = format!("{prefix}{day}{count:05}");
        let id = self.random(|rng| TicketId::fresh(ctx.now, rng));
        if !self.insert(tx, &id, &number, lodging, &case).await? {
            return Ok(None);
        }
        let body = EventBody { event, by: self.actor_words(&ctx), sealed: None };
        self.event_add(tx, id.as_str(), 1, &body).await?;
        self.set_clock(tx, &number, &case, rules).await?;
        let due = case.due.map(|due| due.at);
        if draft.callback {
            self.promise(tx, &id, draft, due.unwrap_or(ctx.now)).await?;
        }
        tx.audit(
            "ticket.open",
            &format!("ticket:{number}"),
            &serde_json::json!({
                "kind": case.kind, "domain": draft.domain, "urgency": case.urgency, "callback": case.callback,
                // Who reports is not to be found through the contact either.
                "contact": draft.contact.as_ref().filter(|_| !case.confidential),
                "proposed_unit": case.proposed, "due_us": due.map(|due| due.0),
            }),
        )
        .await?;
        if let Some(sure) = proposal.filter(|proposal| draft.unit.is_none() && rules.sends(proposal)) {
            let stored = self.locked(tx, &number).await?;
            let mut body = stored.body()?;
            let command = Command::Dispatch {
                unit: sure.unit.clone(),
                co_units: sure.co_units.clone(),
                note: format!("系统按目录自动派单：{}", sure.reasons.join("；")).chars().take(500).collect(),
                forced: false,
            };
            let order =
                Order { command, by: "系统".to_owned(), sealed: None, place: None, belongs: &|_| Ok(()) };
            self.take(tx, &stored, &mut body, order, rules).await?;
        }
        Ok(Some(number))
    }

    /// The number under which a request was answered before.
    async fn number_of(&self, request: Option<&str>) -> Result<Option<String>, CaseworkError> {
        let Some(request) = request else { return Ok(None) };
        let row =
            sqlx::query(sql::TICKET_OF_REQUEST).bind(request).fetch_optional(self.0.store.read()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// What ticket numbers begin with.
    pub(super) async fn prefix(&self) -> Result<String, CaseworkError> {
        let numbering = self.0.store.setting::<Numbering>("ticket_numbers").await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the setting ticket_numbers cannot be read; YZ is used");
            None
        });
        let prefix = numbering.map(|setting| setting.value.prefix);
        let sound = |prefix: &String| {
            (1..=4).contains(&prefix.len()) && prefix.chars().all(|c| c.is_ascii_uppercase())
        };
        Ok(prefix.filter(sound).unwrap_or_else(|| "YZ".to_owned()))
    }

    /// False when the request was answered meanwhile.
    async fn insert(
        &self,
        tx: &mut Tx,
        id: &TicketId,
        number: &str,
        lodging: &Lodging<'_>,
        case: &Case,
    ) -> Result<bool, CaseworkError> {
        let (draft, request) = (lodging.draft, lodging.request);
        let secrets = to_json("ticket secrets", &Secrets::of(draft))?;
        let body = Body {
            case: case.clone(),
            facts: draft.facts.iter().map(|fact| masked(fact, &draft.name)).collect(),
            words: draft.words.iter().map(|words| mask_words(words, &draft.name)).collect(),
            phone: mask_phone(&draft.phone),
            name: mask_name(&draft.name),
            sealed: self.seal(SEAL_TICKET, &secrets)?,
            window: draft.window.clone(),
            split_from: lodging.split_from.map(ToOwned::to_owned),
        };
        let title = mask_words(&draft.title, &draft.name);
        // Lists are seen by the unit too, and show nothing of who reports a breach.
        let title = if case.confidential { hush(&title, &body.name) } else { title };
        let searched = title.clone();
        let caller = draft.caller_key.clone().or_else(|| self.0.keys.caller_key(&draft.phone));
        let site = self.organisation();
        let added = sqlx::query(sql::TICKET_ADD)
            .bind(id.as_str())
            .bind(number)
            .bind(draft.contact.as_ref().map(ContactId::as_str))
            .bind(case.kind.as_str())
            .bind(draft.category.as_str())
            .bind(draft.domain.as_str())
            .bind(title)
            .bind(to_json("ticket", &body)?)
            .bind(draft.place.as_str())
            .bind("")
            .bind(case.state.as_str())
            .bind(case.urgency.as_str())
            .bind(case.due.map(|due| due.at.0))
            .bind(tx.now().0)
            .bind(caller)
            .bind(request)
            .bind(case.proposed.as_ref().map_or("", kernel::UnitId::as_str))
            .bind(site.place_code(&draft.place).unwrap_or_default())
            .bind(case.next_due().map(|due| due.at.0))
            .bind(case.owner().map(|owner| owner.key()).unwrap_or_default())
            .bind(flags(case))
            .execute(&mut **tx)
            .await?;
        if added.rows_affected() != 1 {
            return Ok(false);
        }
        // The place of a report may tell who reports; it is shown, but not searched.
        let place = if case.confidential { "" } else { draft.place.as_str() };
        self.findable(tx, id.as_str(), &[&searched, &draft.category, place]).await?;
        Ok(true)
    }

    /// Puts a ticket under the terms of texts, for the search.
    pub(super) async fn findable(
        &self,
        tx: &mut Tx,
        ticket: &str,
        texts: &[&str],
    ) -> Result<(), CaseworkError> {
        for term in search_terms(texts) {
            sqlx::query(sql::TERM_ADD).bind(term).bind(ticket).execute(&mut **tx).await?;
        }
        Ok(())
    }

    pub(super) async fn event_add(
        &self,
        tx: &mut Tx,
        ticket: &str,
        seq: i64,
        body: &EventBody,
    ) -> Result<(), CaseworkError> {
        let (actor, now) = (tx.ctx().actor_key(), tx.now().0);
        sqlx::query(sql::EVENT_ADD)
            .bind(ticket)
            .bind(seq)
            .bind(body.event.name())
            .bind(actor)
            .bind(to_json("ticket event", body)?)
            .bind(now)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Promises a call-back: one a contact, however often it is promised.
    async fn promise(
        &self,
        tx: &mut Tx,
        ticket: &TicketId,
        draft: &TicketDraft,
        due: Micros,
    ) -> Result<(), CaseworkError> {
        let whose = draft.contact.as_ref().map_or_else(|| ticket.to_string(), ToString::to_string);
        let phone =
            if draft.phone.is_empty() { String::new() } else { self.seal(SEAL_CALLBACK, &draft.phone)? };
        let now = tx.now().0;
        sqlx::query(sql::CALLBACK_PROMISE)
            .bind(format!("callback:{whose}"))
            .bind(draft.contact.as_ref().map_or("", ContactId::as_str))
            .bind(phone)
            .bind("工单回电")
            .bind(now)
            .bind(due.0)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// The promise of a ticket is kept, or nobody waits for it any more.
    pub(super) async fn promise_close(
        &self,
        tx: &mut Tx,
        ticket: &str,
        contact: Option<&str>,
        event: &Event,
    ) -> Result<(), CaseworkError> {
        if matches!(event, Event::Replied { .. } | Event::Archived { .. } | Event::Cancelled { .. }) {
            let whose = contact.unwrap_or(ticket);
            sqlx::query(sql::CALLBACK_CLOSE).bind(format!("callback:{whose}")).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

/// Staff by permission; a citizen for the contact that is his own.
fn may_open(ctx: &Ctx, draft: &TicketDraft) -> Result<(), SecurityError> {
    match &ctx.actor {
        Actor::Citizen { contact } if draft.contact.as_ref() == Some(contact) => Ok(()),
        _ => authorise(ctx, Permission::TicketCreate, None),
    }
}
