//! "This helped", "this is wrong".

use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;

use super::Library;
use super::put::{object, stored};
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::sql;

/// The longest remark, in characters.
const MAX_WORDS_CHARS: usize = 500;

/// Reports shown in a list.
const MOST: i64 = 500;

/// What somebody thought of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Feedback {
    /// Its number.
    pub seq: i64,
    /// The entry.
    pub entry_id: String,
    /// The revision that was read.
    pub revision: i64,
    /// 1 when it helped, 0 when not.
    pub helpful: i64,
    /// A remark, personal data masked.
    pub words: String,
    /// By whom.
    pub given_by: String,
    /// When.
    pub at_us: i64,
    /// When somebody dealt with it.
    pub handled_us: Option<i64>,
    /// Who.
    pub handled_by: Option<String>,
    /// What was done.
    pub handled_words: String,
}

impl Library {
    /// Notes whether an entry helped whoever read it. `words` are masked before they are kept.
    ///
    /// # Errors
    /// When there is none such, the remark is too long, or the database refuses.
    pub async fn feedback(
        &self,
        ctx: &Ctx,
        id: &str,
        helpful: bool,
        words: Option<&str>,
    ) -> Result<(), KnowledgeError> {
        let words = words.unwrap_or_default().trim().replace('\0', "");
        if words.chars().count() > MAX_WORDS_CHARS {
            let message = format!("最多{MAX_WORDS_CHARS}个字，请写短些。");
            return Err(KnowledgeError::Faulty(vec![Fault::new("words", message)]));
        }
        let revision = self.shelf().entries.get(id).map(|record| record.revision);
        let revision = revision.ok_or_else(|| KnowledgeError::NotFound(id.to_owned()))?;
        let Micros(now) = ctx.now;
        let mut tx = self.store().begin(ctx).await?;
        sqlx::query(sql::FEEDBACK_ADD)
            .bind(id)
            .bind(revision)
            .bind(i64::from(helpful))
            .bind(security::mask_text(&words))
            .bind(ctx.actor_key())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// What readers thought of an entry, the latest first.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn feedback_list(
        &self,
        ctx: &Ctx,
        id: &str,
        limit: i64,
    ) -> Result<Vec<Feedback>, KnowledgeError> {
        Self::may_read(ctx)?;
        Ok(sqlx::query_as(sql::FEEDBACK_LIST).bind(id).bind(limit).fetch_all(self.store().read()).await?)
    }

    /// Tells, as staff, that an entry is wrong. Lands on its keeper's list.
    ///
    /// # Errors
    /// When nothing is said, there is none such, or the actor may not.
    pub async fn report(&self, ctx: &Ctx, id: &str, words: &str) -> Result<(), KnowledgeError> {
        authorise(ctx, Permission::KnowledgeSuggest, None)?;
        if words.trim().is_empty() {
            let message = "请写明哪里不对，好让维护的人核实。";
            return Err(KnowledgeError::Faulty(vec![Fault::new("words", message)]));
        }
        self.feedback(ctx, id, false, Some(words)).await
    }

    /// Reports that nobody has dealt with, of entries within the actor's scope, the oldest first.
    ///
    /// # Errors
    /// When the actor may not write knowledge or the database refuses.
    pub async fn reports_open(&self, ctx: &Ctx) -> Result<Vec<Feedback>, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let rows: Vec<Feedback> =
            sqlx::query_as(sql::REPORT_OPEN).bind(MOST).fetch_all(self.store().read()).await?;
        let shelf = self.shelf();
        let seen = |id: &str| {
            shelf.entries.get(id).is_none_or(|record| self.may_edit(ctx, &record.entry.region).is_ok())
        };
        Ok(rows.into_iter().filter(|row| seen(&row.entry_id)).collect())
    }

    /// Notes what was done about a report.
    ///
    /// # Errors
    /// When nothing is said, it was dealt with before, or the actor may not.
    pub async fn report_handle(&self, ctx: &Ctx, seq: i64, words: &str) -> Result<(), KnowledgeError> {
        let words = words.trim().replace('\0', "");
        if words.is_empty() || words.chars().count() > MAX_WORDS_CHARS {
            let message = format!("请写明怎么处理的，不超过{MAX_WORDS_CHARS}个字。");
            return Err(KnowledgeError::Faulty(vec![Fault::new("words", message)]));
        }
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let mut tx = self.store().begin(ctx).await?;
        let row: Option<(String,)> =
            sqlx::query_as(sql::REPORT_ENTRY).bind(seq).fetch_optional(&mut *tx).await?;
        let (id,) = row.ok_or_else(|| KnowledgeError::NotFound(format!("报错{seq}")))?;
        let record = stored(&mut tx, &id).await?;
        self.may_edit(ctx, &record.entry.region)?;
        sqlx::query(sql::REPORT_HANDLE)
            .bind(seq)
            .bind(ctx.now.0)
            .bind(ctx.actor_key())
            .bind(security::mask_text(&words))
            .execute(&mut *tx)
            .await?;
        tx.audit("entry.report_handled", &object(&id), &json!({ "report": seq })).await?;
        Ok(tx.commit().await?)
    }
}
