//! A vertex of the search: the conversation, what it waits for, and the checker's own books.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::{ContactId, Micros};

use super::inputs::Input;
use crate::event::Effect;
use crate::state::{Conversation, Phase};

/// What the conversation asked for and has not got.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Pending {
    Search(u32),
    Fetch(u32, String, Option<String>),
    Ticket(u32),
    LookUp(u32),
    Queue,
}

/// What the checker itself remembers, independent of the engine's counters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Books {
    /// The contact has begun.
    pub started: bool,
    /// The caller told a matter that has no answer, person or ticket yet.
    pub unresolved: bool,
    /// Inputs in a row that nobody could understand.
    pub misses: u8,
    /// Questions since the matter was told, ticket needs apart.
    pub questions: u8,
    /// The slot last asked for: the same question in other words is no further question.
    pub last_asked: Option<String>,
    /// Something useful was given since.
    pub useful: bool,
    /// Facts told: slots that must travel.
    pub told: BTreeSet<String>,
    /// The matter last told is a plain question, clearly a consultation.
    pub plain_question: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Vertex {
    pub state: Conversation,
    pub pending: BTreeSet<Pending>,
    pub books: Books,
}

impl Vertex {
    pub fn fresh(now: Micros) -> Self {
        let state = Conversation::new(ContactId::from("check"), now);
        Self { state, pending: BTreeSet::new(), books: Books::default() }
    }

    /// On the way into a scenario's flow, or in it.
    pub fn leads_into(&self, scenario: &crate::scenario::Scenario) -> bool {
        let opening = !self.books.started
            || (self.state.flow.is_none()
                && self.state.passport.earlier.is_empty()
                && self.state.failures == 0
                && self.state.breakdowns == 0
                && matches!(
                    self.state.phase,
                    Phase::Listening | Phase::Seeking { .. } | Phase::Clarifying { .. }
                )
                && self.state.outcome.is_none());
        let inside = [&self.state.flow, &self.state.parked];
        opening || inside.iter().any(|flow| flow.as_ref().is_some_and(|flow| flow.scenario == scenario.id))
    }

    /// Two vertices of the same key behave alike: what only grows and is never read by the engine is left out.
    pub fn key(&self) -> u64 {
        let mut state = self.state.clone();
        state.started_at = Micros(0);
        state.last_said.clear();
        state.position_told_at = state.position_told_at.map(|_| Micros(0));
        state.passport.earlier.clear();
        state.passport.tried.clear();
        state.passport.lines.clear();
        state.passport.asked.clear();
        state.passport.advised.clear();
        state.passport.mood = 0;
        state.passport.tickets.truncate(1);
        state.fresh_ticket = state.fresh_ticket.map(|_| String::new());
        state.about = state.about.map(|_| String::new());
        state.shown.truncate(1);
        state.useful = state.useful.min(1);
        state.questions = state.questions.min(2);
        for fact in &mut state.passport.facts {
            fact.at = Micros(0);
            fact.words.clear();
            if matches!(fact.slot.as_str(), "detail") {
                fact.value.clear();
            }
        }
        if state.lane != crate::state::Lane::Elderly {
            state.channel = crate::state::Channel::Web;
        }
        if let Phase::Queued { position: Some(position) } = &mut state.phase {
            *position = 1;
        }
        // Values of shared slots steer no branch; that they are known does.
        let shared = |slot: &str| crate::scenario::common_slot(slot).is_some();
        state.passport.facts.iter_mut().filter(|fact| shared(&fact.slot)).for_each(|fact| fact.value.clear());
        let mut books = self.books.clone();
        // With a person, or over: counters of the matter start anew with the next one, form answers steer nothing until
        // a flow starts again; that they are known does.
        let rests = matches!(state.phase, Phase::Queued { .. } | Phase::WithAgent | Phase::Ended);
        if rests {
            state.passport.facts.iter_mut().for_each(|fact| fact.value.clear());
            state.useful = 0;
            state.questions = 0;
            state.failures = 0;
            state.shown.clear();
            state.about = None;
            state.fresh_ticket = None;
            if let Some(matter) = &mut state.passport.matter {
                matter.kind = language::Kind::Other;
                matter.domain = None;
            }
            books.questions = 0;
            books.useful = false;
            books.plain_question = false;
            books.misses = 0;
        }
        if state.phase == Phase::Ended {
            state.heard = language::Heard::Opening;
        }
        // The words of a matter are read again only to fill slots; the trigger's are kept apart by its domain and length.
        if let Some(matter) = &mut state.passport.matter {
            let long = matter.words.chars().count() >= 6;
            matter.words = if long { "long".to_owned() } else { String::new() };
            matter.normal.clear();
        }
        state.passport.facts.sort_by(|a, b| a.slot.cmp(&b.slot));
        // Request numbers matter only relative to each other.
        let base = state.next_request;
        state.next_request = 0;
        let mut hasher = DefaultHasher::new();
        if let Phase::Seeking { request, .. } | Phase::Filing { request } = &mut state.phase {
            *request = base.wrapping_sub(*request);
        }
        state.aside_request = state.aside_request.map(|request| base.wrapping_sub(request));
        state.hash(&mut hasher);
        for pending in &self.pending {
            match pending {
                Pending::Search(request) | Pending::Ticket(request) | Pending::LookUp(request) => {
                    (std::mem::discriminant(pending), base.wrapping_sub(*request)).hash(&mut hasher);
                }
                Pending::Fetch(request, entry, clause) => {
                    (base.wrapping_sub(*request), entry, clause).hash(&mut hasher);
                }
                Pending::Queue => 7_u8.hash(&mut hasher),
            }
        }
        books.hash(&mut hasher);
        hasher.finish()
    }
}

/// One line of a transcript.
pub(super) fn line(input: &Input, effects: &[Effect]) -> String {
    let mut done = Vec::new();
    for effect in effects {
        done.push(match effect {
            Effect::Say(utterance) => format!("说「{}」", utterance.text.replace('\n', " ")),
            Effect::Advise { service } => format!("警示{service:?}"),
            Effect::Search { query, .. } => format!("搜索「{query}」"),
            Effect::Fetch { entry, clause, .. } => {
                format!("取条目{entry}{}", clause.as_ref().map_or(String::new(), |c| format!("#{c}")))
            }
            Effect::Enqueue(hand_over) => format!("进人工队列（{}）", hand_over.reason.chinese()),
            Effect::LeaveQueue => "退出队列".to_owned(),
            Effect::ToAgent { .. } => "转给工作人员看".to_owned(),
            Effect::OpenTicket { .. } => "开工单".to_owned(),
            Effect::AddToTicket { .. } => "补进工单".to_owned(),
            Effect::LookUpTicket { .. } => "查工单".to_owned(),
            Effect::PromiseCallback { .. } => "约回电".to_owned(),
            Effect::MoveLine { line } => format!("换到{line}线"),
            Effect::End { outcome } => format!("结束（{outcome:?}）"),
        });
    }
    format!("{} → {}", input.name, if done.is_empty() { "（无动作）".to_owned() } else { done.join("；") })
}
