//! Leases: one holder at a time, and a fencing number by which a late holder's writes are refused.
//!
//! The expiry compares clocks of different machines and so only decides who may try; safety rests on the fence alone.

use kernel::Micros;
use sqlx::Row as _;

use crate::{Store, StoreError, Tx, sql};

/// A held lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What is led.
    pub name: String,
    /// Who leads.
    pub holder: String,
    /// Grows with every change of holder.
    pub fence: i64,
    /// Until when, unless renewed.
    pub until: Micros,
}

impl Store {
    /// Takes the lease when it is free or run out, renews it when `holder` has it already (same fence); none when another
    /// holds it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lease_take(
        &self,
        name: &str,
        holder: &str,
        secs: i64,
        now: Micros,
    ) -> Result<Option<Lease>, StoreError> {
        let until = now.plus_secs(secs);
        let mut tx = self.begin_own(now).await?;
        let row = sqlx::query(sql::LEASE_TAKE)
            .bind(name)
            .bind(holder)
            .bind(until.0)
            .bind(now.0)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let fence = row.try_get(0)?;
        Ok(Some(Lease { name: name.to_owned(), holder: holder.to_owned(), fence, until }))
    }

    /// Gives a lease up, so that another need not wait for it to run out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lease_release(&self, lease: &Lease, now: Micros) -> Result<(), StoreError> {
        let mut tx = self.begin_own(now).await?;
        sqlx::query(sql::LEASE_RELEASE)
            .bind(lease.name.as_str())
            .bind(lease.holder.as_str())
            .bind(lease.fence)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

impl Tx {
    /// Makes sure that the lease has not passed on, and that it cannot until this transaction ends.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when it has.
    pub async fn lease_guard(&mut self, lease: &Lease) -> Result<(), StoreError> {
        let statement = self.pick(sql::LEASE_GUARD);
        let row = sqlx::query(statement).bind(lease.name.as_str()).fetch_optional(&mut **self).await?;
        let fence: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
        if fence == Some(lease.fence) { Ok(()) } else { Err(StoreError::LeaseLost(lease.name.clone())) }
    }
}
