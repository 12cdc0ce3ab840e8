//! Reading the site's organisation anew.

use kernel::{HolidayList, WorkCalendar};

use super::Casework;
use crate::dispatch::Catalogue;
use crate::{CaseworkError, Organisation};

impl Casework {
    /// Takes units, places, catalogue and working days from the settings documents, at the start and when they have changed, and what was learned of
    /// closed tickets. Without a document what is known stays.
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
        if let Some(setting) = self.0.store.setting::<HolidayList>(HolidayList::SETTING).await? {
            match WorkCalendar::new(&setting.value) {
                Ok(calendar) => self.set_calendar(calendar),
                // Checked before it is saved: only a database touched by hand holds one that cannot be used.
                Err(error) => tracing::error!(%error, "the working days cannot be used; those known stay"),
            }
        }
        self.follow_lessons().await
    }
}
