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
    /// What the unit asks; answered with the step `answer`.
    pub question: Option<String>,
    /// The clock is stopped until the question is answered.
    pub paused: bool,
    /// What can be done now: `append`, `attach`, `answer`, `urge`, `withdraw`, `rate`.
    pub steps: Vec<String>,
    /// After an urging: from when it can be urged again, in microseconds since 1970.
    pub urge_after_us: Option<i64>,
    /// Files the citizen gave.
    pub attachments: Vec<TicketFile>,
}

/// A file given with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct TicketFile {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its media type, by content.
    pub kind: String,
    /// Its size.
    pub bytes: i64,
    /// When.
    pub at_us: i64,
}

/// A step of the citizen's.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketStep {
    /// `urge`, `withdraw`, `answer` or `rate`.
    pub step: String,
    /// Words.
    #[serde(default)]
    pub words: String,
    /// Of a rating: it is solved.
    #[serde(default)]
    pub solved: Option<bool>,
    /// Of a rating: satisfied.
    #[serde(default)]
    pub satisfied: Option<bool>,
    /// Of a rating: in time.
    #[serde(default)]
    pub in_time: Option<bool>,
}

/// Something that somebody refused to do.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowForm {
    /// What was refused.
    pub refused: String,
    /// At which window or office.
    pub place: String,
    /// Who refused it.
    #[serde(default)]
    pub by_whom: String,
    /// With which papers.
    #[serde(default)]
    pub papers: String,
    /// The citizen's name.
    #[serde(default)]
    pub name: String,
    /// A number to call back.
    pub phone: String,
    /// More.
    #[serde(default)]
    pub words: String,
    /// The sender's own id, so that a resend is not a second ticket.
    #[serde(default)]
    pub client_id: String,
}

/// What was registered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WindowOpened {
    /// The ticket's number.
    pub number: String,
    /// By when it is answered, in microseconds since 1970.
    pub due_us: Option<i64>,
    /// What comes next.
    pub next_step: String,
}

/// One step of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct ProgressEvent {
    /// When.
    pub at_us: i64,
    /// In plain words.
    pub words: String,
    /// Files that came with a reply; fetched as `GET /tickets/{number}/files/{id}`.
    pub files: Vec<TicketFile>,
}
