//! Changing entries: each change with its history and audit in one transaction, refused when it rests on an old version.

use kernel::{Actor, Ctx, Micros};
use serde::Serialize;
use serde_json::json;
use sqlx::Row as _;
use store::{StoreError, Tx, from_json, to_json};

use super::Library;
use super::notes::NoteKind;
use super::rows::StoredEntry;
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::events::WAKE;
use crate::model::{Entry, EntryRecord, Status};
use crate::sql;

/// One version an entry has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryVersion {
    /// Its revision.
    pub revision: i64,
    /// Whether it was in use.
    pub status: Status,
    /// Its content.
    pub entry: Entry,
    /// When it was written.
    pub updated_us: i64,
    /// By whom.
    pub updated_by: String,
}

/// The longest reason for a withdrawal, in characters.
const MAX_REASON_CHARS: usize = 500;

impl Library {
    /// Publishes a new entry in a hurry: a second person is to look at it afterwards.
    ///
    /// # Errors
    /// When it has faults, its id is taken, a test would break, or the actor may not.
    pub async fn entry_create(&self, ctx: &Ctx, entry: Entry) -> Result<EntryRecord, KnowledgeError> {
        self.check(ctx, &entry)?;
        self.breaks_nothing(&entry, ctx.now).await?;
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "entries").await?;
        if !entry_add(&mut tx, &entry, revision).await? {
            return Err(KnowledgeError::Taken(entry.id));
        }
        tx.audit("entry.create", &object(&entry.id), &json!({ "revision": revision })).await?;
        unseen(&mut tx, &entry.id, revision).await?;
        let record = written(&tx, entry, Status::Published, revision, 0);
        self.commit(tx).await?;
        Ok(record)
    }

    /// Publishes a new version of an entry in a hurry. `seen` is the revision that was read; a withdrawn entry is in use again.
    ///
    /// # Errors
    /// When it has faults, somebody changed it since, there is none such, a test would break, or the actor may not.
    pub async fn entry_put(&self, ctx: &Ctx, entry: Entry, seen: i64) -> Result<EntryRecord, KnowledgeError> {
        self.check(ctx, &entry)?;
        self.breaks_nothing(&entry, ctx.now).await?;
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "entries").await?;
        let before = stored(&mut tx, &entry.id).await?;
        self.may_publish(ctx, &before.entry.region)?;
        if before.revision != seen
            || !entry_change(&mut tx, &entry, Status::Published, revision, seen).await?
        {
            return Err(KnowledgeError::Conflict(entry.title));
        }
        tx.audit("entry.change", &object(&entry.id), &json!({ "revision": revision, "before": seen }))
            .await?;
        unseen(&mut tx, &entry.id, revision).await?;
        let record = written(&tx, entry, Status::Published, revision, before.views);
        self.commit(tx).await?;
        Ok(record)
    }

    /// Writes an entry of which only tests and ways of asking differ: no second person is waited for.
    pub(super) async fn entry_retest(
        &self,
        ctx: &Ctx,
        entry: Entry,
        seen: i64,
    ) -> Result<EntryRecord, KnowledgeError> {
        self.check(ctx, &entry)?;
        self.breaks_nothing(&entry, ctx.now).await?;
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "entries").await?;
        let before = stored(&mut tx, &entry.id).await?;
        if !entry_change(&mut tx, &entry, Status::Published, revision, seen).await? {
            return Err(KnowledgeError::Conflict(entry.title));
        }
        tx.audit("entry.test", &object(&entry.id), &json!({ "revision": revision, "before": seen })).await?;
        let record = written(&tx, entry, Status::Published, revision, before.views);
        self.commit(tx).await?;
        Ok(record)
    }

    /// Takes an entry out of use, whatever its revision: what is wrong must stop being said at once.
    ///
    /// # Errors
    /// When no reason is given, there is none such, or the actor may not.
    pub async fn entry_withdraw(
        &self,
        ctx: &Ctx,
        id: &str,
        reason: &str,
    ) -> Result<EntryRecord, KnowledgeError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
            let message = format!("请写明下架的原因，不超过{MAX_REASON_CHARS}个字。");
            return Err(KnowledgeError::Faulty(vec![Fault::new("reason", message)]));
        }
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "entries").await?;
        let before = stored(&mut tx, id).await?;
        self.may_publish(ctx, &before.entry.region)?;
        if before.status == Status::Withdrawn {
            return Ok(before);
        }
        entry_change(&mut tx, &before.entry, Status::Withdrawn, revision, before.revision).await?;
        super::notes::note(&mut tx, id, NoteKind::Withdrawn, reason).await?;
        let reason = security::mask_text(reason);
        tx.audit("entry.withdraw", &object(id), &json!({ "revision": revision, "reason": reason })).await?;
        let record = written(&tx, before.entry, Status::Withdrawn, revision, before.views);
        self.commit(tx).await?;
        Ok(record)
    }

    /// Every version of an entry, the latest first.
    ///
    /// # Errors
    /// When there is none such or the actor may not read.
    pub async fn entry_history(&self, ctx: &Ctx, id: &str) -> Result<Vec<EntryVersion>, KnowledgeError> {
        Self::may_read(ctx)?;
        let rows = sqlx::query(sql::ENTRY_HISTORY).bind(id).fetch_all(self.store().read()).await?;
        if rows.is_empty() {
            return Err(KnowledgeError::NotFound(id.to_owned()));
        }
        rows.iter()
            .map(|row| {
                let (status, body): (String, String) = (row.try_get("status")?, row.try_get("body")?);
                Ok(EntryVersion {
                    revision: row.try_get("revision")?,
                    status: Status::read(&status),
                    entry: from_json("entry", &body)?,
                    updated_us: row.try_get("updated_us")?,
                    updated_by: row.try_get("updated_by")?,
                })
            })
            .collect()
    }

    fn check(&self, ctx: &Ctx, entry: &Entry) -> Result<(), KnowledgeError> {
        self.may_publish(ctx, &entry.region)?;
        let faults = entry.faults(&self.vocabulary());
        if faults.is_empty() { Ok(()) } else { Err(KnowledgeError::Faulty(faults)) }
    }

    /// Commits, tells every node, and applies the change here so that its author finds it at once.
    pub(crate) async fn commit(&self, mut tx: Tx) -> Result<(), KnowledgeError> {
        tx.wake(WAKE);
        tx.commit().await?;
        if let Err(error) = self.catch_up().await {
            tracing::warn!(%error, "a committed change is searchable a little later");
        }
        Ok(())
    }
}

/// What a person published alone waits for a second one; what the program brings has been reviewed where it comes from.
async fn unseen(tx: &mut Tx, id: &str, revision: i64) -> Result<(), KnowledgeError> {
    match tx.ctx().actor {
        Actor::Staff { .. } => super::care::urgent(tx, id, revision).await,
        _ => Ok(()),
    }
}

/// The audited object of an entry.
pub(crate) fn object(id: &str) -> String {
    format!("entry:{id}")
}

/// Takes the next revision of `entries` or `scenarios`; other writers of the collection wait until this transaction ends.
pub(crate) async fn next_revision(tx: &mut Tx, collection: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query(sql::REVISION_NEXT).bind(collection).fetch_one(&mut **tx).await?.try_get(0)?)
}

/// The entry as it stands within a transaction.
pub(crate) async fn stored(tx: &mut Tx, id: &str) -> Result<EntryRecord, KnowledgeError> {
    let row: Option<StoredEntry> = sqlx::query_as(sql::ENTRY_GET).bind(id).fetch_optional(&mut **tx).await?;
    row.ok_or_else(|| KnowledgeError::NotFound(id.to_owned()))?.record()
}

/// Writes a new published entry with its history; false when the id is taken.
pub(crate) async fn entry_add(tx: &mut Tx, entry: &Entry, revision: i64) -> Result<bool, StoreError> {
    let body = to_json("entry", entry)?;
    let (by, Micros(now)) = (tx.ctx().actor_key(), tx.now());
    let added = sqlx::query(sql::ENTRY_ADD)
        .bind(entry.id.as_str())
        .bind(entry.domain.as_str())
        .bind(entry.kind.as_str())
        .bind(entry.region.as_str())
        .bind(Status::Published.as_str())
        .bind(entry.title.as_str())
        .bind(body.as_str())
        .bind(entry.owner.as_str())
        .bind(revision)
        .bind(now)
        .bind(by.as_str())
        .execute(&mut **tx)
        .await?
        .rows_affected();
    if added == 1 {
        keep(tx, entry, Status::Published, &body, revision).await?;
    }
    Ok(added == 1)
}

/// Writes an entry's next version with its history; false when it has moved on from `seen`.
pub(crate) async fn entry_change(
    tx: &mut Tx,
    entry: &Entry,
    status: Status,
    revision: i64,
    seen: i64,
) -> Result<bool, StoreError> {
    let body = to_json("entry", entry)?;
    let (by, Micros(now)) = (tx.ctx().actor_key(), tx.now());
    let changed = sqlx::query(sql::ENTRY_CHANGE)
        .bind(entry.id.as_str())
        .bind(entry.domain.as_str())
        .bind(entry.kind.as_str())
        .bind(entry.region.as_str())
        .bind(status.as_str())
        .bind(entry.title.as_str())
        .bind(body.as_str())
        .bind(entry.owner.as_str())
        .bind(revision)
        .bind(now)
        .bind(by.as_str())
        .bind(seen)
        .execute(&mut **tx)
        .await?
        .rows_affected();
    if changed == 1 {
        keep(tx, entry, status, &body, revision).await?;
    }
    Ok(changed == 1)
}

async fn keep(
    tx: &mut Tx,
    entry: &Entry,
    status: Status,
    body: &str,
    revision: i64,
) -> Result<(), StoreError> {
    let (by, Micros(now)) = (tx.ctx().actor_key(), tx.now());
    sqlx::query(sql::ENTRY_KEEP)
        .bind(entry.id.as_str())
        .bind(revision)
        .bind(status.as_str())
        .bind(entry.title.as_str())
        .bind(body)
        .bind(now)
        .bind(by)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn written(tx: &Tx, entry: Entry, status: Status, revision: i64, views: i64) -> EntryRecord {
    let (updated_us, updated_by) = (tx.now().0, tx.ctx().actor_key());
    EntryRecord { entry, status, revision, views, updated_us, updated_by }
}
