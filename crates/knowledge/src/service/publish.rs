//! From a draft into use: passed by a second person, now or at a time, and never when a test would break.

use kernel::{Clock, Ctx, Micros};
use serde_json::json;
use store::Tx;

use super::Library;
use super::draft::{Draft, StoredDraft};
use super::notes::{NoteKind, note};
use super::put::{entry_add, entry_change, next_revision, object, stored};
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::model::{EntryRecord, Status};
use crate::review::{DraftState, Refusal, Step, decide};
use crate::sql;

/// Scheduled drafts published in one round.
const BATCH: i64 = 50;

impl Library {
    /// Lets a draft pass: into use now, or at an instant. `recheck_on` is the day to look at the entry again.
    ///
    /// # Errors
    /// When the actor wrote it, a test would break, the entry was changed since the draft was begun, or the actor may not.
    pub async fn draft_approve(
        &self,
        ctx: &Ctx,
        seq: i64,
        at: Option<Micros>,
        recheck_on: Option<&str>,
        words: &str,
    ) -> Result<Draft, KnowledgeError> {
        let recheck_on = super::care::day(recheck_on)?;
        let mut draft = self.draft_get(ctx, seq).await?;
        self.may_publish(ctx, &draft.entry.region)?;
        let actor = ctx.actor_key();
        let state = decide(draft.state, Step::Approve(at), &draft.author, &actor, None, ctx.now)?;
        self.sound(&draft)?;
        self.breaks_nothing(&draft.entry, ctx.now).await?;
        draft.recheck_on = recheck_on.or(draft.recheck_on);
        draft.blocked.clear();
        let mut tx = self.store().begin(ctx).await?;
        self.draft_set(&mut tx, &draft, state, Some(&actor), at).await?;
        let kind = if state == DraftState::Published { NoteKind::Published } else { NoteKind::Approved };
        note(&mut tx, &draft.entry.id, kind, words).await?;
        if state == DraftState::Published {
            self.come_into_use(&mut tx, &draft).await?;
            self.commit(tx).await?;
        } else {
            tx.audit("draft.approve", &object(&draft.entry.id), &json!({ "draft": seq, "at_us": at }))
                .await?;
            tx.commit().await?;
        }
        self.draft_get(ctx, seq).await
    }

    /// Publishes the scheduled drafts whose time has come. One that cannot be published goes back to review and says why.
    ///
    /// # Errors
    /// When the database refuses; the next call goes on.
    pub async fn drafts_publish_due(&self, clock: &dyn Clock) -> Result<usize, KnowledgeError> {
        let ctx = Ctx::system("knowledge", clock);
        let due: Vec<StoredDraft> =
            sqlx::query_as(sql::DRAFT_DUE).bind(ctx.now.0).bind(BATCH).fetch_all(self.store().read()).await?;
        let mut published = 0;
        for row in due {
            let draft = row.draft()?;
            match self.publish_one(&ctx, &draft).await {
                Ok(()) => published += 1,
                // Another node was faster, or somebody changed it a moment ago.
                Err(KnowledgeError::Conflict(_) | KnowledgeError::Refused(Refusal::NotNow)) => {}
                Err(KnowledgeError::Store(error)) => return Err(error.into()),
                Err(error) => self.block(&ctx, draft, &error.to_string()).await?,
            }
        }
        Ok(published)
    }

    async fn publish_one(&self, ctx: &Ctx, draft: &Draft) -> Result<(), KnowledgeError> {
        let due = draft.publish_at_us.map(Micros);
        let state = decide(draft.state, Step::Publish, &draft.author, &ctx.actor_key(), due, ctx.now)?;
        self.sound(draft)?;
        self.breaks_nothing(&draft.entry, ctx.now).await?;
        let mut tx = self.store().begin(ctx).await?;
        self.draft_set(&mut tx, draft, state, draft.reviewer.as_deref(), due).await?;
        note(&mut tx, &draft.entry.id, NoteKind::Published, "到时间自动发布").await?;
        match self.come_into_use(&mut tx, draft).await {
            // The entry itself was changed meanwhile: that is to be told, not tried for ever.
            Err(KnowledgeError::Conflict(title)) => {
                let message = format!("“{title}”在定时期间被别人改过，请核对后重新审核。");
                Err(KnowledgeError::Faulty(vec![Fault::new("", message)]))
            }
            Err(error) => Err(error),
            Ok(()) => self.commit(tx).await,
        }
    }

    async fn block(&self, ctx: &Ctx, mut draft: Draft, why: &str) -> Result<(), KnowledgeError> {
        why.clone_into(&mut draft.blocked);
        let mut tx = self.store().begin(ctx).await?;
        match self.draft_set(&mut tx, &draft, DraftState::Review, None, None).await {
            Ok(()) => {}
            Err(KnowledgeError::Conflict(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
        note(&mut tx, &draft.entry.id, NoteKind::Blocked, why).await?;
        tx.audit("draft.block", &object(&draft.entry.id), &json!({ "draft": draft.seq })).await?;
        Ok(tx.commit().await?)
    }

    fn sound(&self, draft: &Draft) -> Result<(), KnowledgeError> {
        let faults = draft.entry.faults(&self.vocabulary());
        if faults.is_empty() { Ok(()) } else { Err(KnowledgeError::Faulty(faults)) }
    }

    /// Writes a draft's content as the entry, seen by two people; closes the gaps that it answers.
    async fn come_into_use(&self, tx: &mut Tx, draft: &Draft) -> Result<(), KnowledgeError> {
        let revision = next_revision(tx, "entries").await?;
        let entry = &draft.entry;
        let written = if draft.base_revision == 0 {
            entry_add(tx, entry, revision).await?
        } else {
            entry_change(tx, entry, Status::Published, revision, draft.base_revision).await?
        };
        if !written {
            return Err(KnowledgeError::Conflict(entry.title.clone()));
        }
        super::care::reviewed(tx, &entry.id, draft.recheck_on.as_deref()).await?;
        super::gap::answered(tx, &draft.origin.gaps, &entry.id).await?;
        let detail = json!({
            "draft": draft.seq, "revision": revision, "before": draft.base_revision, "author": draft.author,
            "reviewer": draft.reviewer,
        });
        tx.audit("entry.publish", &object(&entry.id), &detail).await?;
        Ok(())
    }

    /// The entry a draft would change, as it stands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn draft_base(&self, ctx: &Ctx, draft: &Draft) -> Result<Option<EntryRecord>, KnowledgeError> {
        match self.entry_get(ctx, &draft.entry.id).await {
            Ok(record) => Ok(Some(record)),
            Err(KnowledgeError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Confirms, as a second person, what was published in a hurry.
    ///
    /// # Errors
    /// When the actor published it, nothing is to be confirmed, or the actor may not.
    pub async fn entry_confirm(&self, ctx: &Ctx, id: &str, words: &str) -> Result<(), KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let record = stored(&mut tx, id).await?;
        self.may_publish(ctx, &record.entry.region)?;
        let care = super::care::care_in(&mut tx, id).await?;
        let Some(by) = care.urgent_by else { return Err(Refusal::NotNow.into()) };
        if by == ctx.actor_key() {
            return Err(Refusal::OwnWork.into());
        }
        super::care::reviewed(&mut tx, id, None).await?;
        note(&mut tx, id, NoteKind::Confirmed, words).await?;
        tx.audit("entry.confirm", &object(id), &json!({ "revision": record.revision })).await?;
        Ok(tx.commit().await?)
    }
}
