//! Looking at one sealed field of a ticket.

use kernel::Ctx;
use security::{Masked, Permission, SecurityError, authorise};
use store::from_json;

use super::Casework;
use super::get::{hides_reporter, may_see};
use super::rows::{Body, Secrets};
use crate::CaseworkError;

impl Casework {
    /// One sealed field in plain text: `phone`, `name`, `title`, `words`, `fact:LABEL`, or `event:SEQ` for words added later.
    /// Who looked at what is written down before it is given out.
    ///
    /// # Errors
    /// When the actor may not see personal data (a unit never sees who reported a breach), there is no such ticket or field,
    /// or the database refuses.
    pub async fn ticket_personal(
        &self,
        ctx: &Ctx,
        number: &str,
        field: &str,
    ) -> Result<Masked<String>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        authorise(ctx, Permission::PersonalDataReveal, None)?;
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &self.organisation())?;
        let body = stored.body()?;
        if hides_reporter(ctx, &body.case) {
            return Err(SecurityError::Forbidden(Permission::PersonalDataReveal).into());
        }
        let value = match field.strip_prefix("event:") {
            Some(seq) => self.event_words(&stored.id, seq).await?,
            None => self.secret(&body, field)?,
        };
        let value = value.filter(|value| !value.expose().is_empty()).ok_or_else(|| no_such(field))?;
        let mut tx = self.0.store.begin(ctx).await?;
        let detail = serde_json::json!({ "field": field.split(':').next(), "of": place_of(&body, field) });
        tx.audit("ticket.personal", &format!("ticket:{}", stored.number), &detail).await?;
        tx.commit().await?;
        Ok(value)
    }

    pub(super) fn secrets(&self, body: &Body) -> Result<Masked<Secrets>, CaseworkError> {
        let plain = self.unseal(&body.sealed)?;
        Ok(Masked::new(from_json("ticket secrets", plain.expose())?))
    }

    fn secret(&self, body: &Body, field: &str) -> Result<Option<Masked<String>>, CaseworkError> {
        let secrets = self.secrets(body)?.into_exposed();
        let value = match field {
            "phone" => Some(secrets.phone),
            "name" => Some(secrets.name),
            "title" => Some(secrets.title),
            "words" => Some(secrets.words.join("\n")),
            _ => place_of(body, field).and_then(|at| secrets.facts.get(at).cloned()),
        };
        Ok(value.map(Masked::new))
    }

    async fn event_words(&self, id: &str, seq: &str) -> Result<Option<Masked<String>>, CaseworkError> {
        let seq: i64 = seq.parse().map_err(|_| no_such(seq))?;
        let events = self.events(id).await?;
        let Some(event) = events.iter().find(|event| event.seq == seq) else { return Ok(None) };
        event.body()?.sealed.map(|sealed| self.unseal(&sealed)).transpose()
    }
}

/// The place of `fact:LABEL` among the facts.
fn place_of(body: &Body, field: &str) -> Option<usize> {
    let label = field.strip_prefix("fact:")?;
    body.facts.iter().position(|fact| fact.label == label)
}

fn no_such(field: &str) -> CaseworkError {
    CaseworkError::NoSuchField(field.chars().take(20).collect())
}
