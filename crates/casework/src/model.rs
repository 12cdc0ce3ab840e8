//! A ticket's life, pure. The states, steps and guards are those of docs/casework.md.
//!
//! [`decide`] says what a command does to a case, or why not; [`apply`] makes the next case of an event. The events of a ticket,
//! replayed, give its case.

use kernel::{Micros, UnitId, WorkCalendar};
use serde::{Deserialize, Serialize};

use crate::deadlines::{Deadlines, Due, Matter};

mod apply;
mod decide;
mod event;
mod guard;
mod names;
mod refusal;

pub use apply::apply;
pub use decide::decide;
pub use event::{CallbackForm, Command, Event, Next, Pause, WindowResult};
pub use guard::guard;
pub use names::{Kind, State, Step, Urgency};
pub use refusal::Refusal;

/// The longest reply or addition, in characters.
pub const WORDS_MAX_CHARS: usize = 4_000;
/// The longest note, in characters.
pub const NOTE_MAX_CHARS: usize = 1_000;
/// The most units that help.
pub const CO_UNITS_MAX: usize = 5;
/// The most tickets made of one.
pub const PARTS_MAX: usize = 5;

/// A unit that helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoUnit {
    /// Which.
    pub unit: UnitId,
    /// It has given its part.
    pub replied: bool,
}

/// A unit's objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Why.
    pub reason: String,
    /// On what that rests.
    pub evidence: String,
    /// Whose matter it is, in the unit's view.
    pub suggest: Option<UnitId>,
}

/// More time that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionAsked {
    /// Working days.
    pub days: u32,
    /// Why.
    pub reason: String,
}

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
    /// What the citizen was promised: the reply, then call-back and archive. None once closed.
    pub due: Option<Due>,
    /// When it was answered last.
    pub replied: Option<Micros>,
    /// By when the next thing inside is owed.
    #[serde(default)]
    pub step_due: Option<Due>,
    /// The business domain, for its terms.
    #[serde(default)]
    pub domain: String,
    /// The category, for its terms.
    #[serde(default)]
    pub category: String,
    /// Somebody refused to do it: a matter of the window.
    #[serde(default)]
    pub window: bool,
    /// What came of that.
    #[serde(default)]
    pub result: Option<WindowResult>,
    /// Who raised it is hidden from units and towns.
    #[serde(default)]
    pub confidential: bool,
    /// Units that help.
    #[serde(default)]
    pub co_units: Vec<CoUnit>,
    /// How often it went to another unit since it was registered or answered.
    #[serde(default)]
    pub hops: u32,
    /// Units whose objection was upheld.
    #[serde(default)]
    pub barred: Vec<UnitId>,
    /// Units that have objected.
    #[serde(default)]
    pub objectors: Vec<UnitId>,
    /// The objection to be decided.
    #[serde(default)]
    pub objection: Option<Objection>,
    /// The office inside the unit.
    #[serde(default)]
    pub office: String,
    /// What the citizen is asked.
    #[serde(default)]
    pub question: Option<String>,
    /// The stopped clock.
    #[serde(default)]
    pub pause: Option<Pause>,
    /// How often the citizen was asked.
    #[serde(default)]
    pub asks: u32,
    /// More time that is asked for.
    #[serde(default)]
    pub extension: Option<ExtensionAsked>,
    /// How often it was extended.
    #[serde(default)]
    pub extensions: u32,
    /// How often somebody urged.
    #[serde(default)]
    pub urges: u32,
    /// When the citizen urged last.
    #[serde(default)]
    pub urged: Option<Micros>,
    /// Who watches it.
    #[serde(default)]
    pub supervisor: Option<String>,
    /// How often the citizen was called back in vain since the reply.
    #[serde(default)]
    pub tries: u32,
    /// How often work was taken up again.
    #[serde(default)]
    pub reopened: u32,
    /// The last call-back that counts.
    #[serde(default)]
    pub outcome: Option<CallbackForm>,
    /// The ticket that leads this one.
    #[serde(default)]
    pub leading: Option<String>,
    /// Tickets that follow this one.
    #[serde(default)]
    pub merged: Vec<String>,
    /// Tickets made of its parts.
    #[serde(default)]
    pub split: Vec<String>,
    /// When it was closed.
    #[serde(default)]
    pub closed: Option<Micros>,
}

/// Who must do the next thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The dispatch desk.
    Dispatch,
    /// Whoever decides objections.
    Arbitration,
    /// The unit.
    Unit(UnitId),
    /// The call-back desk.
    Callback,
}

impl Owner {
    /// As it stands in the row.
    pub fn key(&self) -> String {
        match self {
            Self::Dispatch => "dispatch".to_owned(),
            Self::Arbitration => "arbitration".to_owned(),
            Self::Unit(unit) => format!("unit:{unit}"),
            Self::Callback => "callback".to_owned(),
        }
    }
}

impl Case {
    /// Who must do the next thing; none once closed.
    pub fn owner(&self) -> Option<Owner> {
        let unit = || self.unit.clone().map_or(Owner::Dispatch, Owner::Unit);
        match self.state {
            State::Registered => Some(Owner::Dispatch),
            State::Objected => Some(Owner::Arbitration),
            State::Dispatched | State::Handling | State::Suspended | State::Merged => Some(unit()),
            State::Replied | State::CalledBack => Some(Owner::Callback),
            State::Archived | State::Cancelled | State::Withdrawn => None,
        }
    }

    /// By when something is owed to the citizen; while the clock is stopped, until when it waits. None once closed.
    pub fn shown_due(&self) -> Option<Due> {
        if self.state == State::Suspended { self.step_due } else { self.due }
    }

    /// By when the next thing is owed, inside or to the citizen. None once closed.
    pub fn next_due(&self) -> Option<Due> {
        match (self.shown_due(), self.step_due) {
            (Some(due), Some(step)) if step.at < due.at => Some(step),
            (due, step) => due.or(step),
        }
    }

    /// What the terms depend on.
    pub fn matter(&self) -> Matter<'_> {
        Matter {
            kind: self.kind,
            urgency: self.urgency,
            callback: self.callback,
            window: self.window,
            domain: &self.domain,
            category: &self.category,
        }
    }

    fn blank(kind: Kind, urgency: Urgency) -> Self {
        Self {
            kind,
            urgency,
            callback: false,
            state: State::Registered,
            proposed: None,
            unit: None,
            due: None,
            replied: None,
            step_due: None,
            domain: String::new(),
            category: String::new(),
            window: false,
            result: None,
            confidential: false,
            co_units: Vec::new(),
            hops: 0,
            barred: Vec::new(),
            objectors: Vec::new(),
            objection: None,
            office: String::new(),
            question: None,
            pause: None,
            asks: 0,
            extension: None,
            extensions: 0,
            urges: 0,
            urged: None,
            supervisor: None,
            tries: 0,
            reopened: 0,
            outcome: None,
            leading: None,
            merged: Vec::new(),
            split: Vec::new(),
            closed: None,
        }
    }
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
    /// The business domain.
    pub domain: String,
    /// The category.
    pub category: String,
    /// Somebody refused to do it.
    pub window: bool,
    /// Who raises it wants to stay hidden; of a report always so.
    pub confidential: bool,
}

/// The rules by which due times are counted.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Working days.
    pub calendar: &'a WorkCalendar,
    /// How many of them.
    pub deadlines: &'a Deadlines,
}

/// Registers a ticket.
pub fn open(opening: Opening, terms: Terms<'_>, now: Micros) -> (Case, Event) {
    let Opening { kind, urgency, callback, proposed, domain, category, window, confidential } = opening;
    let matter = Matter { kind, urgency, callback, window, domain: &domain, category: &category };
    let due = terms.deadlines.reply_due(terms.calendar, &matter, now);
    let step = Some(terms.deadlines.dispatch_due(terms.calendar, &matter, now));
    let confidential = confidential || kind == Kind::Report;
    let event = Event::Registered {
        kind,
        urgency,
        callback,
        proposed,
        due,
        step,
        domain,
        category,
        window,
        confidential,
    };
    let mut case = Case::blank(kind, urgency);
    apply(&mut case, &event, now);
    (case, event)
}

#[cfg(test)]
mod tests;
