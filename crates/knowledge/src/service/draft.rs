//! Drafts: entries as somebody would have them, seen by those alone whose scope covers their region.

use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use store::{Tx, from_json, to_json};

use super::Library;
use super::notes::{NoteKind, note};
use super::put::{object, stored};
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::entry::validate::id_is_sound;
use crate::model::Entry;
use crate::review::{DraftState, Refusal, Step, decide};
use crate::sql;

/// Drafts shown in a list.
const MOST: i64 = 500;
/// The longest body, in bytes: what the largest sound entry needs, with room for one that is not yet sound.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Where a draft comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftOrigin {
    /// Keys of the unanswered questions that it answers.
    pub gaps: Vec<String>,
    /// The document it was taken from.
    pub document: Option<i64>,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Its number.
    pub seq: i64,
    /// Its content. May have faults until it is to be reviewed.
    pub entry: Entry,
    /// The revision it was written on; 0: a new entry.
    pub base_revision: i64,
    /// Where it stands.
    pub state: DraftState,
    /// Who last wrote its content.
    pub author: String,
    /// Who let it pass.
    pub reviewer: Option<String>,
    /// When it is to come into use.
    pub publish_at_us: Option<i64>,
    /// The day to look at it again.
    pub recheck_on: Option<String>,
    /// Why it was not published when it was due.
    pub blocked: String,
    /// Where it comes from.
    pub origin: DraftOrigin,
    /// Grows with every change; to be given back with one.
    pub version: i64,
    /// When it was begun.
    pub created_us: i64,
    /// When it was last changed.
    pub updated_us: i64,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct DraftRow {
    /// Its number.
    pub seq: i64,
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// The place it holds for.
    pub region: String,
    /// 0: a new entry.
    pub base_revision: i64,
    /// Where it stands.
    pub state: String,
    /// Who last wrote it.
    pub author: String,
    /// When it is to come into use.
    pub publish_at_us: Option<i64>,
    /// Why it was not published when it was due.
    pub blocked: String,
    /// When it was last changed.
    pub updated_us: i64,
}

/// A row of `entry_drafts`.
#[derive(Debug, FromRow)]
pub(super) struct StoredDraft {
    seq: i64,
    body: String,
    base_revision: i64,
    state: String,
    author: String,
    reviewer: Option<String>,
    publish_at_us: Option<i64>,
    recheck_on: Option<String>,
    blocked: String,
    origin: String,
    version: i64,
    created_us: i64,
    updated_us: i64,
}

impl StoredDraft {
    pub(super) fn draft(self) -> Result<Draft, KnowledgeError> {
        Ok(Draft {
            seq: self.seq,
            entry: from_json("draft", &self.body)?,
            base_revision: self.base_revision,
            state: DraftState::read(&self.state),
            author: self.author,
            reviewer: self.reviewer,
            publish_at_us: self.publish_at_us,
            recheck_on: self.recheck_on,
            blocked: self.blocked,
            origin: from_json("draft origin", &self.origin)?,
            version: self.version,
            created_us: self.created_us,
            updated_us: self.updated_us,
        })
    }
}

impl Library {
    /// Begins a draft of a new entry, or of a change to the entry with its id.
    ///
    /// # Errors
    /// When the id is not well formed, an open draft of the entry exists, or the actor may not write for its region.
    pub async fn draft_create(
        &self,
        ctx: &Ctx,
        entry: &Entry,
        origin: &DraftOrigin,
    ) -> Result<Draft, KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let seq = self.draft_add(&mut tx, entry, origin).await?;
        tx.commit().await?;
        self.draft_get(ctx, seq).await
    }

    /// Adds a draft within a transaction; its number.
    pub(super) async fn draft_add(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        origin: &DraftOrigin,
    ) -> Result<i64, KnowledgeError> {
        let ctx = tx.ctx().clone();
        self.may_edit(&ctx, &entry.region)?;
        let body = checked(entry)?;
        let base = match stored(tx, &entry.id).await {
            Ok(record) => {
                self.may_edit(&ctx, &record.entry.region)?;
                record.revision
            }
            Err(KnowledgeError::NotFound(_)) => 0,
            Err(error) => return Err(error),
        };
        let row: Option<(i64,)> = sqlx::query_as(sql::DRAFT_ADD)
            .bind(entry.id.as_str())
            .bind(entry.title.as_str())
            .bind(entry.domain.as_str())
            .bind(entry.region.as_str())
            .bind(body)
            .bind(base)
            .bind(ctx.actor_key())
            .bind(to_json("draft origin", origin)?)
            .bind(ctx.now.0)
            .fetch_optional(&mut **tx)
            .await?;
        let (seq,) = row.ok_or_else(|| {
            let message = "这个条目已经有一份没办完的草稿，请到“草稿与审核”里打开那一份继续。";
            KnowledgeError::Faulty(vec![Fault::new("id", message)])
        })?;
        tx.audit("draft.create", &object(&entry.id), &json!({ "draft": seq, "base": base })).await?;
        Ok(seq)
    }

    /// Open drafts that the actor may see, the latest change first.
    ///
    /// # Errors
    /// When the actor may not write knowledge or the database refuses.
    pub async fn draft_list(&self, ctx: &Ctx) -> Result<Vec<DraftRow>, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let rows: Vec<DraftRow> =
            sqlx::query_as(sql::DRAFT_LIST).bind(MOST).fetch_all(self.store().read()).await?;
        Ok(rows.into_iter().filter(|row| self.may_edit(ctx, &row.region).is_ok()).collect())
    }

    /// One draft. One that is out of the actor's scope is not there.
    ///
    /// # Errors
    /// When there is none such that the actor may see.
    pub async fn draft_get(&self, ctx: &Ctx, seq: i64) -> Result<Draft, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let row: Option<StoredDraft> =
            sqlx::query_as(sql::DRAFT_GET).bind(seq).fetch_optional(self.store().read()).await?;
        self.visible(ctx, row, seq)
    }

    /// Writes a draft anew; what waited for review or for its time begins again.
    ///
    /// # Errors
    /// When somebody changed it since, it is at rest, or the actor may not.
    pub async fn draft_save(
        &self,
        ctx: &Ctx,
        seq: i64,
        entry: &Entry,
        version: i64,
    ) -> Result<Draft, KnowledgeError> {
        let body = checked(entry)?;
        let mut tx = self.store().begin(ctx).await?;
        let draft = self.draft_in(&mut tx, seq).await?;
        self.may_edit(ctx, &entry.region)?;
        if draft.entry.id != entry.id {
            let message = "草稿的编号定了就不能改，请放弃这份草稿，用新编号另写一份。";
            return Err(KnowledgeError::Faulty(vec![Fault::new("id", message)]));
        }
        let state = decide(draft.state, Step::Save, &draft.author, &ctx.actor_key(), None, ctx.now)?;
        let changed = sqlx::query(sql::DRAFT_SAVE)
            .bind(seq)
            .bind(entry.title.as_str())
            .bind(entry.domain.as_str())
            .bind(entry.region.as_str())
            .bind(body)
            .bind(state.as_str())
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .bind(version)
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() != 1 {
            return Err(KnowledgeError::Conflict(entry.title.clone()));
        }
        tx.audit("draft.save", &object(&entry.id), &json!({ "draft": seq })).await?;
        tx.commit().await?;
        self.draft_get(ctx, seq).await
    }

    /// Asks for review. Only a draft without faults can be reviewed.
    ///
    /// # Errors
    /// When it has faults, it is not being written, or the actor may not.
    pub async fn draft_submit(&self, ctx: &Ctx, seq: i64, words: &str) -> Result<Draft, KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let draft = self.draft_in(&mut tx, seq).await?;
        let faults = draft.entry.faults(&self.vocabulary());
        if !faults.is_empty() {
            return Err(KnowledgeError::Faulty(faults));
        }
        self.draft_step(&mut tx, &draft, Step::Submit, NoteKind::Submitted, words).await?;
        tx.commit().await?;
        self.draft_get(ctx, seq).await
    }

    /// Sends a draft back to its author with the reason.
    ///
    /// # Errors
    /// When no reason is given, it is at rest, or the actor may not.
    pub async fn draft_return(&self, ctx: &Ctx, seq: i64, words: &str) -> Result<Draft, KnowledgeError> {
        if words.trim().is_empty() {
            return Err(Refusal::NoReason.into());
        }
        let mut tx = self.store().begin(ctx).await?;
        let draft = self.draft_in(&mut tx, seq).await?;
        self.draft_step(&mut tx, &draft, Step::Return, NoteKind::Returned, words).await?;
        tx.commit().await?;
        self.draft_get(ctx, seq).await
    }

    /// Gives a draft up.
    ///
    /// # Errors
    /// When it is at rest or the actor may not.
    pub async fn draft_drop(&self, ctx: &Ctx, seq: i64, words: &str) -> Result<(), KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let draft = self.draft_in(&mut tx, seq).await?;
        self.draft_step(&mut tx, &draft, Step::Drop, NoteKind::Dropped, words).await?;
        super::gap::mark(&mut tx, &draft.origin.gaps, None).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a step that changes nothing but the state.
    async fn draft_step(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        step: Step,
        kind: NoteKind,
        words: &str,
    ) -> Result<(), KnowledgeError> {
        let actor = tx.ctx().actor_key();
        let due = draft.publish_at_us.map(Micros);
        let state = decide(draft.state, step, &draft.author, &actor, due, tx.now())?;
        self.draft_set(tx, draft, state, None, None).await?;
        note(tx, &draft.entry.id, kind, words).await?;
        tx.audit(
            &format!("draft.{}", kind.as_str()),
            &object(&draft.entry.id),
            &json!({ "draft": draft.seq }),
        )
        .await?;
        Ok(())
    }

    /// Writes a draft's state; refused when somebody changed it at the same moment.
    pub(super) async fn draft_set(
        &self,
        tx: &mut Tx,
        draft: &Draft,
        state: DraftState,
        reviewer: Option<&str>,
        publish_at: Option<Micros>,
    ) -> Result<(), KnowledgeError> {
        let changed = sqlx::query(sql::DRAFT_STATE)
            .bind(draft.seq)
            .bind(state.as_str())
            .bind(reviewer)
            .bind(publish_at.map(|at| at.0))
            .bind(draft.recheck_on.as_deref())
            .bind(draft.blocked.as_str())
            .bind(tx.now().0)
            .bind(draft.version)
            .execute(&mut **tx)
            .await?;
        if changed.rows_affected() == 1 {
            Ok(())
        } else {
            Err(KnowledgeError::Conflict(draft.entry.title.clone()))
        }
    }

    /// A draft within a transaction, if the actor may see it.
    pub(super) async fn draft_in(&self, tx: &mut Tx, seq: i64) -> Result<Draft, KnowledgeError> {
        let ctx = tx.ctx().clone();
        authorise(&ctx, Permission::KnowledgeEdit, None)?;
        let row: Option<StoredDraft> =
            sqlx::query_as(sql::DRAFT_GET).bind(seq).fetch_optional(&mut **tx).await?;
        self.visible(&ctx, row, seq)
    }

    fn visible(&self, ctx: &Ctx, row: Option<StoredDraft>, seq: i64) -> Result<Draft, KnowledgeError> {
        let hidden = || KnowledgeError::NotFound(format!("草稿{seq}"));
        let draft = row.ok_or_else(hidden)?.draft()?;
        self.may_edit(ctx, &draft.entry.region).map_err(|_| hidden())?;
        Ok(draft)
    }
}

/// The body of a draft that may be kept: it need not be sound yet, but must have an id and fit.
fn checked(entry: &Entry) -> Result<String, KnowledgeError> {
    let fault = |field: &str, message: &str| Err(KnowledgeError::Faulty(vec![Fault::new(field, message)]));
    if !id_is_sound(&entry.id) {
        return fault("id", "编号只能用小写字母、数字和连字符，不超过80个字符，如 gjj-zufang-tiqu。");
    }
    let body = to_json("draft", entry)?;
    if body.len() > MAX_BYTES {
        return fault("", "内容超过2MB，请拆成几个条目。");
    }
    if body.contains("\\u0000") {
        return fault("", "含有看不见的控制字符，请删去后再保存。");
    }
    Ok(body)
}
