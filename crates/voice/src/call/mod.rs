//! One call as a pure machine: what happens to it, and what is to be done. Sound, sockets, models and rows are elsewhere.
//!
//! The conversation engine decides what is said and when a person is called; this machine decides how a telephone lives with
//! that: what may be interrupted, when silence is silence, when words cannot be had, and how the agent's telephone joins.

pub mod hearing;
mod step;
#[cfg(test)]
mod tests;

use kernel::{Micros, StaffId};

/// What the node has, and the site's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Speech can be recognised.
    pub recogniser: bool,
    /// The notice that is never interrupted; empty: none.
    pub notice: String,
    /// Calls are recorded once the notice has been played.
    pub record: bool,
    /// Silence after which the caller is spoken to, in seconds.
    pub silence_secs: u32,
    /// Straight to a person: no prompt, no bot, no recording that nobody announced.
    pub silent: bool,
    /// How long an agent's browser may be away before the caller goes back into the queue, in seconds.
    pub lost_secs: u32,
}

/// Said when the agent's browser is away: it may come back.
pub const AWAY: &str = "线路有点不稳，正在把工作人员接回来，请不要挂断。";
/// Said when the agent puts the caller on hold.
pub const HELD: &str = "请稍等，工作人员正在为您办理，马上回来。";

/// How the contact stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// With the bot.
    #[default]
    Bot,
    /// Waiting for a person.
    Queued,
    /// With a person.
    WithAgent(StaffId),
    /// Over.
    Ended,
}

/// A sentence of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who speaks: `bot`, `agent`, `system`, `citizen`.
    pub author: String,
    /// What sort: `greeting`, `answer`, `advice`, `queue`, ...
    pub kind: String,
    /// The words.
    pub text: String,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// New sentences, and how the contact stands after them.
    Lines(Vec<Line>, Standing),
    /// It rings at this agent's desk, or no longer at anybody's.
    Offered(Option<StaffId>),
    /// The caller pressed a key.
    Key(char),
    /// The caller begins to speak.
    Began,
    /// That was no speech.
    Dropped,
    /// The caller has spoken.
    Spoken,
    /// What was spoken, in words; empty when there were none. Confidence in percent.
    Words {
        /// The words.
        text: String,
        /// 0 to 100.
        confidence: u8,
    },
    /// It could not be recognised: the recogniser is down or too slow.
    NoWords,
    /// An item has been played to its end.
    Played(u32),
    /// An item could not be made into speech.
    Unsayable(u32),
    /// The agent's telephone was lifted.
    AgentLifted,
    /// Routing did not let the agent have the call: somebody else has it, or the caller is gone.
    LiftRefused,
    /// The agent's telephone cannot be reached, is busy, or was not lifted.
    AgentUnreachable,
    /// The agent hung up.
    AgentHungUp,
    /// Nothing comes from the agent's telephone any more.
    AgentLost,
    /// The agent's browser is on the line: accepting in the console is lifting. Also: it is back.
    AgentReady,
    /// Nothing comes from the agent's browser for the moment.
    AgentAway,
    /// The agent puts the caller on hold, or takes them back.
    Hold(bool),
    /// The caller hung up, or the way to the caller is lost.
    CallerHungUp,
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Say it to the caller.
    Speak {
        /// To be named in `Played` or `Unsayable`.
        item: u32,
        /// The words.
        text: String,
        /// The caller's voice or key stops it.
        interruptible: bool,
    },
    /// Two rising tones: the line is open.
    Attention,
    /// One low tone: something could not be said.
    Regret,
    /// Stop what may be stopped.
    Hush,
    /// Stop every word, whatever it is.
    Clear,
    /// Music under a wait, or not.
    Comfort(bool),
    /// Keep the sound from now on.
    Record,
    /// Tell the contact: these words.
    TellWords {
        /// The words.
        text: String,
        /// 0 to 100.
        confidence: u8,
    },
    /// Tell the contact: this key.
    TellKey(char),
    /// Tell the contact: silence, in seconds.
    TellSilence(u32),
    /// Tell the contact: no speech to be had.
    TellSpeechDown,
    /// Tell the contact: the caller is gone.
    TellHungUp,
    /// Call this agent's telephone.
    Ring(StaffId),
    /// Stop calling it, or hang it up.
    Unring,
    /// Tell routing: the agent took the call by lifting the handset.
    TellLifted(StaffId),
    /// Tell routing: this agent's telephone cannot take it.
    TellDeclined(StaffId),
    /// Tell routing: the agent hung up.
    TellAgentHungUp(StaffId),
    /// Tell routing: the way to the agent is lost.
    TellParted,
    /// Join caller and agent.
    Bridge,
    /// Part them.
    Part,
    /// End the caller's side.
    HangUp,
}

/// The agent's telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Phone {
    agent: StaffId,
    lifted: bool,
    /// A browser that is on the line.
    ready: bool,
    /// A browser that was, since when it is away.
    away: Option<Micros>,
    held: bool,
}

/// The state of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    terms: Terms,
    standing: Standing,
    next_item: u32,
    /// Items given to the player and not yet played, and whether they may be stopped.
    waiting: Vec<(u32, bool)>,
    notice: Option<u32>,
    opened: bool,
    /// Recognitions under way.
    recognising: u32,
    speaking: bool,
    /// Since when nothing has happened.
    quiet_since: Micros,
    phone: Option<Phone>,
    /// Whose telephone has just failed: not rung again before routing has moved on.
    failed: Option<StaffId>,
    bridged: bool,
    down_told: bool,
    over: bool,
    /// Nothing more is to be said after the bot's part could not be.
    closing: bool,
}

impl Call {
    /// A call that has just been answered.
    pub const fn new(terms: Terms, now: Micros) -> Self {
        Self {
            terms,
            standing: Standing::Bot,
            next_item: 1,
            waiting: Vec::new(),
            notice: None,
            opened: false,
            recognising: 0,
            speaking: false,
            quiet_since: now,
            phone: None,
            failed: None,
            bridged: false,
            down_told: false,
            over: false,
            closing: false,
        }
    }

    /// Whether the call is over.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The agent the contact is with.
    pub const fn agent(&self) -> Option<&StaffId> {
        match &self.standing {
            Standing::WithAgent(agent) => Some(agent),
            _ => None,
        }
    }

    /// Whether caller and agent are joined.
    pub const fn is_bridged(&self) -> bool {
        self.bridged
    }

    /// Whether the agent has put the caller on hold.
    pub const fn is_held(&self) -> bool {
        matches!(&self.phone, Some(Phone { held: true, .. }))
    }
}
