//! The names entries may use, from the site's settings.

use super::Library;
use crate::KnowledgeError;
use crate::pack::{Domain, Organisation, vocabulary};

impl Library {
    /// Reads the domains and places anew from the settings `domains` and `organisation`, where a site has put them. A document that
    /// does not read leaves the names as they are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn vocabulary_load(&self) -> Result<(), KnowledgeError> {
        let domains = self.store().setting::<Vec<Domain>>("domains").await;
        let organisation = self.store().setting::<Organisation>("organisation").await;
        match (domains, organisation) {
            (Ok(None), Ok(None)) => {}
            (Ok(domains), Ok(organisation)) => {
                let domains = domains.map(|setting| setting.value).unwrap_or_default();
                let organisation = organisation.map(|setting| setting.value);
                self.set_vocabulary(vocabulary(&domains, organisation.as_ref()));
            }
            (Err(store::StoreError::Json { what, source }), _)
            | (_, Err(store::StoreError::Json { what, source })) => {
                tracing::error!(%what, %source, "domains or places do not read and stay as they were");
            }
            (Err(error), _) | (_, Err(error)) => return Err(error.into()),
        }
        Ok(())
    }
}
