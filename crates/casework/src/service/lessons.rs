//! Learning from closed tickets who gets what: one training at a time over all nodes, versions that can be put back.

use std::sync::{Arc, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Clock, Ctx};
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::Row as _;
use store::{Lease, from_json, to_json};

use super::Casework;
use super::rows::StoredTicket;
use crate::dispatch::{Closed, LESSON_LEAST, LESSON_MOST, Learned, Lesson, contest};
use crate::{CaseworkError, sql};

const LEASE: &str = "dispatch.learn";
/// A training that has not ended by then was left by a dead process. Twenty thousand tickets take some minutes.
const LONGEST_SECS: i64 = 1_800;
/// Trainings that are shown.
const SHOWN: i64 = 12;

/// The version in use.
#[derive(Debug, Default)]
pub(super) struct Taught {
    version: i64,
    learned: Option<Arc<Learned>>,
}

/// A training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LessonRun {
    /// `running`, `won` (it was put in use), `lost` (what was in use stays) or `failed`.
    pub state: String,
    /// The version it made, if it won.
    pub version: Option<i64>,
    /// How it did.
    pub report: Option<Lesson>,
    /// Why it failed, in Chinese.
    pub trouble: Option<String>,
    /// Who began it.
    pub started_by: String,
    /// When.
    pub started_us: i64,
    /// When it ended.
    pub ended_us: Option<i64>,
}

/// Where learning from closed tickets stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lessons {
    /// Closed tickets there are to learn from, counted up to what is learned from at once.
    pub closed: i64,
    /// How many it needs.
    pub least: usize,
    /// The version in use; 0 is the catalogue alone.
    pub version: i64,
    /// Trainings, the latest first.
    pub runs: Vec<LessonRun>,
}

impl Casework {
    pub(super) fn learned(&self) -> Option<Arc<Learned>> {
        self.0.taught.read().unwrap_or_else(PoisonError::into_inner).learned.clone()
    }

    /// Where learning from closed tickets stands.
    ///
    /// # Errors
    /// When the actor may not edit settings or the database refuses.
    pub async fn lessons(&self, ctx: &Ctx) -> Result<Lessons, CaseworkError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        let store = self.0.store.read();
        let closed =
            sqlx::query(sql::CLOSED_COUNT).bind(LESSON_MOST as i64).fetch_one(store).await?.try_get(0)?;
        let mut runs = Vec::new();
        for row in sqlx::query(sql::LESSON_LIST).bind(SHOWN).fetch_all(store).await? {
            let report: Option<String> = row.try_get("report")?;
            let started_us: i64 = row.try_get("started_us")?;
            let state: String = row.try_get("state")?;
            let left = state == "running" && started_us < ctx.now.plus_secs(-LONGEST_SECS).0;
            runs.push(LessonRun {
                state: if left { "failed".to_owned() } else { state },
                version: row.try_get("version")?,
                report: report.map(|text| from_json("lesson", &text)).transpose()?,
                trouble: row.try_get("trouble")?,
                started_by: row.try_get("started_by")?,
                started_us,
                ended_us: row.try_get("ended_us")?,
            });
        }
        Ok(Lessons { closed, least: LESSON_LEAST, version: self.lesson_present().await?, runs })
    }

    /// Begins a training and comes back at once; [`Self::lessons`] tells how it goes.
    ///
    /// # Errors
    /// When the actor may not edit settings, too few tickets are closed, or another training runs.
    pub async fn lesson_begin(&self, ctx: &Ctx, clock: Arc<dyn Clock>) -> Result<(), CaseworkError> {
        let there = self.lessons(ctx).await?.closed;
        if there < LESSON_LEAST as i64 {
            return Err(CaseworkError::Lesson(format!(
                "已办结并归档的工单还只有{there}件，至少要{LESSON_LEAST}件才能学出派给谁。请办结更多工单后再试。"
            )));
        }
        let run = self.random(|rng| kernel::id::fresh(ctx.now, rng));
        let lease = self.0.store.lease_take(LEASE, &run, LONGEST_SECS, ctx.now).await?;
        let lease = lease.ok_or_else(|| {
            CaseworkError::Lesson("正在从办结工单里学习，请等这一次结束后再试。".to_owned())
        })?;
        let mut tx = self.0.store.begin(ctx).await?;
        sqlx::query(sql::LESSON_LEFT).bind(ctx.now.0).execute(&mut *tx).await?;
        sqlx::query(sql::LESSON_ADD)
            .bind(run.as_str())
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await?;
        tx.audit("dispatch.learn", "dispatch", &serde_json::json!({ "closed": there })).await?;
        tx.commit().await?;
        let (casework, ctx) = (self.clone(), ctx.clone());
        tokio::spawn(async move {
            let learned = casework.lesson_fought().await;
            let ctx = Ctx { now: clock.now(), ..ctx };
            if let Err(error) = casework.lesson_settle(&ctx, &run, &lease, learned).await {
                tracing::error!(%error, "what closed tickets teach could not be kept");
            }
            if let Err(error) = casework.0.store.lease_release(&lease, clock.now()).await {
                tracing::warn!(%error, "the lease of learning from closed tickets runs out by itself");
            }
        });
        Ok(())
    }

    /// The contest, off the threads that serve.
    async fn lesson_fought(&self) -> Result<(Lesson, Option<Learned>), CaseworkError> {
        let rows: Vec<StoredTicket> =
            sqlx::query_as(sql::CLOSED_LIST).bind(LESSON_MOST as i64).fetch_all(self.0.store.read()).await?;
        let (catalogue, site, present) = (self.catalogue(), self.organisation(), self.learned());
        let fight = move || -> Result<_, CaseworkError> {
            let closed = rows.iter().rev().map(closed).collect::<Result<Vec<_>, _>>()?;
            contest(&catalogue, &site, present.as_deref(), &closed)
        };
        tokio::task::spawn_blocking(fight)
            .await
            .map_err(|_| CaseworkError::Lesson("学习中断了，请再试一次。".to_owned()))?
    }

    async fn lesson_settle(
        &self,
        ctx: &Ctx,
        run: &str,
        lease: &Lease,
        fought: Result<(Lesson, Option<Learned>), CaseworkError>,
    ) -> Result<(), CaseworkError> {
        let mut tx = self.0.store.begin(ctx).await?;
        tx.lease_guard(lease).await?;
        let (state, version, report, trouble) = match fought {
            Ok((report, None)) => ("lost", None, Some(report), None),
            Ok((report, Some(learned))) => {
                let newest: i64 = sqlx::query(sql::LESSON_NEWEST).fetch_one(&mut *tx).await?.try_get(0)?;
                let version = newest + 1;
                sqlx::query(sql::LESSON_WEIGHTS_ADD)
                    .bind(version)
                    .bind(STANDARD.encode(learned.to_bytes()))
                    .execute(&mut *tx)
                    .await?;
                put_present(&mut tx, ctx, version).await?;
                ("won", Some(version), Some(report), None)
            }
            Err(CaseworkError::Lesson(why)) => ("failed", None, None, Some(why)),
            Err(error) => {
                tracing::error!(%error, "learning from closed tickets failed");
                ("failed", None, None, None)
            }
        };
        sqlx::query(sql::LESSON_END)
            .bind(state)
            .bind(version)
            .bind(report.map(|report| to_json("lesson", &report)).transpose()?)
            .bind(trouble)
            .bind(ctx.now.0)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.follow_lessons().await
    }

    /// Makes a version the present one: the way back as well as forward. 0 is the catalogue alone.
    ///
    /// # Errors
    /// When the actor may not edit settings or there is no such version.
    pub async fn lesson_use(&self, ctx: &Ctx, version: i64) -> Result<(), CaseworkError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        let mut tx = self.0.store.begin(ctx).await?;
        let found = sqlx::query(sql::LESSON_WEIGHTS).bind(version).fetch_optional(&mut *tx).await?;
        if version != 0 && found.is_none() {
            return Err(CaseworkError::Lesson("没有这个版本，请刷新后再试。".to_owned()));
        }
        put_present(&mut tx, ctx, version).await?;
        tx.commit().await?;
        self.follow_lessons().await
    }

    /// Reads the version in use if it is not the one at hand: called again and again on every node.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn follow_lessons(&self) -> Result<(), CaseworkError> {
        let version = self.lesson_present().await?;
        if self.0.taught.read().unwrap_or_else(PoisonError::into_inner).version == version {
            return Ok(());
        }
        let row = sqlx::query(sql::LESSON_WEIGHTS).bind(version).fetch_optional(self.0.store.read()).await?;
        let weights: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
        let learned = weights.and_then(|text| {
            let read = STANDARD.decode(text).map_err(|_| "no base64").and_then(|b| Learned::from_bytes(&b));
            // A database touched by hand must not take dispatch down: the catalogue stands.
            read.inspect_err(|reason| tracing::error!(version, reason, "what was learned cannot be read"))
                .ok()
        });
        *self.0.taught.write().unwrap_or_else(PoisonError::into_inner) =
            Taught { version, learned: learned.map(Arc::new) };
        Ok(())
    }

    async fn lesson_present(&self) -> Result<i64, CaseworkError> {
        let row = sqlx::query(sql::LESSON_PRESENT).fetch_optional(self.0.store.read()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
    }
}

fn closed(stored: &StoredTicket) -> Result<Closed, CaseworkError> {
    Ok(Closed {
        text: stored.text()?,
        domain: stored.domain.clone(),
        category: stored.category.clone(),
        place: stored.place.clone(),
        unit: kernel::UnitId::from(stored.unit.as_str()),
    })
}

async fn put_present(tx: &mut store::Tx, ctx: &Ctx, version: i64) -> Result<(), CaseworkError> {
    sqlx::query(sql::LESSON_USE)
        .bind(version)
        .bind(ctx.now.0)
        .bind(ctx.actor_key())
        .execute(&mut **tx)
        .await?;
    tx.audit("dispatch.use", "dispatch", &serde_json::json!({ "version": version })).await?;
    Ok(())
}
