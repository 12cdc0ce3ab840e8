//! Mappings of columns that were kept, to be chosen again for the next table of the kind.

use kernel::Ctx;
use security::{Permission, authorise};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use store::{from_json, to_json};

use super::Library;
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::import::Mapping;
use crate::sql;

/// Mappings kept.
const MOST: i64 = 500;
/// The longest name, in characters.
const NAME_CHARS: usize = 60;

/// A mapping that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedMapping {
    /// What it is called.
    pub name: String,
    /// Which column is what.
    pub mapping: Mapping,
    /// Who kept it.
    pub updated_by: String,
    /// When.
    pub updated_us: i64,
}

#[derive(FromRow)]
struct Stored {
    name: String,
    body: String,
    updated_by: String,
    updated_us: i64,
}

impl Library {
    /// The mappings kept, by name.
    ///
    /// # Errors
    /// When the actor may not write knowledge or the database refuses.
    pub async fn mapping_list(&self, ctx: &Ctx) -> Result<Vec<SavedMapping>, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let rows: Vec<Stored> =
            sqlx::query_as(sql::MAPPING_LIST).bind(MOST).fetch_all(self.store().read()).await?;
        let saved = rows.into_iter().map(|row| {
            let Stored { name, body, updated_by, updated_us } = row;
            Ok(SavedMapping { mapping: from_json("mapping", &body)?, name, updated_by, updated_us })
        });
        saved.collect()
    }

    /// Keeps a mapping under a name, in place of one of that name.
    ///
    /// # Errors
    /// When the name does not do or the actor may not.
    pub async fn mapping_put(&self, ctx: &Ctx, name: &str, mapping: &Mapping) -> Result<(), KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
            let message = format!("请给这套对应关系起个名字，最多{NAME_CHARS}个字。");
            return Err(KnowledgeError::Faulty(vec![Fault::new("name", message)]));
        }
        let mut tx = self.store().begin(ctx).await?;
        sqlx::query(sql::MAPPING_PUT)
            .bind(name)
            .bind(to_json("mapping", mapping)?)
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await?;
        tx.audit("mapping.put", &format!("mapping:{name}"), &json!({})).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a mapping.
    ///
    /// # Errors
    /// When the actor may not or the database refuses.
    pub async fn mapping_drop(&self, ctx: &Ctx, name: &str) -> Result<(), KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let mut tx = self.store().begin(ctx).await?;
        sqlx::query(sql::MAPPING_DROP).bind(name).execute(&mut *tx).await?;
        tx.audit("mapping.drop", &format!("mapping:{name}"), &json!({})).await?;
        Ok(tx.commit().await?)
    }
}
