//! The site's terms.

use kernel::Ctx;
use security::{Permission, authorise};
use store::Setting;

use super::Casework;
use crate::{CaseworkError, Deadlines};

impl Casework {
    /// The site's terms and their version, 0 while the defaults stand.
    ///
    /// # Errors
    /// When the stored document cannot be read.
    pub async fn deadlines(&self) -> Result<Setting<Deadlines>, CaseworkError> {
        let setting = self.0.store.setting(Deadlines::SETTING).await?;
        Ok(setting.unwrap_or(Setting { value: Deadlines::default(), version: 0 }))
    }

    /// Changes the site's terms for what is decided from now on; `seen` is the version that was read. Returns the new version.
    ///
    /// # Errors
    /// When the actor may not, a term cannot be meant, or somebody changed them since.
    pub async fn deadlines_put(
        &self,
        ctx: &Ctx,
        deadlines: &Deadlines,
        seen: i64,
    ) -> Result<i64, CaseworkError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        deadlines.check()?;
        let mut tx = self.0.store.begin(ctx).await?;
        let version = tx.setting_put(Deadlines::SETTING, deadlines, seen).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// The terms to decide by. A document that cannot be meant must not keep a citizen's matter out: the defaults stand in.
    pub(super) async fn terms(&self) -> Result<Deadlines, CaseworkError> {
        match self.deadlines().await.and_then(|setting| setting.value.check().map(|()| setting.value)) {
            Err(
                error @ (CaseworkError::Deadline(_) | CaseworkError::Store(store::StoreError::Json { .. })),
            ) => {
                tracing::warn!(%error, "the setting deadlines cannot be used; the defaults are");
                Ok(Deadlines::default())
            }
            other => other,
        }
    }
}
