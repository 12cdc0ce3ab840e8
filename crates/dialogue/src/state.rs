//! The state of one conversation. Serialisable: it is a row between two events.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ContactId, LineId, Micros};
use language::Heard;
use serde::{Deserialize, Serialize};

use crate::event::{Card, Target};
use crate::passport::Passport;

/// How the caller reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The web page.
    #[default]
    Web,
    /// A telephone call.
    Voice,
}

/// The lane in the queues. Emergency, elderly and dialect lanes come first (charter line 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Everybody.
    #[default]
    Normal,
    /// Ningbo speech.
    Dialect,
    /// Elderly one-key phones.
    Elderly,
    /// Danger.
    Emergency,
}

/// How a contact ended. There is no other way (charter line 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered from a source in force.
    Answered,
    /// A person took it.
    HandedOver,
    /// In a ticket with a due time.
    Ticket,
    /// A call-back is promised, with its place kept.
    Callback,
    /// The caller raised no matter at all.
    NoMatter,
}

/// What a pending search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The caller's matter.
    Matter,
    /// A `knowledge` node of a flow.
    FlowSearch,
    /// An `answer` node of a flow.
    FlowAnswer,
    /// Words in the middle of a form that were not an answer to it: perhaps another topic.
    Aside,
    /// A question asked while waiting for a person.
    WhileWaiting,
    /// An option the caller picked.
    Picked,
    /// A question instead of a pick, by itself.
    Told,
}

/// One of the candidates put to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// What it is.
    pub target: Target,
    /// Its title.
    pub title: String,
    /// The card, for entries.
    pub card: Option<Card>,
}

/// What the conversation waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// The caller's next words.
    #[default]
    Listening,
    /// The answer to a form question.
    Asking {
        /// The slot.
        slot: String,
    },
    /// A pick among candidates.
    Clarifying {
        /// The candidates.
        choices: Vec<Choice>,
    },
    /// A search or a fetch.
    Seeking {
        /// Which request.
        request: u32,
        /// What for.
        purpose: Purpose,
    },
    /// A ticket being opened.
    Filing {
        /// Which request.
        request: u32,
    },
    /// A person.
    Queued {
        /// The last position told.
        position: Option<u32>,
    },
    /// With a person.
    WithAgent,
    /// Over.
    Ended,
}

/// A scenario in progress.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Flow {
    /// The scenario.
    pub scenario: String,
    /// The node it stands at.
    pub node: String,
    /// Values of its own slots.
    pub slots: BTreeMap<String, String>,
    /// Nodes whose words were said: they are not said again after a correction.
    pub told: BTreeSet<String>,
    /// The present question was put a second time.
    pub reasked: bool,
    /// Steps taken since the caller last said something new.
    pub steps: u16,
    /// The ticket it opened.
    pub ticket: Option<String>,
}

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conversation {
    /// The contact.
    pub id: ContactId,
    /// By which way.
    pub channel: Channel,
    /// The present line.
    pub line: LineId,
    /// The lane.
    pub lane: Lane,
    /// When it began.
    pub started_at: Micros,
    /// What it waits for.
    pub phase: Phase,
    /// Where the caller's next words will be heard.
    pub heard: Heard,
    /// Everything said.
    pub passport: Passport,
    /// The scenario in progress.
    pub flow: Option<Flow>,
    /// The scenario left for another topic, to be returned to.
    pub parked: Option<Flow>,
    /// Failures to understand in a row, silences included.
    pub failures: u8,
    /// Questions put before the first useful answer of the present matter.
    pub questions: u8,
    /// Useful answers of the present matter.
    pub useful: u8,
    /// Entries the caller has rejected or already heard for this matter.
    pub shown: Vec<String>,
    /// Words that came while a search or a ticket was under way.
    pub unheard: Vec<String>,
    /// A question asked while waiting for a person: its search.
    pub aside_request: Option<u32>,
    /// Words in a form that may be another topic; taken as the form's answer when no topic is found.
    pub aside: Option<String>,
    /// Parts that failed in a row.
    pub breakdowns: u8,
    /// The entry last given as an answer: follow-up questions are searched in its light.
    pub about: Option<String>,
    /// Candidates put to the caller, while what was told instead of a pick is searched.
    #[serde(default)]
    pub put: Vec<Choice>,
    /// The ticket just opened, while what comes next may still belong to it.
    #[serde(default)]
    pub fresh_ticket: Option<String>,
    /// The present matter has neither answer, person nor ticket yet.
    pub open_matter: bool,
    /// How the contact stands; final once ended.
    pub outcome: Option<Outcome>,
    /// The next request number.
    pub next_request: u32,
    /// When the queue position was last told.
    pub position_told_at: Option<Micros>,
    /// The last thing said, for "再说一遍".
    pub last_said: String,
}

impl Conversation {
    /// A conversation about to start.
    pub fn new(id: ContactId, now: Micros) -> Self {
        Self {
            id,
            channel: Channel::Web,
            line: LineId::from(""),
            lane: Lane::Normal,
            started_at: now,
            phase: Phase::Listening,
            heard: Heard::Opening,
            passport: Passport::default(),
            flow: None,
            parked: None,
            failures: 0,
            questions: 0,
            useful: 0,
            shown: Vec::new(),
            unheard: Vec::new(),
            aside_request: None,
            aside: None,
            breakdowns: 0,
            about: None,
            put: Vec::new(),
            fresh_ticket: None,
            open_matter: false,
            outcome: None,
            next_request: 1,
            position_told_at: None,
            last_said: String::new(),
        }
    }
}
