//! What routing knows of queues, contacts and agents. Plain data; the moves are in [`crate::step`](mod@crate::step).

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};
use serde::{Deserialize, Serialize};

/// Which of the charter's lanes a contact is in. In order: the earlier, the more urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Danger to life or property.
    Emergency,
    /// The elderly one-key telephone.
    Elderly,
    /// A caller the recogniser does not understand.
    Dialect,
    /// Everybody else.
    Normal,
}

impl Lane {
    /// Every lane, most urgent first.
    pub const ALL: [Self; 4] = [Self::Emergency, Self::Elderly, Self::Dialect, Self::Normal];

    /// The stable name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Elderly => "elderly",
            Self::Dialect => "dialect",
            Self::Normal => "normal",
        }
    }
}

/// How the citizen talks with us: decides how many contacts an agent can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A call: takes an agent whole.
    Voice,
    /// Text: an agent holds several.
    Chat,
}

impl Media {
    /// The stable name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Chat => "chat",
        }
    }
}

/// A queue, as a pack's `queues.yaml` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its name in rows.
    pub id: QueueId,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// An agent of the queue has at least one of these; none listed: any agent.
    #[serde(default)]
    pub skills: Vec<String>,
    /// From 1, the first served, to 5.
    #[serde(default = "ordinary_priority")]
    pub priority: u8,
    /// Answered within this, in seconds (GB/T 33358-2016: 15).
    #[serde(default = "ordinary_target")]
    pub target_answer_secs: u32,
}

const fn ordinary_priority() -> u8 {
    3
}

const fn ordinary_target() -> u32 {
    15
}

/// Where a contact is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// In the queue.
    Waiting,
    /// Ringing at an agent's desk.
    Offered {
        /// Whose.
        agent: StaffId,
        /// Until when it may be taken.
        until: Micros,
    },
    /// With an agent.
    Talking {
        /// Whom.
        agent: StaffId,
        /// Since when.
        since: Micros,
    },
}

/// An agent a contact is not to be offered to for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avoid {
    /// Who declined, missed or lost it.
    pub agent: StaffId,
    /// Until when.
    pub until: Micros,
}

/// The one agent a contact waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Who.
    pub agent: StaffId,
    /// After this the contact waits in its queue for anybody.
    pub until: Micros,
}

/// What a waiting contact was last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Micros,
    /// The position told.
    pub position: u32,
    /// The expected wait told, in seconds.
    pub wait_secs: Option<u32>,
}

/// A contact in routing's care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Which contact.
    pub contact: ContactId,
    /// In which queue.
    pub queue: QueueId,
    /// By which medium.
    pub media: Media,
    /// In which lane.
    pub lane: Lane,
    /// From 1, the first served, to 5.
    pub priority: u8,
    /// Skills an agent needs, all of them, with the least level of each.
    pub needs: BTreeMap<String, u8>,
    /// When it entered the present queue.
    pub enqueued: Micros,
    /// The instant that decides its place; kept through requeue, dropped calls, call-backs and transfers.
    pub place: Micros,
    /// The citizen is away: whoever takes it calls back.
    pub call_back: bool,
    /// Agents it is not offered to for now.
    pub avoid: Vec<Avoid>,
    /// The agent it waits for, after a transfer.
    pub wanted: Option<Wanted>,
    /// Where it is.
    pub phase: Phase,
    /// What it was last told. Not kept in rows: after a restart everybody is told again.
    pub told: Option<Told>,
}

impl Item {
    /// The agent it is offered to or talks with.
    pub const fn agent(&self) -> Option<&StaffId> {
        match &self.phase {
            Phase::Waiting => None,
            Phase::Offered { agent, .. } | Phase::Talking { agent, .. } => Some(agent),
        }
    }

    /// Whether it is not to be offered to this agent now.
    pub fn avoids(&self, agent: &StaffId, now: Micros) -> bool {
        self.avoid.iter().any(|avoid| avoid.agent == *agent && avoid.until > now)
    }
}

/// Why an agent is away for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakReason {
    /// Offers were left unanswered: set by the program.
    NoAnswer,
    /// A short rest.
    Rest,
    /// A meal.
    Meal,
    /// A course or a briefing.
    Training,
    /// A meeting.
    Meeting,
    /// Paperwork away from the queue.
    Paperwork,
    /// Something else.
    Other,
}

impl BreakReason {
    /// What the board says.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::NoAnswer => "未接来电",
            Self::Rest => "小休",
            Self::Meal => "用餐",
            Self::Training => "培训",
            Self::Meeting => "会议",
            Self::Paperwork => "整理工单",
            Self::Other => "其他",
        }
    }
}

/// Whether an agent takes contacts, chosen by the agent (or a supervisor).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "presence", content = "reason", rename_all = "snake_case")]
pub enum Presence {
    /// Not at work.
    #[default]
    Offline,
    /// At work, takes contacts.
    Ready,
    /// At work, takes no new contact.
    Break(BreakReason),
}

/// An offer on an agent's desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ringing {
    /// Which contact.
    pub contact: ContactId,
    /// Until when it may be taken.
    pub until: Micros,
}

/// A finished contact an agent still writes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUp {
    /// By when it ends by itself.
    pub until: Micros,
    /// The queue it came from.
    pub queue: QueueId,
    /// When the agent had taken it.
    pub accepted: Micros,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Whose account.
    pub id: StaffId,
    /// Skills with their levels (1 to 5).
    pub skills: BTreeMap<String, u8>,
    /// Takes calls.
    pub voice: bool,
    /// Chats held at once; 0: takes none.
    pub chat_capacity: u8,
    /// Chosen state.
    pub presence: Presence,
    /// Since when it is so.
    pub since: Micros,
    /// Since when the agent has had nothing new: longest idle first.
    pub idle_since: Micros,
    /// The offer on the desk.
    pub ringing: Option<Ringing>,
    /// Contacts with the agent, with when each was taken and its medium.
    pub talking: BTreeMap<ContactId, Media>,
    /// Contacts being written up.
    pub wrapping: BTreeMap<ContactId, WrapUp>,
    /// Offers left unanswered in a row.
    pub misses: u8,
}

/// What an agent is doing, as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AgentState {
    /// Not at work.
    Offline,
    /// Free.
    Ready,
    /// An offer is on the desk.
    Ringing {
        /// Which contact.
        contact: ContactId,
        /// Until when.
        until: Micros,
    },
    /// With citizens.
    Busy {
        /// Which contacts.
        contacts: Vec<ContactId>,
    },
    /// Writing up.
    WrapUp {
        /// By when it ends by itself.
        until: Micros,
    },
    /// Away for a while.
    Break {
        /// Why.
        reason: BreakReason,
    },
}

impl AgentState {
    /// The stable name in rows and counts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Ready => "ready",
            Self::Ringing { .. } => "ringing",
            Self::Busy { .. } => "busy",
            Self::WrapUp { .. } => "wrap_up",
            Self::Break { .. } => "break",
        }
    }
}

impl Agent {
    /// An agent nobody has heard of yet: offline, without skills.
    pub const fn new(id: StaffId) -> Self {
        Self {
            id,
            skills: BTreeMap::new(),
            voice: true,
            chat_capacity: 0,
            presence: Presence::Offline,
            since: Micros(0),
            idle_since: Micros(0),
            ringing: None,
            talking: BTreeMap::new(),
            wrapping: BTreeMap::new(),
            misses: 0,
        }
    }

    /// How many contacts occupy the agent: offered, talking, being written up.
    pub fn load(&self) -> u8 {
        let load = usize::from(self.ringing.is_some()) + self.talking.len() + self.wrapping.len();
        u8::try_from(load).unwrap_or(u8::MAX)
    }

    /// Whether the agent could hold another contact of this medium, whatever it asks for.
    pub fn has_room(&self, media: Media) -> bool {
        if self.presence != Presence::Ready || self.ringing.is_some() {
            return false;
        }
        let on_a_call = self.talking.values().any(|held| *held == Media::Voice);
        match media {
            Media::Voice => self.voice && self.load() == 0,
            Media::Chat => !on_a_call && self.load() < self.chat_capacity,
        }
    }

    /// How many contacts of this medium the agent can hold at most.
    pub const fn capacity(&self, media: Media) -> u8 {
        match media {
            Media::Voice => self.voice as u8,
            Media::Chat => self.chat_capacity,
        }
    }

    /// The level of a skill; 0 when the agent has it not.
    pub fn level(&self, skill: &str) -> u8 {
        self.skills.get(skill).copied().unwrap_or(0)
    }

    /// What the agent is doing.
    pub fn state(&self) -> AgentState {
        if let Some(ringing) = &self.ringing {
            return AgentState::Ringing { contact: ringing.contact.clone(), until: ringing.until };
        }
        if !self.talking.is_empty() {
            return AgentState::Busy { contacts: self.talking.keys().cloned().collect() };
        }
        if let Some(until) = self.wrapping.values().map(|wrap| wrap.until).max() {
            return AgentState::WrapUp { until };
        }
        match self.presence {
            Presence::Offline => AgentState::Offline,
            Presence::Ready => AgentState::Ready,
            Presence::Break(reason) => AgentState::Break { reason },
        }
    }
}
