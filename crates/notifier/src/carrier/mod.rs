//! Who carries short messages: the port, and what stands behind it.

mod http;
mod smpp;

use std::sync::Arc;

use async_trait::async_trait;
use security::Masked;

use crate::NotifierError;
use crate::words::EVENTS;

/// A message to be carried.
#[derive(Debug, Clone)]
pub struct Message {
    /// The same at every attempt, so that a provider that knows ids sends it once.
    pub id: String,
    /// Eleven digits.
    pub phone: Masked<String>,
    /// The words.
    pub words: String,
}

/// Why a message was not taken. The reason holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarryError {
    /// The carrier is away or busy.
    #[error("{0}")]
    Later(String),
    /// It will never be taken.
    #[error("{0}")]
    Never(String),
}

/// Takes messages to telephones.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// Takes one message; what the other side answered, at most 200 characters.
    ///
    /// # Errors
    /// When it was not taken.
    async fn carry(&self, message: &Message) -> Result<String, CarryError>;
}

/// Keeps messages here, where staff read them: for trying out, and for sites without a provider.
#[derive(Debug, Clone, Copy)]
pub struct Inbox;

#[async_trait]
impl Carrier for Inbox {
    fn name(&self) -> &'static str {
        "inbox"
    }

    async fn carry(&self, _message: &Message) -> Result<String, CarryError> {
        Ok("留在本站，没有发出".to_owned())
    }
}

/// The carrier that the configuration names.
///
/// # Errors
/// When it cannot be used as it is set.
pub fn configured(terms: &config::Notifier) -> Result<Arc<dyn Carrier>, NotifierError> {
    if let Some(event) = terms.events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        let known = EVENTS.join("、");
        return Err(NotifierError::Setting(format!(
            "notifier.events 里的“{event}”不认识，可以写：{known}。"
        )));
    }
    Ok(match terms.carrier {
        config::CarrierKind::Inbox => Arc::new(Inbox),
        config::CarrierKind::Http => Arc::new(http::Http::new(terms)?),
        config::CarrierKind::Smpp => Arc::new(smpp::Smpp::new(terms)?),
    })
}

/// As much of an answer as is worth keeping.
fn clipped(answer: &str) -> String {
    answer.chars().filter(|c| !c.is_control()).take(200).collect()
}
