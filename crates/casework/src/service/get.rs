//! Reading one ticket.

use kernel::{Actor, Ctx, Role, Scope};
use security::{Permission, authorise, covers};

use super::Casework;
use super::rows::{EventBody, StoredEvent, StoredTicket, hush};
use super::tell::staff_words;
use crate::model::Kind;
use crate::view::{CoUnitView, ObjectionView};
use crate::{Case, CaseworkError, EventView, Organisation, Ticket, sql};

impl Casework {
    /// A ticket for staff. Who read it is written down.
    ///
    /// # Errors
    /// When there is none, it lies outside the person's scope, or the database refuses.
    pub async fn ticket_get(&self, ctx: &Ctx, number: &str) -> Result<Ticket, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &self.organisation())?;
        let mut tx = self.0.store.begin(ctx).await?;
        tx.audit("ticket.read", &format!("ticket:{}", stored.number), &serde_json::json!({})).await?;
        tx.commit().await?;
        self.view(ctx, &stored).await
    }

    /// The ticket that an operation has just made or changed.
    pub(super) async fn shown(&self, ctx: &Ctx, number: &str) -> Result<Ticket, CaseworkError> {
        self.view(ctx, &self.stored(number).await?).await
    }

    pub(super) async fn stored(&self, number: &str) -> Result<StoredTicket, CaseworkError> {
        let number = plain_number(number);
        let row = sqlx::query_as(sql::TICKET_GET).bind(number).fetch_optional(self.0.store.read()).await?;
        row.ok_or(CaseworkError::NotFound)
    }

    pub(super) async fn events(&self, id: &str) -> Result<Vec<StoredEvent>, CaseworkError> {
        Ok(sqlx::query_as(sql::EVENT_LIST).bind(id).fetch_all(self.0.store.read()).await?)
    }

    async fn view(&self, ctx: &Ctx, stored: &StoredTicket) -> Result<Ticket, CaseworkError> {
        let site = self.organisation();
        let body = stored.body()?;
        let mut events = Vec::new();
        for event in self.events(&stored.id).await? {
            let EventBody { event: what, by, .. } = event.body()?;
            events.push(EventView {
                seq: event.seq,
                at_us: event.at_us,
                kind: what.name().to_owned(),
                actor: event.actor,
                actor_words: by,
                words: staff_words(&what, &site),
            });
        }
        let rules = self.rules().await?;
        let case = &body.case;
        let name = |unit: &kernel::UnitId| site.unit_name(unit).unwrap_or(unit.as_str()).to_owned();
        let mut ticket = Ticket {
            co_units: case
                .co_units
                .iter()
                .map(|co| CoUnitView { id: co.unit.clone(), name: name(&co.unit), replied: co.replied })
                .collect(),
            office: case.office.clone(),
            question: case.question.clone(),
            extension: case.extension.clone(),
            objection: case.objection.as_ref().map(|objection| ObjectionView {
                reason: objection.reason.clone(),
                evidence: objection.evidence.clone(),
                suggest: objection.suggest.clone(),
                suggest_name: objection.suggest.as_ref().map(name).unwrap_or_default(),
            }),
            urges: case.urges,
            supervisor: case.supervisor.clone(),
            merged_into: case.leading.clone(),
            merged: case.merged.clone(),
            split_from: body.split_from.clone(),
            split: case.split.clone(),
            window: body.window.clone(),
            window_result: case.result,
            outcome: case.outcome.clone(),
            attachments: self.attachments(&stored.id).await?,
            steps: super::permit::offers(ctx, case, rules.terms(), &site),
            row: stored.row(&site, ctx.now)?,
            facts: body.facts,
            words: body.words,
            phone: body.phone,
            name: body.name,
            contact_id: stored.contact(),
            callback: body.case.callback,
            due_provisional: body.case.due.is_some_and(|due| due.provisional),
            events,
            version: stored.version,
        };
        if hides_reporter(ctx, &body.case) {
            hide_reporter(&mut ticket);
        }
        Ok(ticket)
    }
}

/// Whether the ticket lies within the person's scope: the unit's own, or one it helps with. What does not, does not exist for him.
pub(super) fn may_see(ctx: &Ctx, stored: &StoredTicket, site: &Organisation) -> Result<(), CaseworkError> {
    let Actor::Staff { scope, .. } = &ctx.actor else { return Ok(()) };
    let within = match scope {
        Scope::District => true,
        Scope::Unit(unit) => stored.unit == unit.as_str() || stored.flags.contains(&format!(",co:{unit},")),
        Scope::Place(code) => {
            covers(scope, &Scope::Place(stored.place_code.clone()))
                || site.unit_of_place(code).is_some_and(|unit| unit.id.as_str() == stored.unit)
        }
    };
    if within { Ok(()) } else { Err(CaseworkError::NotFound) }
}

/// Who reports a breach, or asked to stay hidden, is hidden from the unit that looks into it, from its town, and from members of the
/// liaison station.
pub(super) fn hides_reporter(ctx: &Ctx, case: &Case) -> bool {
    let hidden = case.confidential || case.kind == Kind::Report;
    let knows = match &ctx.actor {
        Actor::System { .. } => true,
        // A deputy of the whole district is no part of its administration.
        Actor::Staff { role, scope, .. } => *scope == Scope::District && *role != Role::LiaisonMember,
        Actor::Citizen { .. } => false,
    };
    hidden && !knows
}

fn hide_reporter(ticket: &mut Ticket) {
    const HIDDEN: &str = "举报人信息保密";
    let name = std::mem::replace(&mut ticket.name, HIDDEN.to_owned());
    HIDDEN.clone_into(&mut ticket.phone);
    ticket.contact_id = None;
    for fact in &mut ticket.facts {
        fact.value = if fact.personal { HIDDEN.to_owned() } else { hush(&fact.value, &name) };
        fact.words = if fact.personal { String::new() } else { hush(&fact.words, &name) };
    }
    for words in &mut ticket.words {
        *words = hush(words, &name);
    }
    if let Some(question) = &mut ticket.question {
        *question = hush(question, &name);
    }
    for (at, file) in ticket.attachments.iter_mut().enumerate() {
        // A file's name may be somebody's.
        file.name = format!("附件{}", at + 1);
    }
    for event in &mut ticket.events {
        event.words = hush(&event.words, &name);
        if event.actor.starts_with("citizen:") {
            "citizen".clone_into(&mut event.actor);
        }
    }
}

/// A number as it is kept: `ｙｚ 2026 1125 00001` is `YZ2026112500001`.
pub(super) fn plain_number(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::plain_number;

    #[test]
    fn numbers_are_read_however_they_are_typed() {
        for text in ["YZ2026112500001", " yz 2026-1125 00001。", "ＹＺ２０２６１１２５００００１"]
        {
            assert_eq!(plain_number(text), "YZ2026112500001", "{text}");
        }
    }
}
