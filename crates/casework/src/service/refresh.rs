//! Reading the site's organisation anew.

use super::Casework;
use crate::dispatch::Catalogue;
use crate::{CaseworkError, Organisation};

impl Casework {
    /// Takes units and places from the settings document `organisation`: at the start, and when it has changed. Without the
    /// document what is known stays.
    ///
    /// # Errors
    /// When the document cannot be read as one; what is known stays then too.
    pub async fn refresh(&self) -> Result<(), CaseworkError> {
        if let Some(setting) = self.0.store.setting::<Organisation>(Organisation::SETTING).await? {
            self.set_organisation(setting.value);
        }
        if let Some(setting) = self.0.store.setting::<Catalogue>(Catalogue::SETTING).await? {
            self.set_catalogue(setting.value);
        }
        Ok(())
    }
}
