//! Reading one entry.

use kernel::{Ctx, Micros};
use serde::Serialize;

use super::Library;
use super::rows::StoredEntry;
use crate::KnowledgeError;
use crate::model::{AnswerCard, EntryRecord};
use crate::sql;

/// An entry as anybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicEntry {
    /// The answer with the clauses in force.
    #[serde(flatten)]
    pub card: AnswerCard,
    /// The place it holds for.
    pub region: String,
    /// Key words.
    pub tags: Vec<String>,
    /// When it was last changed.
    pub updated_us: i64,
}

impl Library {
    /// An entry as staff see it, withdrawn ones too.
    ///
    /// # Errors
    /// When there is none such or the actor may not read.
    pub async fn entry_get(&self, ctx: &Ctx, id: &str) -> Result<EntryRecord, KnowledgeError> {
        Self::may_read(ctx)?;
        let row: Option<StoredEntry> =
            sqlx::query_as(sql::ENTRY_GET).bind(id).fetch_optional(self.store().read()).await?;
        row.ok_or_else(|| KnowledgeError::NotFound(id.to_owned()))?.record()
    }

    /// An entry as anybody may read it; none when it is not in use or nothing of it is in force.
    pub fn entry_public(&self, id: &str, now: Micros) -> Option<PublicEntry> {
        let shelf = self.shelf();
        let record = shelf.entries.get(id)?;
        Some(PublicEntry {
            card: record.entry.card(None, now.day())?,
            region: record.entry.region.clone(),
            tags: record.entry.tags.clone(),
            updated_us: record.updated_us,
        })
    }

    /// The ids of all entries in use, for the site map and for checks.
    pub fn entry_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.shelf().entries.keys().cloned().collect();
        ids.sort_unstable();
        ids
    }
}
