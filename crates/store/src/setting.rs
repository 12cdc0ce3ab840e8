//! Settings an operator changes while the program runs: JSON by name, with a version against lost updates and a history.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row as _;

use crate::{Store, StoreError, Tx, from_json, one_changed, sql, to_json};

/// A setting's present value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its version, from 1; to be given back with a change.
    pub version: i64,
}

/// One value a setting has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct SettingChange {
    /// Its version.
    pub version: i64,
    /// The JSON value.
    pub value: String,
    /// Who set it.
    pub changed_by: String,
    /// When.
    pub changed_us: i64,
}

impl Store {
    /// A setting; none when it was never set.
    ///
    /// # Errors
    /// When the stored value does not fit the type or the database refuses.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Setting<T>>, StoreError> {
        let row = sqlx::query(sql::SETTING_GET).bind(name).fetch_optional(self.read()).await?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get("value")?;
        Ok(Some(Setting { value: from_json("setting", &text)?, version: row.try_get("version")? }))
    }

    /// Every value a setting has had, the latest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn setting_history(&self, name: &str) -> Result<Vec<SettingChange>, StoreError> {
        Ok(sqlx::query_as(sql::SETTING_HISTORY).bind(name).fetch_all(self.read()).await?)
    }
}

impl Tx {
    /// Sets a setting, keeps the value for the history and audits it. `seen` is the version that was read, 0 when there was none.
    /// Returns the new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody changed it since.
    pub async fn setting_put(
        &mut self,
        name: &str,
        value: &impl Serialize,
        seen: i64,
    ) -> Result<i64, StoreError> {
        let text = to_json("setting", value)?;
        let (by, now) = (self.ctx().actor_key(), self.now().0);
        let query = if seen == 0 {
            sqlx::query(sql::SETTING_CREATE).bind(name).bind(text.as_str()).bind(by.as_str()).bind(now)
        } else {
            sqlx::query(sql::SETTING_CHANGE)
                .bind(text.as_str())
                .bind(by.as_str())
                .bind(now)
                .bind(name)
                .bind(seen)
        };
        one_changed(query.execute(&mut **self).await?.rows_affected(), name)?;
        let version = seen + 1;
        sqlx::query(sql::SETTING_KEEP)
            .bind(name)
            .bind(version)
            .bind(text)
            .bind(by)
            .bind(now)
            .execute(&mut **self)
            .await?;
        self.audit("setting.change", &format!("setting:{name}"), &serde_json::json!({ "version": version }))
            .await?;
        Ok(version)
    }
}
