//! Listing entries for staff.

use kernel::Ctx;
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::Library;
use crate::KnowledgeError;
use crate::sql;

/// The most rows of a page.
const MAX_PER_PAGE: i64 = 200;
/// The longest text looked for, in characters.
const MAX_FOR_CHARS: usize = 100;

/// Which entries to list; what is not given does not limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Words that stand in the entry, as written.
    pub text: Option<String>,
    /// The business domain.
    pub domain: Option<String>,
    /// `published` or `withdrawn`.
    pub status: Option<String>,
    /// The page, from 1.
    pub page: i64,
    /// Rows of a page; 0 for 50.
    pub per_page: i64,
}

/// An entry in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct EntryRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// `policy` or `guide`.
    pub kind: String,
    /// The place it holds for.
    pub region: String,
    /// `published` or `withdrawn`.
    pub status: String,
    /// Who keeps it.
    pub owner: String,
    /// Its revision.
    pub revision: i64,
    /// How often citizens have opened it.
    pub views: i64,
    /// When it was last changed.
    pub updated_us: i64,
    /// By whom.
    pub updated_by: String,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryPage {
    /// Its rows.
    pub rows: Vec<EntryRow>,
    /// How many the filter passes in all.
    pub total: i64,
}

impl Library {
    /// A page of entries, the latest change first.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn entry_list(&self, ctx: &Ctx, filter: &EntryFilter) -> Result<EntryPage, KnowledgeError> {
        Self::may_read(ctx)?;
        let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let (domain, status) = (given(&filter.domain), given(&filter.status));
        let text = given(&filter.text).map(|text| containing(text.trim()));
        let per_page = if filter.per_page <= 0 { 50 } else { filter.per_page.min(MAX_PER_PAGE) };
        let before = per_page.saturating_mul((filter.page - 1).clamp(0, 1_000_000));
        let rows = sqlx::query_as(sql::ENTRY_LIST)
            .bind(domain.as_deref())
            .bind(status.as_deref())
            .bind(text.as_deref())
            .bind(per_page)
            .bind(before)
            .fetch_all(self.store().read())
            .await?;
        let total = sqlx::query(sql::ENTRY_COUNT)
            .bind(domain.as_deref())
            .bind(status.as_deref())
            .bind(text.as_deref())
            .fetch_one(self.store().read())
            .await?
            .try_get(0)?;
        Ok(EntryPage { rows, total })
    }
}

/// The LIKE pattern for text that stands anywhere.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars().filter(|c| *c != '\0').take(MAX_FOR_CHARS) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
