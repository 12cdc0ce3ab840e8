//! A ticket as the citizen who raised it sees it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::text::Words;

/// Proof that a ticket is the citizen's own.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Proof {
    /// The chat's token, or the last four digits of the telephone number left with the ticket.
    #[serde(default)]
    pub proof: String,
}

/// More to tell about a ticket.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketWords {
    /// The words.
    pub words: Words,
}

/// How a ticket stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct TicketProgress {
    /// The number.
    pub number: String,
    /// `registered`, `dispatched`, `replied`, `archived` or `cancelled`.
    pub state: String,
    /// The state in plain words.
    pub state_words: String,
    /// What it is about.
    pub title: String,
    /// What happens next.
    pub next_step: String,
    /// By when, in microseconds since 1970.
    pub due_us: Option<i64>,
    /// What has happened, oldest first.
    pub events: Vec<ProgressEvent>,
}

/// One step of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct ProgressEvent {
    /// When.
    pub at_us: i64,
    /// In plain words.
    pub words: String,
}
