//! What routing is told, and what it wants done.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};
use serde::{Deserialize, Serialize};

use crate::change::Departure;
use crate::model::{AgentState, Lane, Media, Presence};

/// A contact that comes to a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Which contact.
    pub contact: ContactId,
    /// To which queue; one that does not exist is replaced by the fallback queue, never refused.
    pub queue: QueueId,
    /// By which medium.
    pub media: Media,
    /// In which lane.
    pub lane: Lane,
    /// From 1 to 5; the queue's own when none.
    #[serde(default)]
    pub priority: Option<u8>,
    /// Skills an agent needs, with the least level of each.
    #[serde(default)]
    pub needs: BTreeMap<String, u8>,
    /// The place of an earlier contact of the same caller, when that one broke off. Never in the future.
    #[serde(default)]
    pub place: Option<Micros>,
}

/// What routing is told. Contacts and agents are named, never guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// A contact wants a person. Told again for a contact that is here: it stays where it is, a higher lane is taken on, and a
    /// citizen who was away counts as back.
    Enqueue(Arrival),
    /// The citizen is gone for good. Without effect when the contact is not here.
    Abandon {
        /// Which contact.
        contact: ContactId,
    },
    /// The citizen is away and is to be called back: the contact waits on in its place. One that was talking waits for the
    /// same agent first.
    KeepPlace {
        /// Which contact.
        contact: ContactId,
    },
    /// The citizen is back.
    Resume {
        /// Which contact.
        contact: ContactId,
    },
    /// What an agent can do. Makes an unknown agent known, offline.
    Profile {
        /// Who.
        agent: StaffId,
        /// Skills with levels, 1 to 5.
        skills: BTreeMap<String, u8>,
        /// Takes calls.
        voice: bool,
        /// Chats at once; the site's figure when none.
        chat_capacity: Option<u8>,
    },
    /// An agent starts, pauses or stops taking contacts.
    AgentState {
        /// Who.
        agent: StaffId,
        /// What to.
        to: Presence,
    },
    /// An agent takes the offer.
    Accept {
        /// Who.
        agent: StaffId,
        /// Which contact.
        contact: ContactId,
    },
    /// An agent does not take the offer.
    Decline {
        /// Who.
        agent: StaffId,
        /// Which contact.
        contact: ContactId,
    },
    /// The conversation is over.
    Finish {
        /// Which contact.
        contact: ContactId,
        /// The agent who says so; none when the citizen hung up.
        agent: Option<StaffId>,
    },
    /// An agent has finished writing.
    WrapUpDone {
        /// Who.
        agent: StaffId,
        /// About which contact.
        contact: ContactId,
    },
    /// To another queue, in its place.
    TransferQueue {
        /// Which contact.
        contact: ContactId,
        /// The agent who transfers; none for a supervisor or the program.
        by: Option<StaffId>,
        /// To which queue.
        queue: QueueId,
        /// Skills needed there.
        #[serde(default)]
        needs: BTreeMap<String, u8>,
    },
    /// To one agent.
    TransferAgent {
        /// Which contact.
        contact: ContactId,
        /// The agent who transfers; none for a supervisor or the program.
        by: Option<StaffId>,
        /// To whom.
        to: StaffId,
    },
    /// A supervisor who is in the call already has it from now on; the agent writes up.
    TakeOver {
        /// Which contact.
        contact: ContactId,
        /// The supervisor.
        to: StaffId,
    },
    /// Back to the queue, in its place: the agent's connection to this contact is lost.
    Requeue {
        /// Which contact.
        contact: ContactId,
    },
    /// An agent's desk is gone: everything with it goes back to the queue, in place.
    AgentGone {
        /// Who.
        agent: StaffId,
    },
    /// Time has passed.
    Tick,
}

/// Why an offer is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// The agent did not answer in time.
    TimedOut,
    /// The agent declined.
    Declined,
    /// The citizen left.
    Abandoned,
    /// The contact was moved elsewhere.
    Moved,
    /// The agent paused or left.
    AgentAway,
}

/// Where a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum Target {
    /// A queue.
    Queue(QueueId),
    /// An agent.
    Agent(StaffId),
}

/// What a supervisor should know at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// An emergency waits and nobody is on duty.
    EmergencyAlone {
        /// Which contact.
        contact: ContactId,
    },
    /// An agent was set to break for leaving offers unanswered.
    NotAnswering {
        /// Who.
        agent: StaffId,
    },
    /// Somebody has waited too long in a queue.
    LongWait {
        /// Which queue.
        queue: QueueId,
        /// How many wait in it.
        waiting: u32,
        /// The longest wait, in seconds.
        longest_secs: u32,
    },
    /// A queue that waited too long no longer does.
    LongWaitOver {
        /// Which queue.
        queue: QueueId,
    },
    /// A contact named a queue that does not exist.
    NoSuchQueue {
        /// Which contact.
        contact: ContactId,
        /// The name.
        queue: QueueId,
    },
}

/// What routing wants done or known. Effects are data: the shell performs them after the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Ring at an agent's desk.
    Offer {
        /// Whose.
        agent: StaffId,
        /// Which contact.
        contact: ContactId,
        /// Until when it may be taken.
        until: Micros,
        /// The queue it comes from.
        queue: QueueId,
        /// The citizen is away: taking it means calling back.
        call_back: bool,
    },
    /// Stop ringing.
    OfferWithdrawn {
        /// Whose desk.
        agent: StaffId,
        /// Which contact.
        contact: ContactId,
        /// Why.
        why: Withdrawal,
    },
    /// Agent and citizen talk.
    Connected {
        /// Who.
        agent: StaffId,
        /// Which contact.
        contact: ContactId,
        /// The citizen is away and is to be called back.
        call_back: bool,
    },
    /// A contact went from one agent to another without a pause.
    TakenOver {
        /// Which contact.
        contact: ContactId,
        /// Who had it.
        from: StaffId,
        /// Who has it.
        to: StaffId,
    },
    /// Tell a waiting citizen.
    Position {
        /// Which contact.
        contact: ContactId,
        /// How many are served before, plus one.
        position: u32,
        /// The expected wait in seconds; none when nobody is on duty.
        expected_wait_secs: Option<u32>,
    },
    /// The citizen left and the place is kept for a call-back.
    PlaceKept {
        /// Which contact.
        contact: ContactId,
    },
    /// The contact waits again, in its place.
    Requeued {
        /// Which contact.
        contact: ContactId,
        /// The agent it was with, or offered to.
        from: StaffId,
    },
    /// The contact goes elsewhere, in its place.
    Transferred {
        /// Which contact.
        contact: ContactId,
        /// The agent it was with.
        from: Option<StaffId>,
        /// Where to.
        target: Target,
    },
    /// The contact has left routing's care.
    Left {
        /// Which contact.
        contact: ContactId,
        /// How.
        how: Departure,
        /// The agent it was with.
        agent: Option<StaffId>,
    },
    /// An agent's state has changed.
    Agent {
        /// Who.
        agent: StaffId,
        /// What it is now.
        state: AgentState,
    },
    /// Tell the supervisor.
    Alarm(Alarm),
}
