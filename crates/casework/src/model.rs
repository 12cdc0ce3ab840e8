//! A ticket's life, pure: registered, dispatched, replied, archived; or cancelled.
//!
//! ```text
//! registered --dispatch--> dispatched --reply--> replied --archive--> archived
//!     |  \--reply (on the spot)-------------------^  |
//!     |                        ^--dispatch (again)---/
//!     +--cancel--> cancelled <--cancel-- dispatched
//! ```
//! A dispatched ticket may be dispatched on to another unit. Words may be appended in every state that is not closed.

use kernel::{Coded, ErrorCode, Micros, UnitId, WorkCalendar};
use serde::{Deserialize, Serialize};

use crate::deadlines::{Deadlines, Due};

mod names;

pub use names::{Kind, State, Urgency};

/// The longest reply or addition, in characters.
pub const WORDS_MAX_CHARS: usize = 4_000;
/// The longest note, in characters.
pub const NOTE_MAX_CHARS: usize = 1_000;

/// What decides about a ticket: everything but its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The kind of request.
    pub kind: Kind,
    /// Urgency.
    pub urgency: Urgency,
    /// It is a promise to call back.
    pub callback: bool,
    /// Where it stands.
    pub state: State,
    /// The unit that should get it.
    pub proposed: Option<UnitId>,
    /// The unit that has it, or had it last.
    pub unit: Option<UnitId>,
    /// By when the next thing is owed: the reply, then call-back and archive. None once closed.
    pub due: Option<Due>,
    /// When it was answered last.
    pub replied: Option<Micros>,
}

/// A ticket to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The kind of request.
    pub kind: Kind,
    /// Urgency.
    pub urgency: Urgency,
    /// It is a promise to call back.
    pub callback: bool,
    /// The unit that should get it.
    pub proposed: Option<UnitId>,
}

/// What somebody wants done with a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send it to a unit; from the second time on with a note that says why.
    Dispatch {
        /// Which unit.
        unit: UnitId,
        /// To the unit.
        note: String,
    },
    /// Answer the citizen.
    Reply {
        /// The answer.
        words: String,
    },
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
    /// Close it undone.
    Cancel {
        /// Why.
        reason: String,
    },
}

/// What has happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It was taken down.
    Registered {
        /// The kind of request.
        kind: Kind,
        /// Urgency.
        urgency: Urgency,
        /// It is a promise to call back.
        callback: bool,
        /// The unit that should get it.
        proposed: Option<UnitId>,
        /// By when the reply is owed.
        due: Due,
    },
    /// It was sent to a unit.
    Dispatched {
        /// Which.
        unit: UnitId,
        /// The unit that had it before.
        from: Option<UnitId>,
        /// To the unit.
        note: String,
        /// By when the reply is owed.
        due: Due,
    },
    /// It was answered.
    Replied {
        /// The answer.
        words: String,
        /// Whether in time.
        in_time: bool,
        /// By when call-back and archive are owed.
        due: Due,
    },
    /// Something was added.
    Appended {
        /// The words.
        words: String,
    },
    /// It was closed after the call-back.
    Archived {
        /// How the call-back went.
        note: String,
        /// Whether in time.
        in_time: bool,
    },
    /// It was closed undone.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::Dispatched { .. } => "dispatched",
            Self::Replied { .. } => "replied",
            Self::Appended { .. } => "appended",
            Self::Archived { .. } => "archived",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// The rules by which due times are counted.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Working days.
    pub calendar: &'a WorkCalendar,
    /// How many of them.
    pub deadlines: &'a Deadlines,
}

/// Why a step is not taken. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ticket is closed.
    #[error("the ticket is {}", .0.as_str())]
    Closed(State),
    /// That unit has it already.
    #[error("the unit has it already")]
    SameUnit,
    /// It cannot be archived before it is answered.
    #[error("not answered yet")]
    NotReplied,
    /// It is answered already.
    #[error("answered already")]
    AlreadyReplied,
    /// Sending it on or back needs a reason.
    #[error("a reason is needed")]
    NoReason,
    /// Nothing was written.
    #[error("no words")]
    NoWords,
    /// Too much was written.
    #[error("more than {0} characters")]
    TooLong(usize),
}

impl Coded for Refusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Closed(_) | Self::SameUnit | Self::NotReplied | Self::AlreadyReplied => ErrorCode::Conflict,
            Self::NoReason | Self::NoWords => ErrorCode::Invalid,
            Self::TooLong(_) => ErrorCode::TooLarge,
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Closed(State::Cancelled) => {
                "这张工单已经撤销，不能再操作。如有需要请重新登记一张。".to_owned()
            }
            Self::Closed(_) => "这张工单已经办结归档，不能再操作。如有新情况请重新登记一张。".to_owned(),
            Self::SameUnit => "工单已经在这家单位手里，请选择别的单位。".to_owned(),
            Self::NotReplied => "还没有答复群众，不能归档。请先答复。".to_owned(),
            Self::AlreadyReplied => {
                "已经答复过了，请回访后归档。如果没有办好，请重新派单并写明原因。".to_owned()
            }
            Self::NoReason => "请写明原因：改派或退回重办时，要让接手的单位知道为什么。".to_owned(),
            Self::NoWords => "请填写内容。".to_owned(),
            Self::TooLong(most) => format!("内容太长，最多{most}个字，请写短些或分几次提交。"),
        }
    }
}

/// Registers a ticket.
pub fn open(opening: Opening, terms: Terms<'_>, now: Micros) -> (Case, Event) {
    let Opening { kind, urgency, callback, proposed } = opening;
    let due = terms.deadlines.reply_due(terms.calendar, kind, urgency, callback, now);
    let event = Event::Registered { kind, urgency, callback, proposed: proposed.clone(), due };
    let case = Case {
        kind,
        urgency,
        callback,
        state: State::Registered,
        proposed,
        unit: None,
        due: Some(due),
        replied: None,
    };
    (case, event)
}

/// What a command does to a ticket, or why not.
///
/// # Errors
/// [`Refusal`] when the state does not allow it or the words do not do.
pub fn decide(case: &Case, command: Command, terms: Terms<'_>, now: Micros) -> Result<Event, Refusal> {
    if case.state.is_closed() {
        return Err(Refusal::Closed(case.state));
    }
    let in_time = case.due.is_none_or(|due| now <= due.at);
    match command {
        Command::Dispatch { unit, note } => dispatch(case, unit, &note, terms, now),
        Command::Reply { words } => {
            if case.state == State::Replied {
                return Err(Refusal::AlreadyReplied);
            }
            let due = terms.deadlines.archive_due(terms.calendar, now);
            Ok(Event::Replied { words: written(&words, WORDS_MAX_CHARS)?, in_time, due })
        }
        Command::Append { words } => Ok(Event::Appended { words: written(&words, WORDS_MAX_CHARS)? }),
        Command::Archive { note } => {
            if case.state != State::Replied {
                return Err(Refusal::NotReplied);
            }
            Ok(Event::Archived { note: written(&note, NOTE_MAX_CHARS)?, in_time })
        }
        Command::Cancel { reason } => {
            if case.state == State::Replied {
                return Err(Refusal::AlreadyReplied);
            }
            Ok(Event::Cancelled { reason: written(&reason, NOTE_MAX_CHARS)? })
        }
    }
}

fn dispatch(case: &Case, unit: UnitId, note: &str, terms: Terms<'_>, now: Micros) -> Result<Event, Refusal> {
    let note = match written(note, NOTE_MAX_CHARS) {
        Ok(note) => note,
        // The first time the ticket speaks for itself; after that somebody has already had it and must be told why.
        Err(Refusal::NoWords) if case.state == State::Registered => String::new(),
        Err(Refusal::NoWords) => return Err(Refusal::NoReason),
        Err(refusal) => return Err(refusal),
    };
    let kept = match case.state {
        State::Dispatched if case.unit.as_ref() == Some(&unit) => return Err(Refusal::SameUnit),
        // What the citizen was promised stands, whoever does it.
        State::Registered | State::Dispatched => case.due,
        // It was answered and goes back to work: a new term.
        State::Replied | State::Archived | State::Cancelled => None,
    };
    let due = kept.unwrap_or_else(|| {
        terms.deadlines.reply_due(terms.calendar, case.kind, case.urgency, case.callback, now)
    });
    Ok(Event::Dispatched { unit, from: case.unit.clone(), note, due })
}

/// What an event makes of a case. `at` is when it happened.
pub fn apply(case: &mut Case, event: &Event, at: Micros) {
    match event {
        Event::Registered { kind, urgency, callback, proposed, due } => {
            *case = Case {
                kind: *kind,
                urgency: *urgency,
                callback: *callback,
                state: State::Registered,
                proposed: proposed.clone(),
                unit: None,
                due: Some(*due),
                replied: None,
            };
        }
        Event::Dispatched { unit, due, .. } => {
            case.state = State::Dispatched;
            case.unit = Some(unit.clone());
            case.due = Some(*due);
        }
        Event::Replied { due, .. } => {
            case.state = State::Replied;
            case.replied = Some(at);
            case.due = Some(*due);
        }
        Event::Appended { .. } => {}
        Event::Archived { .. } => {
            case.state = State::Archived;
            case.due = None;
        }
        Event::Cancelled { .. } => {
            case.state = State::Cancelled;
            case.due = None;
        }
    }
}

/// Text as it is kept, or why not.
fn written(text: &str, most: usize) -> Result<String, Refusal> {
    let text = crate::words::clean(text);
    match text.chars().count() {
        0 => Err(Refusal::NoWords),
        length if length > most => Err(Refusal::TooLong(most)),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests;
