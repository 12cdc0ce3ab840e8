//! Reading one entry.

use jiff::civil::Date;
use kernel::{Ctx, Micros};
use serde::Serialize;

use super::Library;
use super::rows::StoredEntry;
use crate::KnowledgeError;
use crate::model::{AnswerCard, EntryKind, EntryRecord};
use crate::sql;

/// An entry as anybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicEntry {
    /// The answer with the clauses in force.
    #[serde(flatten)]
    pub card: AnswerCard,
    /// What it is.
    pub kind: EntryKind,
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
        self.entry_public_on(id, now.day())
    }

    /// An entry as anybody may read it with the clauses in force on a day; none when nothing of it holds on that day.
    pub fn entry_public_on(&self, id: &str, day: Date) -> Option<PublicEntry> {
        PublicEntry::of(self.shelf().entries.get(id)?, day)
    }

    /// The ids of all entries in use, for checks.
    pub fn entry_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.shelf().entries.keys().cloned().collect();
        ids.sort_unstable();
        ids
    }
}

impl PublicEntry {
    /// A record as anybody may read it on a day; none when nothing of it holds.
    pub(super) fn of(record: &EntryRecord, day: Date) -> Option<Self> {
        Some(Self {
            card: record.entry.card(None, day)?,
            kind: record.entry.kind,
            region: record.entry.region.clone(),
            tags: record.entry.tags.clone(),
            updated_us: record.updated_us,
        })
    }
}
