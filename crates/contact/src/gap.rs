//! Questions that found no good answer, for the libraries' list: nothing found, answered and rated low, answered and still
//! handed to a person.

use dialogue::Reason;
use kernel::{ContactId, Micros};
use knowledge::service::GapWhy;

use crate::Hotline;

impl Hotline {
    /// Notes a question. That it cannot be noted changes nothing for the caller.
    pub(crate) async fn gap(
        &self,
        question: &str,
        domain: Option<&str>,
        contact: &ContactId,
        why: GapWhy,
        now: Micros,
    ) {
        if let Err(error) = self.library().gap_note(question, domain, contact, why, now).await {
            tracing::warn!(%error, "a question without a good answer could not be noted");
        }
    }
}

/// Whether a caller goes to a person because the answers given did not help.
pub(crate) const fn was_no_help(reason: Reason) -> bool {
    matches!(reason, Reason::Wish | Reason::AnswerRejected)
}
