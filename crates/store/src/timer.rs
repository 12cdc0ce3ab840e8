//! Durable timers: one per kind and subject, claimed like outbox messages, so that each fires once however many processes
//! watch. A timer that is moved while it fires fires again at its new time.

use kernel::Micros;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row as _;

use crate::{Store, StoreError, Tx, backoff_secs, from_json, sql, to_json};

/// A timer whose time has come, leased to a runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    /// Its number.
    pub id: i64,
    /// What kind of deadline.
    pub kind: String,
    /// Whose: a ticket, a contact.
    pub subject: String,
    /// When it was due.
    pub due_us: i64,
    /// Its JSON.
    pub payload: String,
    /// How many times it has been claimed, this time included.
    pub attempts: i64,
    holder: String,
}

impl DueTimer {
    /// The payload as a value.
    ///
    /// # Errors
    /// When it does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        from_json("timer payload", &self.payload)
    }
}

impl Tx {
    /// Sets the timer of `kind` for `subject`, or moves it, whether or not it has fired.
    ///
    /// # Errors
    /// When the payload has no JSON form or the database refuses.
    pub async fn timer_set(
        &mut self,
        kind: &str,
        subject: &str,
        due: Micros,
        payload: &impl Serialize,
    ) -> Result<(), StoreError> {
        sqlx::query(sql::TIMER_SET)
            .bind(kind)
            .bind(subject)
            .bind(due.0)
            .bind(to_json("timer payload", payload)?)
            .execute(&mut **self)
            .await?;
        self.wake(kind);
        Ok(())
    }

    /// Removes a timer; false when there was none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn timer_cancel(&mut self, kind: &str, subject: &str) -> Result<bool, StoreError> {
        let gone = sqlx::query(sql::TIMER_CANCEL).bind(kind).bind(subject).execute(&mut **self).await?;
        Ok(gone.rows_affected() == 1)
    }

    /// Marks a timer fired together with what it caused. False when it was moved, removed or leased to another meanwhile: roll
    /// back then, for it is no longer this runner's to fire.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn timer_fired(&mut self, timer: &DueTimer) -> Result<bool, StoreError> {
        let now = self.now().0;
        let changed = sqlx::query(sql::TIMER_FIRED)
            .bind(now)
            .bind(timer.id)
            .bind(timer.due_us)
            .bind(timer.holder.as_str())
            .execute(&mut **self)
            .await?;
        Ok(changed.rows_affected() == 1)
    }
}

impl Store {
    /// Leases up to `limit` due timers of each kind to `holder` for `lease_secs`, earliest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn timer_claim(
        &self,
        kinds: &[&str],
        holder: &str,
        limit: u32,
        lease_secs: i64,
        now: Micros,
    ) -> Result<Vec<DueTimer>, StoreError> {
        let mut tx = self.begin_own(now).await?;
        let mut due = Vec::new();
        for kind in kinds {
            let statement = tx.pick(sql::TIMER_CLAIM);
            let rows = sqlx::query(statement)
                .bind(now.plus_secs(lease_secs).0)
                .bind(holder)
                .bind(*kind)
                .bind(now.0)
                .bind(i64::from(limit))
                .fetch_all(&mut *tx)
                .await?;
            for row in rows {
                due.push(DueTimer {
                    id: row.try_get("id")?,
                    kind: row.try_get("kind")?,
                    subject: row.try_get("subject")?,
                    due_us: row.try_get("due_us")?,
                    payload: row.try_get("payload")?,
                    attempts: row.try_get("attempts")?,
                    holder: holder.to_owned(),
                });
            }
        }
        tx.commit().await?;
        due.sort_by_key(|timer| (timer.due_us, timer.id));
        Ok(due)
    }

    /// Puts a timer back after a failure, to be tried again after [`backoff_secs`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn timer_retry(&self, timer: &DueTimer, now: Micros) -> Result<(), StoreError> {
        let mut tx = self.begin_own(now).await?;
        sqlx::query(sql::TIMER_RETRY)
            .bind(now.plus_secs(backoff_secs(timer.attempts)).0)
            .bind(timer.id)
            .bind(timer.holder.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// When the next timer of a kind can be claimed; none when no timer waits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn timer_next(&self, kind: &str) -> Result<Option<Micros>, StoreError> {
        let row = sqlx::query(sql::TIMER_NEXT).bind(kind).fetch_one(self.read()).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(Micros))
    }
}
