//! What people want done, and what has happened.

use kernel::{Micros, UnitId};
use serde::{Deserialize, Serialize};

use super::{Kind, Step, Urgency};
use crate::deadlines::Due;

/// What somebody wants done with a ticket. What a permission decides (`forced`) the service has decided already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send it to a unit; from the second time on with a note that says why.
    Dispatch {
        /// Which unit leads.
        unit: UnitId,
        /// Which units help.
        co_units: Vec<UnitId>,
        /// To the unit.
        note: String,
        /// A supervisor insists: neither the limit of reassignments nor an upheld objection stops it.
        forced: bool,
    },
    /// The unit takes it.
    Accept,
    /// The unit says that it is not its matter.
    Object {
        /// Why.
        reason: String,
        /// On which law or duty list that rests.
        evidence: String,
        /// Whose matter it is, in the unit's view.
        suggest: Option<UnitId>,
    },
    /// The objection holds.
    Uphold {
        /// Why.
        reason: String,
        /// Who gets it.
        unit: UnitId,
        /// As of [`Self::Dispatch`].
        forced: bool,
    },
    /// The objection does not hold.
    Overrule {
        /// Why.
        reason: String,
    },
    /// Hand it to an office inside the unit.
    Forward {
        /// Which office.
        office: String,
    },
    /// A unit that helps gives its part.
    CoReply {
        /// Which unit.
        unit: UnitId,
        /// Its part.
        words: String,
    },
    /// Ask the citizen; the clock stops.
    Ask {
        /// What.
        question: String,
    },
    /// The citizen answers; the clock runs on.
    Answer {
        /// The answer.
        words: String,
    },
    /// The waiting is over.
    Resume,
    /// Ask for more time.
    Extend {
        /// Working days.
        days: u32,
        /// Why.
        reason: String,
    },
    /// Give more time.
    ExtendGrant {
        /// Why, and on what condition.
        reason: String,
    },
    /// Give none.
    ExtendRefuse {
        /// Why.
        reason: String,
    },
    /// Answer the citizen.
    Reply {
        /// The answer.
        words: String,
        /// Of a matter of the window: `solved` or `explained`.
        result: Option<WindowResult>,
        /// Ids of the files that go to the citizen with it.
        files: Vec<String>,
    },
    /// How the call-back went.
    Callback(CallbackForm),
    /// Add what was said later.
    Append {
        /// The words.
        words: String,
    },
    /// Close it after the call-back.
    Archive {
        /// How the call-back went.
        note: String,
    },
    /// Work on it again.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Tell the unit to hurry.
    Urge {
        /// To the unit.
        note: String,
        /// The citizen urges.
        citizen: bool,
    },
    /// Have it watched to its end.
    Supervise {
        /// What is expected.
        note: String,
        /// Who watches.
        supervisor: String,
    },
    /// Work on it together with another.
    Merge {
        /// Which leads.
        into: String,
        /// Who has that one.
        unit: Option<UnitId>,
    },
    /// Another ticket joins this one.
    Absorb {
        /// Which.
        number: String,
    },
    /// Work on it by itself again.
    Unmerge {
        /// Why.
        reason: String,
    },
    /// The leading ticket went to another unit.
    Follow {
        /// Which.
        unit: Option<UnitId>,
    },
    /// The leading ticket was answered.
    FollowReply {
        /// The answer.
        words: String,
        /// Ids of the leading ticket's files that go with it.
        files: Vec<String>,
    },
    /// Tickets were made of its parts.
    Split {
        /// Their numbers.
        numbers: Vec<String>,
    },
    /// Close it undone.
    Cancel {
        /// Why.
        reason: String,
    },
    /// The citizen takes it back.
    Withdraw {
        /// Why, if told.
        reason: String,
    },
    /// Hide who raised it.
    Conceal,
}

impl Command {
    /// Which step it is.
    pub const fn step(&self) -> Step {
        match self {
            Self::Dispatch { .. } => Step::Dispatch,
            Self::Accept => Step::Accept,
            Self::Object { .. } => Step::Object,
            Self::Uphold { .. } => Step::Uphold,
            Self::Overrule { .. } => Step::Overrule,
            Self::Forward { .. } => Step::Forward,
            Self::CoReply { .. } => Step::CoReply,
            Self::Ask { .. } => Step::Ask,
            Self::Answer { .. } => Step::Answer,
            Self::Resume => Step::Resume,
            Self::Extend { .. } => Step::Extend,
            Self::ExtendGrant { .. } => Step::ExtendGrant,
            Self::ExtendRefuse { .. } => Step::ExtendRefuse,
            Self::Reply { .. } => Step::Reply,
            Self::Callback(_) => Step::Callback,
            Self::Append { .. } => Step::Note,
            Self::Archive { .. } => Step::Archive,
            Self::Reopen { .. } => Step::Reopen,
            Self::Urge { .. } => Step::Urge,
            Self::Supervise { .. } => Step::Supervise,
            Self::Merge { .. } => Step::Merge,
            Self::Absorb { .. } => Step::Absorb,
            Self::Unmerge { .. } => Step::Unmerge,
            Self::Follow { .. } | Self::FollowReply { .. } => Step::Follow,
            Self::Split { .. } => Step::Split,
            Self::Cancel { .. } => Step::Cancel,
            Self::Withdraw { .. } => Step::Withdraw,
            Self::Conceal => Step::Conceal,
        }
    }
}

/// What came of a matter that somebody had refused to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowResult {
    /// It is done now.
    Solved,
    /// It cannot be done, and the citizen was told why.
    Explained,
}

/// How a call-back went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallbackForm {
    /// The citizen was reached.
    pub reached: bool,
    /// The matter is solved.
    pub solved: Option<bool>,
    /// The citizen is satisfied.
    pub satisfied: Option<bool>,
    /// The citizen says it was in time.
    pub in_time: Option<bool>,
    /// In words.
    pub note: String,
}

/// What follows a call-back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum Next {
    /// It can be archived.
    Close,
    /// The citizen is tried again.
    Again {
        /// By when.
        step: Due,
    },
    /// Work goes on.
    Reopen {
        /// By when the reply is owed.
        due: Due,
        /// By when a unit is to be found, where none had it.
        step: Option<Due>,
        /// It went wrong before: somebody is to watch it.
        escalate: bool,
    },
}

/// What was left of a stopped clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it was stopped.
    pub since: Micros,
    /// Microseconds left; none when it had run out.
    pub left_us: Option<u64>,
    /// They are of the clock on the wall, not of unit hours.
    pub by_clock: bool,
}

/// What has happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the fields are those of the commands, with what was decided: due times and whether in time"
)]
pub enum Event {
    /// It was taken down.
    Registered {
        kind: Kind,
        urgency: Urgency,
        callback: bool,
        proposed: Option<UnitId>,
        due: Due,
        #[serde(default)]
        step: Option<Due>,
        #[serde(default)]
        domain: String,
        #[serde(default)]
        category: String,
        #[serde(default)]
        window: bool,
        #[serde(default)]
        confidential: bool,
    },
    /// It was sent to a unit.
    Dispatched {
        unit: UnitId,
        from: Option<UnitId>,
        note: String,
        due: Due,
        #[serde(default)]
        step: Option<Due>,
        #[serde(default)]
        co_units: Vec<UnitId>,
        #[serde(default)]
        forced: bool,
        #[serde(default = "yes")]
        in_time: bool,
    },
    /// The unit took it.
    Accepted { in_time: bool },
    /// The unit says that it is not its matter.
    Objected { reason: String, evidence: String, suggest: Option<UnitId>, step: Due },
    /// The objection holds: another unit has it.
    Upheld { reason: String, unit: UnitId, from: UnitId, step: Due },
    /// The objection does not hold.
    Overruled { reason: String, step: Due },
    /// An office inside the unit has it.
    Forwarded { office: String },
    /// A unit that helps gave its part.
    CoReplied { unit: UnitId, words: String },
    /// The citizen was asked.
    Asked { question: String, step: Due, pause: Pause },
    /// The citizen answered.
    Answered { words: String, due: Due },
    /// The waiting was over.
    Resumed { due: Due },
    /// More time was asked for.
    ExtensionAsked { days: u32, reason: String },
    /// It was given.
    ExtensionGranted { days: u32, reason: String, due: Due },
    /// It was not.
    ExtensionRefused { reason: String },
    /// It was answered.
    Replied {
        words: String,
        in_time: bool,
        due: Due,
        #[serde(default)]
        step: Option<Due>,
        #[serde(default)]
        result: Option<WindowResult>,
        /// Ids of the files that the citizen gets with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<String>,
    },
    /// The citizen was called back, or tried.
    CalledBack {
        #[serde(flatten)]
        form: CallbackForm,
        #[serde(flatten)]
        next: Next,
    },
    /// Something was added.
    Appended { words: String },
    /// It was closed after the call-back.
    Archived { note: String, in_time: bool },
    /// It is worked on again.
    Reopened { reason: String, due: Due, step: Option<Due> },
    /// The unit was told to hurry.
    Urged { note: String, citizen: bool },
    /// Somebody watches it.
    Supervised { note: String, supervisor: String },
    /// It is worked on together with another.
    Merged { into: String, unit: Option<UnitId> },
    /// Another joined it.
    Absorbed { number: String },
    /// It is worked on by itself again.
    Unmerged { reason: String, step: Due },
    /// The leading ticket went to another unit.
    Followed { unit: Option<UnitId> },
    /// Tickets were made of its parts.
    Split { numbers: Vec<String> },
    /// It was closed undone.
    Cancelled { reason: String },
    /// The citizen took it back.
    Withdrawn { reason: String },
    /// Who raised it is hidden from now on.
    Concealed,
}

const fn yes() -> bool {
    true
}

impl Event {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::Dispatched { .. } => "dispatched",
            Self::Accepted { .. } => "accepted",
            Self::Objected { .. } => "objected",
            Self::Upheld { .. } => "upheld",
            Self::Overruled { .. } => "overruled",
            Self::Forwarded { .. } => "forwarded",
            Self::CoReplied { .. } => "co_replied",
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::Resumed { .. } => "resumed",
            Self::ExtensionAsked { .. } => "extension_asked",
            Self::ExtensionGranted { .. } => "extension_granted",
            Self::ExtensionRefused { .. } => "extension_refused",
            Self::Replied { .. } => "replied",
            Self::CalledBack { .. } => "called_back",
            Self::Appended { .. } => "appended",
            Self::Archived { .. } => "archived",
            Self::Reopened { .. } => "reopened",
            Self::Urged { .. } => "urged",
            Self::Supervised { .. } => "supervised",
            Self::Merged { .. } => "merged",
            Self::Absorbed { .. } => "absorbed",
            Self::Unmerged { .. } => "unmerged",
            Self::Followed { .. } => "followed",
            Self::Split { .. } => "split",
            Self::Cancelled { .. } => "cancelled",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Concealed => "concealed",
        }
    }
}
