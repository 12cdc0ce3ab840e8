//! Counting views: in memory, written together.

use std::collections::HashMap;
use std::sync::PoisonError;

use kernel::Ctx;
use store::to_json;

use super::Library;
use crate::KnowledgeError;
use crate::sql;

impl Library {
    /// Counts that a citizen opened an entry. Written by the follower within a second or two, and when it stops.
    pub fn view_count(&self, id: &str) {
        let mut views = self.0.views.lock().unwrap_or_else(PoisonError::into_inner);
        // Only what is in use is counted, so that made-up ids cannot fill the memory.
        if let Some(count) = views.get_mut(id) {
            *count += 1;
        } else if self.shelf().entries.contains_key(id) {
            views.insert(id.to_owned(), 1);
        }
    }

    /// Writes the views counted since the last time, in one statement.
    ///
    /// # Errors
    /// When the database refuses; they are kept for the next time.
    pub async fn views_flush(&self, ctx: &Ctx) -> Result<(), KnowledgeError> {
        let counted: HashMap<String, i64> =
            std::mem::take(&mut *self.0.views.lock().unwrap_or_else(PoisonError::into_inner));
        if counted.is_empty() {
            return Ok(());
        }
        let written = self.views_write(ctx, &counted).await;
        if written.is_err() {
            let mut views = self.0.views.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, count) in counted {
                *views.entry(id).or_default() += count;
            }
        }
        written
    }

    async fn views_write(&self, ctx: &Ctx, counted: &HashMap<String, i64>) -> Result<(), KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let statement = tx.pick(sql::ENTRY_VIEWS);
        sqlx::query(statement).bind(to_json("views", counted)?).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}
