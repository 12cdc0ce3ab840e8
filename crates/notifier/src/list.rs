//! What was sent, what waits, what failed.

use std::collections::BTreeMap;

use kernel::Ctx;
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use crate::{Notifier, NotifierError, TIMER, sql};

const MOST: i64 = 200;

/// A message, its number masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Text {
    /// Its id.
    pub id: String,
    /// About which ticket.
    pub ticket: String,
    /// What happened to the ticket.
    pub event: String,
    /// To whom, masked.
    pub shown: String,
    /// In words.
    pub words: String,
    /// `waiting`, `sent`, `failed`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// Why it failed last.
    pub failure: String,
    /// What the carrier answered.
    pub receipt: String,
    /// When it was written.
    pub created_us: i64,
    /// When it was sent or given up.
    pub settled_us: Option<i64>,
}

/// The latest messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Who carries them: `inbox`, `http`, `smpp`.
    pub carrier: &'static str,
    /// How many there are of each state.
    pub counts: BTreeMap<String, i64>,
    /// The newest first.
    pub rows: Vec<Text>,
}

impl Notifier {
    /// The latest messages in a state; empty: all.
    ///
    /// # Errors
    /// When the actor may not, or the database refuses.
    pub async fn texts(&self, ctx: &Ctx, state: &str) -> Result<Texts, NotifierError> {
        authorise(ctx, Permission::AuditRead, None)?;
        let state = (!state.is_empty()).then_some(state);
        let rows =
            sqlx::query_as(sql::TEXT_LIST).bind(state).bind(MOST).fetch_all(self.0.store.read()).await?;
        let mut counts = BTreeMap::new();
        for row in sqlx::query(sql::TEXT_COUNT).fetch_all(self.0.store.read()).await? {
            counts.insert(row.try_get(0)?, row.try_get(1)?);
        }
        Ok(Texts { carrier: self.0.carrier.name(), counts, rows })
    }

    /// Sends a failed message again, at once.
    ///
    /// # Errors
    /// When the actor may not, there is no such message, or it has not failed.
    pub async fn text_again(&self, ctx: &Ctx, id: &str) -> Result<(), NotifierError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        let mut tx = self.0.store.begin(ctx).await?;
        let changed = sqlx::query(sql::TEXT_AGAIN).bind(id).execute(&mut *tx).await?;
        if changed.rows_affected() != 1 {
            let known = sqlx::query(sql::TEXT_KNOWN).bind(id).fetch_optional(&mut *tx).await?.is_some();
            tx.rollback().await?;
            return Err(if known { NotifierError::NotFailed } else { NotifierError::NotFound });
        }
        let now = tx.now();
        tx.timer_set(TIMER, id, now, &()).await?;
        tx.audit("text.again", &format!("text:{id}"), &()).await?;
        Ok(tx.commit().await?)
    }
}
