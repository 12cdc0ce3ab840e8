//! The outbox: messages written with the state that caused them, taken by a consumer under a lease, retried until done.
//!
//! A consumer's loop: claim; in one transaction [`Tx::apply_once`], its own changes, [`Tx::outbox_done`]; on failure
//! [`Store::outbox_retry`]; wait on [`Store::wakeups`] with a limit of a second or so.

use kernel::Micros;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row as _;

use crate::{Store, StoreError, Tx, from_json, sql, to_json};

/// A message leased to a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its number; messages of one transaction have growing numbers.
    pub seq: i64,
    /// Its topic.
    pub topic: String,
    /// Its idempotency key.
    pub key: String,
    /// Its JSON.
    pub payload: String,
    /// When it was written.
    pub created_us: i64,
    /// How many times it has been claimed, this time included.
    pub attempts: i64,
    holder: String,
}

impl Claimed {
    /// The payload as a value.
    ///
    /// # Errors
    /// When it does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        from_json("outbox payload", &self.payload)
    }
}

/// A message that keeps failing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct StuckMessage {
    /// Its number.
    pub seq: i64,
    /// Its topic.
    pub topic: String,
    /// Its idempotency key.
    pub key: String,
    /// How many times it has been tried.
    pub attempts: i64,
    /// When it was written.
    pub created_us: i64,
    /// Why it failed last.
    pub failure: Option<String>,
}

/// How much waits in a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct TopicDepth {
    /// The topic.
    pub topic: String,
    /// Messages not done.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest_us: i64,
}

/// Pause before the next attempt: 1, 2, 4 ... seconds, at most ten minutes.
pub const fn backoff_secs(attempts: i64) -> i64 {
    match attempts {
        ..=1 => 1,
        2..=9 => 1 << (attempts - 1),
        _ => 600,
    }
}

impl Tx {
    /// Writes a message to leave the process after the commit. False when `key` was emitted before: then nothing is added.
    ///
    /// # Errors
    /// When the payload has no JSON form or the database refuses.
    pub async fn emit(
        &mut self,
        topic: &str,
        key: &str,
        payload: &impl Serialize,
    ) -> Result<bool, StoreError> {
        let added = sqlx::query(sql::OUTBOX_EMIT)
            .bind(topic)
            .bind(key)
            .bind(to_json("outbox payload", payload)?)
            .bind(self.now().0)
            .execute(&mut **self)
            .await?
            .rows_affected();
        self.wake(topic);
        Ok(added == 1)
    }

    /// Notes that `consumer` applies `key` in this transaction. False when it has applied it before: then change nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn apply_once(&mut self, consumer: &str, key: &str) -> Result<bool, StoreError> {
        let added = sqlx::query(sql::OUTBOX_APPLY)
            .bind(consumer)
            .bind(key)
            .bind(self.now().0)
            .execute(&mut **self)
            .await?
            .rows_affected();
        Ok(added == 1)
    }

    /// Marks a message done together with what it caused.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox_done(&mut self, message: &Claimed) -> Result<(), StoreError> {
        let now = self.now().0;
        sqlx::query(sql::OUTBOX_DONE).bind(now).bind(message.seq).execute(&mut **self).await?;
        Ok(())
    }
}

impl Store {
    /// Leases up to `limit` waiting messages of each topic to `holder` for `lease_secs`, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox_claim(
        &self,
        topics: &[&str],
        holder: &str,
        limit: u32,
        lease_secs: i64,
        now: Micros,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut tx = self.begin_own(now).await?;
        let mut claimed = Vec::new();
        for topic in topics {
            let statement = tx.pick(sql::OUTBOX_CLAIM);
            let rows = sqlx::query(statement)
                .bind(now.plus_secs(lease_secs).0)
                .bind(holder)
                .bind(*topic)
                .bind(now.0)
                .bind(i64::from(limit))
                .fetch_all(&mut *tx)
                .await?;
            for row in rows {
                claimed.push(Claimed {
                    seq: row.try_get("seq")?,
                    topic: row.try_get("topic")?,
                    key: row.try_get("key")?,
                    payload: row.try_get("payload")?,
                    created_us: row.try_get("created_us")?,
                    attempts: row.try_get("attempts")?,
                    holder: holder.to_owned(),
                });
            }
        }
        tx.commit().await?;
        // RETURNING promises no order.
        claimed.sort_by_key(|message| message.seq);
        Ok(claimed)
    }

    /// Marks a message done where its effect lies outside the database.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox_done(&self, message: &Claimed, now: Micros) -> Result<(), StoreError> {
        let mut tx = self.begin_own(now).await?;
        tx.outbox_done(message).await?;
        tx.commit().await
    }

    /// Puts a message back after a failure, to be tried again after [`backoff_secs`]. Without effect when the lease has
    /// passed on. `failure` must hold no personal data.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox_retry(
        &self,
        message: &Claimed,
        failure: &str,
        now: Micros,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_own(now).await?;
        sqlx::query(sql::OUTBOX_RETRY)
            .bind(now.plus_secs(backoff_secs(message.attempts)).0)
            .bind(failure)
            .bind(message.seq)
            .bind(message.holder.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Messages tried at least `attempts` times and still not done.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox_stuck(&self, attempts: i64, limit: i64) -> Result<Vec<StuckMessage>, StoreError> {
        Ok(sqlx::query_as(sql::OUTBOX_STUCK).bind(attempts).bind(limit).fetch_all(self.read()).await?)
    }

    /// How much waits, by topic.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox_depth(&self) -> Result<Vec<TopicDepth>, StoreError> {
        Ok(sqlx::query_as(sql::OUTBOX_DEPTH).fetch_all(self.read()).await?)
    }

    /// Forgets messages done, applications made and timers fired before `before`. Keep it weeks back: a forgotten key can be
    /// emitted and applied again. Returns how many rows went.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune(&self, before: Micros, now: Micros) -> Result<u64, StoreError> {
        let mut tx = self.begin_own(now).await?;
        let mut gone = 0;
        for statement in [sql::OUTBOX_PRUNE, sql::OUTBOX_APPLIED_PRUNE, sql::TIMER_PRUNE] {
            gone += sqlx::query(statement).bind(before.0).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(gone)
    }
}
