//! The chat as a citizen sees it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::text::Words;

/// Begins a chat.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatStart {
    /// The number the citizen came for; the main line when absent.
    pub line: Option<String>,
    /// The page is in elder mode.
    #[serde(default)]
    pub elder: bool,
}

/// The citizen writes, or presses a key.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatSay {
    /// Made by the page once per message: sent again, the message counts once.
    pub client_id: String,
    /// The words.
    pub text: Option<Words>,
    /// A key instead of words; `0` asks for a person.
    pub key: Option<String>,
}

/// How the citizen found it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatRating {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub stars: u8,
    /// The matter is settled.
    pub solved: bool,
    /// More, in the citizen's words.
    pub words: Option<Words>,
}

/// Where reading goes on.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// Only messages after this sequence number.
    pub after: Option<i64>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct LineRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueuePlace {
    /// 1 is next.
    pub position: u32,
    /// Expected wait in seconds, where it can be told.
    pub wait_secs: Option<u32>,
}

/// The person on the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentName {
    /// As the citizen is told.
    pub name: String,
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Chat {
    /// The key of the chat: whoever has it may read and write.
    pub token: String,
    /// The contact.
    pub contact_id: String,
    /// The present line.
    pub line: LineRef,
    /// `listening`, `asking`, `clarifying`, `seeking`, `filing`, `queued`, `with_agent` or `ended`.
    pub phase: String,
    /// While queued.
    pub queue: Option<QueuePlace>,
    /// While with a person.
    pub agent: Option<AgentName>,
    /// How it ended: `answered`, `handed_over`, `ticket`, `callback` or `no_matter`.
    pub outcome: Option<String>,
    /// Numbers of tickets opened in it.
    pub tickets: Vec<String>,
    /// The sequence number of the newest message.
    pub last_seq: i64,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Message {
    /// Counts from 1 within the chat.
    pub seq: i64,
    /// `citizen`, `bot`, `agent` or `system`.
    pub author: String,
    /// `greeting`, `answer`, `ask`, `note`, `advice`, `queue`, `ticket` or `text`.
    pub kind: String,
    /// The words.
    pub text: String,
    /// What an answer rests on.
    pub citations: Vec<Citation>,
    /// Ready replies.
    pub options: Vec<String>,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// The citizen's own mark of the message.
    pub client_id: Option<String>,
    /// Who wrote it, for messages of a person.
    pub agent_name: Option<String>,
}

/// A clause that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Citation {
    /// The entry.
    pub entry_id: String,
    /// The clause within it.
    pub clause_id: String,
    /// The clause's words.
    pub text: String,
    /// The law or regulation.
    pub source: String,
    /// Its document number.
    pub document_number: Option<String>,
    /// The article.
    pub article: Option<String>,
    /// First day in force, `yyyy-mm-dd`.
    pub in_force_from: Option<String>,
    /// Last day in force, `yyyy-mm-dd`.
    pub in_force_until: Option<String>,
    /// The figure is set locally.
    pub local: bool,
}
