//! Reading contacts for people: masked where it is personal.

use dialogue::{Fact, Passport};
use kernel::ContactId;
use security::{mask_name, mask_phone, mask_text};
use sqlx::Row as _;
use store::from_json;

use crate::turn::{Record, name};
use crate::view::{Body, FactView, HistoryRow, LineRef, Message, PassportView};
use crate::{ContactError, Hotline, sql};

/// Slots whose values are personal data.
const PERSONAL: [&str; 4] = ["phone", "name", "id_number", "place"];

impl Hotline {
    pub(crate) fn line_ref(&self, id: &str) -> LineRef {
        let site = self.site();
        let name = site.lines.get(id).map_or_else(|| id.to_owned(), |line| line.name.clone());
        LineRef { id: id.to_owned(), name }
    }

    /// Messages of a contact after a number. The citizen's own words are shown to the citizen as they are; `masked` hides
    /// personal data in them for everybody else.
    pub(crate) async fn messages(
        &self,
        id: &ContactId,
        after: i64,
        masked: bool,
    ) -> Result<Vec<Message>, ContactError> {
        let rows = sqlx::query(sql::MESSAGE_LIST)
            .bind(id.as_str())
            .bind(after)
            .fetch_all(self.store().read())
            .await?;
        let mut messages = Vec::with_capacity(rows.len());
        for row in rows {
            let body: Body = from_json("message", row.try_get::<String, _>("body")?.as_str())?;
            let author: String = row.try_get("author")?;
            let text = if masked && author == "citizen" { mask_text(&body.text) } else { body.text };
            messages.push(Message {
                seq: row.try_get("seq")?,
                client_id: row.try_get("client_id")?,
                author,
                kind: row.try_get("kind")?,
                text,
                citations: body.citations,
                options: body.options,
                at_us: row.try_get("at_us")?,
                agent_name: body.agent_name,
                normal: body.normal.map(|words| if masked { mask_text(&words) } else { words }),
            });
        }
        Ok(messages)
    }

    pub(crate) fn passport_view(&self, passport: &Passport) -> PassportView {
        let masked = |matter: &dialogue::Matter| dialogue::Matter {
            words: mask_text(&matter.words),
            normal: mask_text(&matter.normal),
            ..matter.clone()
        };
        PassportView {
            matter: passport.matter.as_ref().map(masked),
            earlier: passport.earlier.iter().map(masked).collect(),
            facts: passport.facts.iter().map(fact_view).collect(),
            tried: passport.tried.clone(),
            asked: passport.asked.iter().map(|slot| self.asked_label(passport, slot)).collect(),
            tickets: passport.tickets.clone(),
            mood: passport.mood,
            dialect: passport.dialect,
            advised: passport.advised.clone(),
            lines: passport.lines.iter().map(|line| self.line_ref(line)).collect(),
        }
    }

    /// What staff read for a question that was asked.
    fn asked_label(&self, passport: &Passport, slot: &str) -> String {
        if let Some(fact) = passport.fact(slot) {
            return fact.label.clone();
        }
        let own = slot.split_once('.').and_then(|(scenario, slot)| {
            let brain = self.brain();
            let found = brain.scenarios.get(scenario)?.slots.get(slot)?;
            Some(found.ask.trim_end_matches(['？', '?', '。']).to_owned())
        });
        own.unwrap_or_else(|| dialogue::passport::label_of(slot).to_owned())
    }

    /// The caller's earlier contacts.
    pub(crate) async fn history(&self, record: &Record) -> Result<Vec<HistoryRow>, ContactError> {
        let conversation = &record.conversation;
        let Some(key) = conversation.passport.value("phone").and_then(|phone| self.keys().caller_key(phone))
        else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query(sql::CONTACT_OF_CALLER)
            .bind(key)
            .bind(conversation.id.as_str())
            .fetch_all(self.store().read())
            .await?;
        let mut history = Vec::with_capacity(rows.len());
        for row in rows {
            let earlier: Record = from_json("contact", row.try_get::<String, _>("state")?.as_str())?;
            history.push(HistoryRow {
                contact_id: row.try_get("id")?,
                at_us: row.try_get("opened_us")?,
                line: self.line_ref(row.try_get::<String, _>("line")?.as_str()),
                matter: matter_words(&earlier),
                outcome: row.try_get("outcome")?,
                tickets: earlier.conversation.passport.tickets,
            });
        }
        Ok(history)
    }
}

/// The matter in the caller's words, masked.
pub(crate) fn matter_words(record: &Record) -> String {
    let passport = &record.conversation.passport;
    let matter = passport.matter.as_ref().or_else(|| passport.earlier.last());
    matter.map(|matter| mask_text(&matter.words)).unwrap_or_default()
}

fn fact_view(fact: &Fact) -> FactView {
    let personal = PERSONAL.contains(&fact.slot.as_str());
    let value = match fact.slot.as_str() {
        "phone" => mask_phone(&fact.value),
        "name" => mask_name(&fact.value),
        _ => mask_text(&fact.value),
    };
    let words = if fact.words == fact.value { value.clone() } else { mask_text(&fact.words) };
    FactView {
        slot: fact.slot.clone(),
        label: fact.label.clone(),
        value,
        words,
        by: name(&fact.by),
        at_us: fact.at.0,
        personal,
    }
}
