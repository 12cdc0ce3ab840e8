//! A write transaction: what it changes, audits and sends commits as one.

use std::ops::{Deref, DerefMut};

use kernel::{Ctx, Micros};
use serde::Serialize;
use sqlx::{Any, AnyConnection, Row as _, Transaction};

use crate::{Dialect, Pair, Store, StoreError, sql, to_json};

/// A write transaction. Dropped without [`Tx::commit`] it is undone.
///
/// After a statement fails only rolling back makes sense: PostgreSQL refuses every further one, SQLite would carry on. Where a
/// failure is expected, ask for it to be none (`ON CONFLICT DO NOTHING`) and look at the rows affected.
///
/// It is a connection too: `sqlx::query(sql::TICKET_ADD).bind(id).execute(&mut *tx).await?`.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    store: Store,
    ctx: Ctx,
    woken: Vec<String>,
}

impl Store {
    /// Begins a write transaction. On SQLite this waits for the running one: never hold one while beginning another.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the wait is too long; otherwise when the database is gone.
    pub async fn begin(&self, ctx: &Ctx) -> Result<Tx, StoreError> {
        let inner = match self.dialect() {
            Dialect::Sqlite => self.0.writer.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.0.writer.begin().await?,
        };
        Ok(Tx { inner, store: self.clone(), ctx: ctx.clone(), woken: Vec::new() })
    }

    /// A transaction of the store's own housekeeping at `now`.
    pub(crate) async fn begin_own(&self, now: Micros) -> Result<Tx, StoreError> {
        let actor = kernel::Actor::System { part: "store".to_owned() };
        self.begin(&Ctx { actor, now, trace: String::new() }).await
    }
}

impl Tx {
    /// Who acts, and when.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The instant of this operation.
    pub fn now(&self) -> Micros {
        self.ctx.now
    }

    /// The text of a two-engine statement here.
    pub fn pick(&self, pair: Pair) -> &'static str {
        pair.on(self.store.dialect())
    }

    /// Writes an audit row in this context's name. `object` is `kind:id`; `detail` must hold no unmasked personal data.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(
        &mut self,
        action: &str,
        object: &str,
        detail: &impl Serialize,
    ) -> Result<(), StoreError> {
        sqlx::query(sql::AUDIT_ADD)
            .bind(self.ctx.now.0)
            .bind(self.ctx.actor_key())
            .bind(action)
            .bind(object)
            .bind(to_json("audit detail", detail)?)
            .bind(self.ctx.trace.as_str())
            .execute(&mut **self)
            .await?;
        Ok(())
    }

    /// The next number of a gapless counter, from 1. Other takers of the same counter wait until this transaction ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn counter_next(&mut self, name: &str) -> Result<i64, StoreError> {
        let row = sqlx::query(sql::COUNTER_NEXT).bind(name).fetch_one(&mut **self).await?;
        Ok(row.try_get(0)?)
    }

    /// Hints, once committed, that `topic` has work.
    pub fn wake(&mut self, topic: &str) {
        if !self.woken.iter().any(|known| known == topic) {
            self.woken.push(topic.to_owned());
        }
    }

    /// Makes everything permanent, then gives the hints.
    ///
    /// # Errors
    /// When the database refuses; nothing has happened then.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.store.dialect() == Dialect::Postgres {
            for topic in &self.woken {
                sqlx::query(sql::WAKE.postgres).bind(topic.as_str()).execute(&mut *self.inner).await?;
            }
        }
        self.inner.commit().await?;
        for topic in &self.woken {
            self.store.0.hints.hint(topic);
        }
        Ok(())
    }

    /// Undoes everything, and waits until it is undone.
    ///
    /// # Errors
    /// When the connection is gone (the database undoes it by itself then).
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// The guard of an optimistic change (`... WHERE id = $1 AND version = $2`): no row changed means somebody was faster.
///
/// # Errors
/// [`StoreError::Conflict`] naming `what` when `rows` is 0.
pub fn one_changed(rows: u64, what: &str) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Conflict(what.to_owned())) } else { Ok(()) }
}
