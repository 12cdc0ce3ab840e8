//! What happens to a conversation, and what the engine wants done.

use kernel::{LineId, Micros};
use language::{Kind, Service};
use serde::{Deserialize, Serialize};

use crate::passport::Passport;
use crate::state::{Channel, Lane, Outcome};

/// What the recogniser tells beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpeechFeatures {
    /// The recogniser's confidence, 0 to 1.
    pub confidence: f32,
    /// Wu features were heard.
    pub dialect: bool,
}

/// What an earlier contact of the same caller left behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Its passport.
    pub passport: Passport,
    /// How it ended, or nothing when it broke off.
    pub outcome: Option<Outcome>,
    /// It broke off while waiting: the place in the queue is kept.
    pub was_waiting: bool,
    /// When it was last alive.
    pub at: Micros,
}

/// An event of a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The contact begins.
    Started {
        /// By which way.
        channel: Channel,
        /// The line dialled.
        line: LineId,
        /// The lane the caller belongs to before a word is said.
        lane: Lane,
        /// The caller's number where the channel tells it.
        phone: Option<String>,
        /// The same caller's last contact.
        previous: Option<Box<Previous>>,
    },
    /// The caller said or wrote something.
    Said {
        /// The words.
        text: String,
        /// For speech.
        speech: Option<SpeechFeatures>,
    },
    /// A key was pressed. `0` asks for a person.
    Key {
        /// The key.
        digit: char,
    },
    /// Nothing was heard for a while. Voice only: a slow typist is never timed out.
    Silence {
        /// How long.
        secs: u32,
    },
    /// The caller left.
    HungUp,
    /// The recogniser or synthesiser failed.
    SpeechDown,
    /// A search came back.
    Found {
        /// Which one.
        request: u32,
        /// The best candidates, best first.
        candidates: Vec<Candidate>,
    },
    /// A search could not be made.
    SearchFailed {
        /// Which one.
        request: u32,
    },
    /// An entry asked for by name.
    Fetched {
        /// Which request.
        request: u32,
        /// The card, or nothing when no clause of it is in force.
        card: Option<Card>,
    },
    /// The contact waits.
    Queued {
        /// Place in the queue, 1 being next.
        position: u32,
        /// Expected wait in seconds, where it can be told.
        wait_secs: Option<u32>,
        /// Whether anybody is on duty.
        staffed: bool,
    },
    /// The queue could not take the contact.
    QueueFailed,
    /// A person joined.
    AgentJoined {
        /// How the person is called towards the citizen.
        name: String,
    },
    /// The person left; the matter is settled or not.
    AgentLeft {
        /// Whether the agent wrapped the contact up.
        finished: bool,
    },
    /// A ticket was opened.
    TicketOpened {
        /// Which request.
        request: u32,
        /// Its number.
        number: String,
        /// When it is due, in words: 11月25日.
        due: String,
    },
    /// A ticket could not be opened.
    TicketFailed {
        /// Which request.
        request: u32,
    },
    /// A ticket that was asked about.
    TicketProgress {
        /// Which request.
        request: u32,
        /// Its progress in plain words, or nothing when there is none such for this caller.
        text: Option<String>,
    },
}

/// What a search may return.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "target", content = "id", rename_all = "snake_case")]
pub enum Target {
    /// A knowledge entry.
    Entry(String),
    /// A scenario.
    Scenario(String),
}

/// One candidate of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// What it is.
    pub target: Target,
    /// Its title.
    pub title: String,
    /// The calibrated probability that it is what was asked for.
    pub confidence: f32,
    /// The card, for entries.
    pub card: Option<Card>,
}

/// A clause an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// The entry.
    pub entry_id: String,
    /// The clause.
    pub clause_id: String,
    /// The clause's text.
    pub text: String,
    /// Law or regulation.
    pub source: String,
    /// Document number.
    pub document_number: Option<String>,
    /// Article.
    pub article: Option<String>,
    /// First day in force (ISO 8601), where known.
    pub in_force_from: Option<jiff::civil::Date>,
    /// Last day in force.
    pub in_force_until: Option<jiff::civil::Date>,
    /// The figure is set locally.
    pub local: bool,
}

impl Citation {
    /// Whether the clause is in force on a day.
    pub fn in_force(&self, day: jiff::civil::Date) -> bool {
        self.in_force_from.is_none_or(|from| from <= day)
            && self.in_force_until.is_none_or(|until| day <= until)
    }
}

/// An answer ready to be said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Card {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The domain.
    pub domain: String,
    /// The text from the knowledge base.
    pub text: String,
    /// What it rests on.
    pub citations: Vec<Citation>,
}

/// What sort of utterance, for layout and voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UtteranceKind {
    /// The first words.
    Greeting,
    /// An answer with citations.
    Answer,
    /// A question.
    Ask,
    /// Kindness and procedure.
    Note,
    /// Danger advice.
    Advice,
    /// About the transfer or the queue.
    Queue,
    /// About a ticket.
    Ticket,
}

/// Something the bot says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Utterance {
    /// What sort.
    pub kind: UtteranceKind,
    /// The words.
    pub text: String,
    /// Sources, for answers.
    pub citations: Vec<Citation>,
    /// Ready replies to tap.
    pub options: Vec<String>,
    /// The slot it asks for.
    pub asks: Option<String>,
    /// A person was offered in it.
    pub offers_person: bool,
}

impl Utterance {
    /// Plain words.
    pub fn new(kind: UtteranceKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            citations: Vec::new(),
            options: Vec::new(),
            asks: None,
            offers_person: false,
        }
    }
}

/// Why a contact goes to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The caller asked.
    Wish,
    /// Danger.
    Danger,
    /// The boundary table says a person comes first.
    Boundary,
    /// Not understood twice.
    NotUnderstood,
    /// Silence twice.
    Silence,
    /// No entry is good enough.
    NoAnswer,
    /// The answers did not help.
    AnswerRejected,
    /// A scenario ends with a person.
    Scenario,
    /// Dialect.
    Dialect,
    /// Elderly lane.
    Elderly,
    /// Anger or distress.
    Distress,
    /// A part of ours is down.
    PartDown,
    /// The same caller came back to the place they had.
    Returned,
}

impl Reason {
    /// What the desk card says.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Wish => "来电人要求人工",
            Self::Danger => "有危险，最优先",
            Self::Boundary => "此类事项人工先接",
            Self::NotUnderstood => "两次没听懂",
            Self::Silence => "来电人没有声音",
            Self::NoAnswer => "知识库没有把握的答案",
            Self::AnswerRejected => "答案没解决问题",
            Self::Scenario => "流程需要人工核实",
            Self::Dialect => "说宁波话",
            Self::Elderly => "老年一键来电",
            Self::Distress => "情绪激动",
            Self::PartDown => "系统部件故障",
            Self::Returned => "断线后回来，保留原位置",
        }
    }
}

/// A request for a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HandOver {
    /// Why.
    pub reason: Reason,
    /// The lane.
    pub lane: Lane,
    /// Skills wanted, by the domain's name in `domains.yaml`.
    pub skills: Vec<String>,
    /// The line whose queue takes it.
    pub line: LineId,
    /// Everything said so far.
    pub passport: Passport,
}

/// A ticket to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TicketDraft {
    /// The kind of request.
    pub kind: Kind,
    /// The category's name.
    pub category: String,
    /// The business domain.
    pub domain: String,
    /// A title for lists.
    pub title: String,
    /// Urgent.
    pub urgent: bool,
    /// It is a promise to call back.
    pub callback: bool,
    /// Everything said so far.
    pub passport: Passport,
}

/// What the engine wants done. Effects are data: the shell performs them and feeds results back as events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Say it to the citizen.
    Say(Utterance),
    /// Tell the citizen to call an emergency number, and alert the desk.
    Advise {
        /// Which one.
        service: Service,
    },
    /// Search entries and scenarios.
    Search {
        /// To be echoed in the result.
        request: u32,
        /// The words, in Mandarin.
        query: String,
        /// The domain, where known.
        domain: Option<String>,
        /// The entry given as the answer before it, in whose light a follow-up is understood.
        about: Option<String>,
        /// Entries not to return: the caller has rejected them.
        except: Vec<String>,
    },
    /// Get one entry by name.
    Fetch {
        /// To be echoed in the result.
        request: u32,
        /// The entry.
        entry: String,
        /// One clause of it.
        clause: Option<String>,
    },
    /// Put the contact into a human queue.
    Enqueue(HandOver),
    /// Take it out again: the caller asked to.
    LeaveQueue,
    /// Pass the caller's words to the agent.
    ToAgent {
        /// The words.
        text: String,
        /// Danger was recognised in them.
        danger: Option<Service>,
    },
    /// Open a ticket.
    OpenTicket {
        /// To be echoed in the result; also the idempotency key within the contact.
        request: u32,
        /// Its content.
        draft: Box<TicketDraft>,
    },
    /// Add the caller's later words to a ticket.
    AddToTicket {
        /// Its number.
        number: String,
        /// The words.
        words: String,
        /// The place as it is known now, where the words told it closer or put it right.
        place: Option<String>,
    },
    /// Look a ticket up.
    LookUpTicket {
        /// To be echoed in the result.
        request: u32,
        /// Its number.
        number: String,
    },
    /// Call the citizen back, at the place the contact had in its queue.
    PromiseCallback {
        /// The passport holds the number, where known.
        passport: Passport,
    },
    /// The contact is on another line now.
    MoveLine {
        /// Which.
        line: LineId,
    },
    /// The contact ends.
    End {
        /// How.
        outcome: Outcome,
    },
}
