//! What is shown of a ticket: to staff, and to the citizen whose it is.

use kernel::{ContactId, Micros, UnitId};
use serde::{Deserialize, Serialize};

use crate::draft::{Fact, WindowMatter};
use crate::model::{CallbackForm, ExtensionAsked, Kind, State, Step, Urgency, WindowResult};

/// A ticket in a list. Personal data is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRow {
    /// Its internal id.
    pub id: String,
    /// The number citizens know it by.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The kind of request.
    pub kind: Kind,
    /// In words.
    pub kind_words: String,
    /// The category's name.
    pub category: String,
    /// The business domain.
    pub domain: String,
    /// Where it stands.
    pub state: State,
    /// In words.
    pub state_words: String,
    /// Urgency.
    pub urgency: Urgency,
    /// Where it is.
    pub place: String,
    /// The unit that has it.
    pub unit: Option<UnitId>,
    /// What that unit is called.
    pub unit_name: String,
    /// The unit that should get it.
    pub proposed_unit: Option<UnitId>,
    /// What that unit is called.
    pub proposed_unit_name: String,
    /// By when the next thing is owed: the reply, then call-back and archive. None once closed.
    pub due_us: Option<i64>,
    /// It is past that.
    pub overdue: bool,
    /// When it was opened.
    pub created_us: i64,
    /// When it last changed.
    pub updated_us: i64,
    /// By when the next thing is owed, inside or to the citizen. None once closed.
    pub next_us: Option<i64>,
    /// How its clock stands.
    pub light: Light,
    /// In words.
    pub light_words: String,
    /// Who must act: `dispatch`, `arbitration`, `callback`, `unit:ID`; empty once closed.
    pub owner: String,
    /// In words.
    pub owner_words: String,
    /// `window`, `supervised`, `urged`, `reopened`, `confidential`, `joint`, `extended`, `extension` (asked for, not decided).
    pub flags: Vec<String>,
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// In time.
    Green,
    /// Due within a day.
    Amber,
    /// Past.
    Red,
    /// Stopped: the citizen is waited for.
    Paused,
    /// Closed.
    None,
}

impl Light {
    /// How a clock stands by when the next thing is owed.
    pub fn of(state: State, next_us: Option<i64>, now: Micros) -> Self {
        match next_us {
            None => Self::None,
            Some(_) if state == State::Suspended => Self::Paused,
            Some(next) if next < now.0 => Self::Red,
            Some(next) if next < now.plus_secs(86_400).0 => Self::Amber,
            Some(_) => Self::Green,
        }
    }

    /// In words, so that nobody needs the colour.
    pub fn words(self, next_us: Option<i64>, now: Micros) -> String {
        let by = next_us.map(|next| crate::due_words_exact(Micros(next))).unwrap_or_default();
        match self {
            Self::None => "已办结".to_owned(),
            Self::Paused => format!("暂停计时，最迟等到{by}"),
            Self::Red => {
                let hours = (now.0 - next_us.unwrap_or(now.0)) / (3_600 * Micros::SECOND);
                if hours < 48 {
                    format!("已超时{hours}小时")
                } else {
                    format!("已超时{}天", hours / 24)
                }
            }
            Self::Amber => format!("即将到期：{by}"),
            Self::Green => format!("{by}前"),
        }
    }
}

/// A unit that helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoUnitView {
    /// Its id.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// It has given its part.
    pub replied: bool,
}

/// A unit's objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionView {
    /// Why.
    pub reason: String,
    /// On what that rests.
    pub evidence: String,
    /// Whose matter it is, in the unit's view.
    pub suggest: Option<UnitId>,
    /// What that unit is called.
    pub suggest_name: String,
}

/// A file that belongs to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its media type, by content.
    pub kind: String,
    /// Its size.
    pub bytes: i64,
    /// Who gave it, in words.
    pub by: String,
    /// When.
    pub at_us: i64,
}

/// A step that a person may take now, with the form it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOffer {
    /// The step.
    pub step: Step,
    /// What it is called.
    pub words: String,
    /// Its form.
    pub fields: Vec<StepField>,
}

/// A field of a step's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepField {
    /// Its name in the request.
    pub name: String,
    /// Its label.
    pub words: String,
    /// `text`, `long`, `unit`, `units`, `number`, `bool`, `ticket`, `choice`, `parts`, `files`.
    pub kind: String,
    /// It must be filled.
    pub required: bool,
    /// What can be chosen: value and words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<(String, String)>,
}

/// Something that has happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// Its number within the ticket.
    pub seq: i64,
    /// When.
    pub at_us: i64,
    /// Its stable name.
    pub kind: String,
    /// Who: the key of an account, contact or part of the program.
    pub actor: String,
    /// Who, in words: what they were employed to do.
    pub actor_words: String,
    /// What happened, in words.
    pub words: String,
}

/// A ticket with everything but what is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// As in a list, with the place in full.
    #[serde(flatten)]
    pub row: TicketRow,
    /// What was told; personal values masked.
    pub facts: Vec<Fact>,
    /// The matter in words, masked.
    pub words: Vec<String>,
    /// The caller's number, masked; empty when none was given.
    pub phone: String,
    /// The caller's name, masked; empty when none was given.
    pub name: String,
    /// The contact it comes from.
    pub contact_id: Option<ContactId>,
    /// It is a promise to call back.
    pub callback: bool,
    /// The holiday list lacks a year of the term, and the due time was counted by weekdays.
    pub due_provisional: bool,
    /// What has happened.
    pub events: Vec<EventView>,
    /// Grows with each change.
    pub version: i64,
    /// Units that help.
    pub co_units: Vec<CoUnitView>,
    /// The office inside the unit.
    pub office: String,
    /// What the citizen is asked.
    pub question: Option<String>,
    /// More time that is asked for.
    pub extension: Option<ExtensionAsked>,
    /// An objection to be decided.
    pub objection: Option<ObjectionView>,
    /// How often somebody urged.
    pub urges: u32,
    /// Who watches it; empty while nobody is named.
    pub supervisor: Option<String>,
    /// The ticket that leads this one.
    pub merged_into: Option<String>,
    /// Tickets that follow this one.
    pub merged: Vec<String>,
    /// The ticket it was a part of.
    pub split_from: Option<String>,
    /// Tickets made of its parts.
    pub split: Vec<String>,
    /// What somebody refused to do.
    pub window: Option<WindowMatter>,
    /// What came of that.
    pub window_result: Option<WindowResult>,
    /// How the last call-back that reached somebody went.
    pub outcome: Option<CallbackForm>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// What this person may do now.
    pub steps: Vec<StepOffer>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// How many the filter passes in all.
    pub total: i64,
}

/// A ticket as its citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// In plain words.
    pub state_words: String,
    /// Its title.
    pub title: String,
    /// What comes next, and by when.
    pub next_step: String,
    /// By when, None once closed.
    pub due_us: Option<i64>,
    /// What has happened, in plain words.
    pub events: Vec<ProgressEvent>,
    /// What the unit asks.
    pub question: Option<String>,
    /// The clock is stopped until the question is answered.
    pub paused: bool,
    /// What the citizen can do: `append`, `urge`, `withdraw`, `answer`, `rate`, `attach`.
    pub steps: Vec<String>,
    /// From when the citizen can urge again; None when he can now, or no more.
    pub urge_after_us: Option<i64>,
    /// The citizen's own files.
    pub attachments: Vec<Attachment>,
}

/// Something that has happened, as the citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressEvent {
    /// When.
    pub at_us: i64,
    /// In plain words.
    pub words: String,
    /// Files that came with a reply.
    pub files: Vec<Attachment>,
}

impl TicketRow {
    /// The due time as an instant.
    pub fn due(&self) -> Option<Micros> {
        self.due_us.map(Micros)
    }
}
