//! "This helped", "this is wrong".

use kernel::{Ctx, Micros};
use serde::Serialize;
use sqlx::FromRow;

use super::Library;
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::sql;

/// The longest remark, in characters.
const MAX_WORDS_CHARS: usize = 500;

/// What somebody thought of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Feedback {
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
}
