//! Tickets opened by the bot and by agents.

use casework::{Fact, Ticket, TicketDraft};
use kernel::{ContactId, Ctx};
use security::{Permission, authorise};

use crate::turn::{Record, TicketOrder, name};
use crate::view::TicketForm;
use crate::{ContactError, Hotline};

impl Hotline {
    /// Opens the ticket that the engine ordered. Idempotent by contact and request.
    pub(crate) async fn open_ordered(&self, ctx: &Ctx, order: &TicketOrder) -> Result<Ticket, ContactError> {
        let draft = &order.draft;
        let passport = &draft.passport;
        let value = |slot: &str| {
            passport
                .value(slot)
                .filter(|value| *value != dialogue::slots::REFUSED)
                .unwrap_or_default()
                .to_owned()
        };
        let words: Vec<String> =
            passport.matter.iter().chain(&passport.earlier).map(|matter| matter.words.clone()).collect();
        let ticket = TicketDraft {
            kind: kind(&name(&draft.kind)),
            category: draft.category.clone(),
            domain: draft.domain.clone(),
            title: draft.title.clone(),
            urgent: draft.urgent,
            callback: draft.callback,
            contact: Some(order.contact.clone()),
            place: value("place"),
            phone: value("phone"),
            name: value("name"),
            facts: passport.facts.iter().map(fact).collect(),
            words,
            caller_key: passport.value("phone").and_then(|phone| self.keys().caller_key(phone)),
            unit: None,
            window: None,
            confidential: false,
        };
        Ok(self.casework().ticket_open(ctx, &order.request.to_string(), ticket).await?)
    }

    /// The form of a new ticket, filled from what was said: nobody types it again.
    ///
    /// # Errors
    /// When the contact is not there or the agent may not see it.
    pub async fn desk_ticket_draft(&self, ctx: &Ctx, id: &ContactId) -> Result<TicketForm, ContactError> {
        authorise(ctx, Permission::TicketCreate, None)?;
        let Record { conversation, .. } = self.load(id).await?.record;
        let passport = conversation.passport;
        let value = |slot: &str| passport.value(slot).unwrap_or_default().to_owned();
        let matter = passport.matter.as_ref().or_else(|| passport.earlier.last());
        let detail = match (passport.value("detail"), matter) {
            (Some(detail), _) => detail.to_owned(),
            (None, Some(matter)) => matter.words.clone(),
            (None, None) => String::new(),
        };
        Ok(TicketForm {
            kind: matter.map_or_else(
                || "help".to_owned(),
                |matter| match name(&matter.kind) {
                    kind if kind == "other" => "consult".to_owned(),
                    kind => kind,
                },
            ),
            category: String::new(),
            domain: matter.and_then(|matter| matter.domain.clone()).unwrap_or_else(|| "其他".to_owned()),
            title: matter.map(|matter| matter.words.chars().take(28).collect()).unwrap_or_default(),
            place: value("place"),
            phone: value("phone"),
            name: value("name"),
            detail,
            urgent: conversation.lane == dialogue::Lane::Emergency,
            unit: None,
            window: None,
            confidential: false,
            client_id: String::new(),
        })
    }

    /// Opens a ticket from the desk, for a contact or for nobody's in particular.
    ///
    /// # Errors
    /// When the form is incomplete or the person may not open tickets.
    pub async fn desk_ticket_open(
        &self,
        ctx: &Ctx,
        id: Option<&ContactId>,
        form: TicketForm,
    ) -> Result<Ticket, ContactError> {
        authorise(ctx, Permission::TicketCreate, None)?;
        if form.title.trim().is_empty() || form.detail.trim().is_empty() {
            return Err(ContactError::Words("请填写标题和具体情况。"));
        }
        let mut facts = Vec::new();
        if let Some(id) = id {
            let record = self.load(id).await?.record;
            facts.extend(record.conversation.passport.facts.iter().map(fact));
        }
        let draft = TicketDraft {
            kind: kind(&form.kind),
            category: form.category,
            domain: form.domain,
            title: form.title,
            urgent: form.urgent,
            callback: false,
            contact: id.cloned(),
            place: form.place,
            caller_key: self.keys().caller_key(&form.phone),
            phone: form.phone,
            name: form.name,
            facts,
            words: vec![form.detail],
            unit: form.unit.map(kernel::UnitId),
            window: form.window,
            confidential: form.confidential,
        };
        let key = format!("desk:{}", form.client_id);
        let ticket = self.casework().ticket_open(ctx, &key, draft).await?;
        if let Some(id) = id {
            self.note_ticket(ctx, id, &ticket.row.number).await?;
        }
        Ok(ticket)
    }
}

impl Hotline {
    /// Registers what somebody refused to do, from the citizen's page ("办不成事"): its own clock, and no end without a call-back.
    ///
    /// # Errors
    /// When it says neither what was refused nor where, or leaves no number to call back.
    pub async fn window_open(
        &self,
        key: &str,
        matter: casework::WindowMatter,
        name: &str,
        phone: &str,
        words: &str,
    ) -> Result<Ticket, ContactError> {
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        if !(7..=12).contains(&digits) {
            return Err(ContactError::Words("请留一个能接通的电话号码，办结前我们会回访您。"));
        }
        if matter.refused.trim().is_empty() || matter.place.trim().is_empty() {
            return Err(ContactError::Words("请写明是什么事没办成、在哪个窗口或单位。"));
        }
        let draft = TicketDraft {
            kind: casework::Kind::Complaint,
            category: "办不成事".to_owned(),
            domain: "其他".to_owned(),
            title: format!("{}没办成", matter.refused.trim()),
            urgent: false,
            callback: false,
            contact: None,
            place: matter.place.clone(),
            phone: phone.to_owned(),
            name: name.to_owned(),
            facts: Vec::new(),
            words: [words.to_owned(), format!("没办成的事：{}；带的材料：{}", matter.refused, matter.papers)]
                .into_iter()
                .filter(|words| !words.trim().is_empty())
                .collect(),
            caller_key: self.keys().caller_key(phone),
            unit: None,
            window: Some(casework::WindowMatter { cause: String::new(), ..matter }),
            confidential: false,
        };
        let ctx = self.ctx("page");
        let key = if key.trim().is_empty() { String::new() } else { format!("window:{key}") };
        Ok(self.casework().ticket_open(&ctx, &key, draft).await?)
    }
}

fn fact(fact: &dialogue::Fact) -> Fact {
    Fact {
        label: fact.label.clone(),
        value: fact.value.clone(),
        words: fact.words.clone(),
        by: name(&fact.by),
        at_us: fact.at.0,
        personal: matches!(fact.slot.as_str(), "phone" | "name" | "id_number" | "place"),
    }
}

/// The kind under its stable name; a request that fits none is a consultation.
fn kind(name: &str) -> casework::Kind {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).unwrap_or(casework::Kind::Consult)
}
