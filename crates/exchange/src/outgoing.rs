//! What the peer and subscribers are sent: read from the ticket when it is sent, not before.

use casework::{Kind, Ticket, TicketRow};
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::follow::Reference;
use crate::mapping::{Values, outgoing};
use crate::words::iso;
use crate::{Exchange, ExchangeError, sql};

/// A message ready to be sent.
pub(crate) struct Outgoing {
    pub id: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

impl Exchange {
    /// The message for the peer.
    pub(crate) async fn message(&self, reference: &Reference) -> Result<Outgoing, ExchangeError> {
        let setup = &self.0.setup;
        let peer = setup.peer.as_ref().ok_or(ExchangeError::Off("peer"))?;
        let link = sqlx::query(sql::LINK_THEIRS)
            .bind(peer.code.as_str())
            .bind(reference.number.as_str())
            .fetch_optional(self.0.store.read())
            .await?;
        let (foreign, theirs) = match link {
            Some(row) => (row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)? == "theirs"),
            None => (String::new(), false),
        };
        let id = format!("{}-{}-{}", peer.site, reference.ticket, reference.seq);
        let kind = if reference.seq == 1 && !theirs { "ticket" } else { "event" };
        if kind == "event" && !theirs && !self.journalled(&peer.code, "out", &first_of(&id)).await? {
            return Err(ExchangeError::Away("工单登记还没有送达，这一条排在它后面".to_owned()));
        }
        let ctx = self.ctx();
        let ticket = self.0.casework.ticket_get(&ctx, &reference.number).await?;
        let mut values = common(&ticket, &foreign);
        let fields = if kind == "ticket" {
            ticket_values(&ticket, &mut values);
            if setup.push.personal && !hidden(&ticket.row) {
                for (field, name) in [("caller_name", "name"), ("caller_phone", "phone")] {
                    if let Ok(value) = self.0.casework.ticket_personal(&ctx, &reference.number, name).await {
                        values.insert(field, value.expose().clone());
                    }
                }
            }
            &setup.ticket
        } else {
            let event = ticket.events.iter().find(|event| event.seq == reference.seq);
            values.insert("event", reference.event.clone());
            values.insert("seq", reference.seq.to_string());
            values.insert("at", iso(reference.at_us));
            let said = event.filter(|_| !hidden(&ticket.row)).map(|event| event.words.clone());
            values.insert("words", said.unwrap_or_default());
            &setup.event
        };
        let body = outgoing(fields, &values).map_err(ExchangeError::Refused)?;
        let message = json!({
            "id": id, "kind": kind, "seq": reference.seq, "at": iso(reference.at_us), "body": Value::Object(body),
        });
        Ok(Outgoing { id, kind, bytes: message.to_string().into_bytes() })
    }

    pub(crate) async fn journalled(
        &self,
        peer: &str,
        direction: &str,
        id: &str,
    ) -> Result<bool, ExchangeError> {
        let row = sqlx::query(sql::JOURNAL_GET)
            .bind(peer)
            .bind(direction)
            .bind(id)
            .fetch_optional(self.0.store.read())
            .await?;
        Ok(row.is_some())
    }
}

/// The id of the message that registered the ticket of another.
fn first_of(id: &str) -> String {
    id.rsplit_once('-').map_or_else(String::new, |(ticket, _)| format!("{ticket}-1"))
}

fn common(ticket: &Ticket, foreign: &str) -> Values {
    let row = &ticket.row;
    Values::from([
        ("number", row.number.clone()),
        ("foreign_number", foreign.to_owned()),
        ("state", row.state.as_str().to_owned()),
        ("state_words", row.state_words.clone()),
        ("unit_name", row.unit_name.clone()),
    ])
}

/// Whether the caller is to stay unknown. What he wrote may tell who he is, so that it stays in the house with his name.
fn hidden(row: &TicketRow) -> bool {
    row.kind == Kind::Report || row.flags.iter().any(|flag| flag == "confidential")
}

fn ticket_values(ticket: &Ticket, values: &mut Values) {
    let row = &ticket.row;
    let told = ticket.facts.iter().filter(|fact| !fact.personal && !fact.value.is_empty());
    let facts = told.map(|fact| format!("{}：{}", fact.label, fact.value));
    let words: Vec<String> = if hidden(row) {
        vec!["反映人要求保密，内容请向本站调取。".to_owned()]
    } else {
        ticket.words.iter().cloned().chain(facts).collect()
    };
    values.extend([
        ("title", row.title.clone()),
        ("words", words.join("\n")),
        ("kind", row.kind.as_str().to_owned()),
        ("kind_words", row.kind_words.clone()),
        ("category", row.category.clone()),
        ("domain", row.domain.clone()),
        ("place", if hidden(row) { String::new() } else { row.place.clone() }),
        ("urgency", row.urgency.as_str().to_owned()),
        ("unit", row.unit.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("due", row.due_us.map(iso).unwrap_or_default()),
        ("created", iso(row.created_us)),
        ("updated", iso(row.updated_us)),
    ]);
}
