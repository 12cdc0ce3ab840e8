//! Messages that were given up: seen, sent again, or dropped with a reason.

use kernel::Ctx;
use security::{Permission, authorise};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::FromRow;

use crate::{Exchange, ExchangeError, sql};

const MOST: i64 = 500;

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Letter {
    /// Its number.
    pub id: i64,
    /// `exchange.push` to the peer, `exchange.hook` to a subscriber.
    pub topic: String,
    /// Its key.
    pub key: String,
    /// What it refers to; nothing of a ticket's content.
    pub payload: String,
    /// Why it was given up.
    pub failure: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was given up.
    pub at_us: i64,
    /// `open`, `resent`, `dropped`.
    pub state: String,
    /// Who settled it.
    pub settled_by: String,
    /// Why it was dropped.
    pub note: String,
    /// When it was settled.
    pub settled_us: Option<i64>,
}

impl Exchange {
    /// Letters, the newest first; `state` empty for all.
    ///
    /// # Errors
    /// When the actor may not, or the database refuses.
    pub async fn letters(&self, ctx: &Ctx, state: &str) -> Result<Vec<Letter>, ExchangeError> {
        authorise(ctx, Permission::ReportRead, None)?;
        let state = (!state.is_empty()).then_some(state);
        Ok(sqlx::query_as(sql::LETTER_LIST).bind(state).bind(MOST).fetch_all(self.0.store.read()).await?)
    }

    /// Sends a letter again: the same message under its same id.
    ///
    /// # Errors
    /// When the actor may not, there is none, or it is settled.
    pub async fn letter_resend(&self, ctx: &Ctx, id: i64) -> Result<(), ExchangeError> {
        self.settle(ctx, id, "resent", "").await
    }

    /// Sends all open letters again, the oldest first, as after a long absence of a neighbour; how many that were.
    ///
    /// # Errors
    /// When the actor may not, or the database refuses; what was sent until then stays sent.
    pub async fn letters_resend(&self, ctx: &Ctx) -> Result<usize, ExchangeError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        let mut count = 0;
        for letter in self.letters(ctx, "open").await?.into_iter().rev() {
            match self.letter_resend(ctx, letter.id).await {
                Ok(()) => count += 1,
                // Somebody was first.
                Err(ExchangeError::Settled) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// Drops a letter for a reason.
    ///
    /// # Errors
    /// As [`Self::letter_resend`]; when no reason is given.
    pub async fn letter_drop(&self, ctx: &Ctx, id: i64, note: &str) -> Result<(), ExchangeError> {
        let note = note.trim();
        if note.is_empty() || note.chars().count() > 500 {
            return Err(ExchangeError::Invalid("请写明不再发送的原因，500字以内。".to_owned()));
        }
        self.settle(ctx, id, "dropped", note).await
    }

    async fn settle(&self, ctx: &Ctx, id: i64, state: &str, note: &str) -> Result<(), ExchangeError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        let found: Option<Letter> =
            sqlx::query_as(sql::LETTER_GET).bind(id).fetch_optional(self.0.store.read()).await?;
        let letter = found.ok_or(ExchangeError::NotFound("letter"))?;
        let mut tx = self.0.store.begin(ctx).await?;
        let (by, now) = (ctx.actor_key(), tx.now().0);
        let changed = sqlx::query(sql::LETTER_SETTLE)
            .bind(state)
            .bind(by)
            .bind(note)
            .bind(now)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() != 1 {
            tx.rollback().await?;
            return Err(ExchangeError::Settled);
        }
        if state == "resent" {
            let payload: Value = store::from_json("letter", &letter.payload)?;
            tx.emit(&letter.topic, &format!("{}#{id}", letter.key), &payload).await?;
        }
        let detail = json!({ "letter": id, "note": note });
        tx.audit(&format!("exchange.{state}"), &format!("exchange:{}", letter.key), &detail).await?;
        tx.commit().await?;
        Ok(())
    }
}
