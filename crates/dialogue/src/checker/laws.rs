//! What must hold on every transition. Kept apart from how the engine enforces it.

use kernel::Micros;
use language::Kind;

use super::inputs::{Class, Input};
use super::vertex::{Books, Pending, Vertex};
use crate::brain::Brain;
use crate::engine::Step;
use crate::event::{Effect, Event, Utterance, UtteranceKind};
use crate::passport::Passport;
use crate::scenario::{NodeBody, Scenario};
use crate::state::{Conversation, Lane, Outcome, Phase};

/// A broken line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The charter's line.
    pub line: u8,
    /// What is wrong.
    pub what: String,
}

/// No single event is answered with more utterances than this.
const MOST_UTTERANCES: usize = 10;

struct Judge<'a> {
    before: &'a Vertex,
    input: &'a Input,
    after: &'a Step,
    breaches: Vec<Breach>,
}

/// Judges a transition and gives the vertex behind it.
pub(super) fn judge(
    before: &Vertex,
    input: &Input,
    after: &Step,
    scenario: &Scenario,
    brain: &Brain,
    now: Micros,
) -> (Vec<Breach>, Vertex) {
    let mut judge = Judge { before, input, after, breaches: Vec::new() };
    let books = judge.books(scenario, brain);
    judge.person_on_first_ask();
    judge.no_maze(&books);
    judge.risk_first();
    judge.said_once(&books);
    judge.true_and_sourced(now);
    judge.honest();
    judge.ends(&books);
    let mut pending = before.pending.clone();
    settle(&mut pending, &input.event);
    for effect in &after.effects {
        match effect {
            Effect::Search { request, .. } => pending.insert(Pending::Search(*request)),
            Effect::Fetch { request, entry, clause } => {
                pending.insert(Pending::Fetch(*request, entry.clone(), clause.clone()))
            }
            Effect::OpenTicket { request, .. } => pending.insert(Pending::Ticket(*request)),
            Effect::LookUpTicket { request, .. } => pending.insert(Pending::LookUp(*request)),
            Effect::Enqueue(_) => pending.insert(Pending::Queue),
            Effect::LeaveQueue | Effect::End { .. } => pending.remove(&Pending::Queue),
            _ => false,
        };
    }
    (judge.breaches, Vertex { state: after.state.clone(), pending, books })
}

/// Takes the request that an event answers off the list.
fn settle(pending: &mut std::collections::BTreeSet<Pending>, event: &Event) {
    match event {
        Event::Found { request, .. } => {
            pending.remove(&Pending::Search(*request));
        }
        Event::Fetched { request, .. } => {
            pending.retain(|one| !matches!(one, Pending::Fetch(waiting, ..) if waiting == request));
        }
        Event::SearchFailed { request } => pending.retain(
            |one| !matches!(one, Pending::Search(waiting) | Pending::Fetch(waiting, ..) if waiting == request),
        ),
        Event::TicketOpened { request, .. } | Event::TicketFailed { request } => {
            pending.remove(&Pending::Ticket(*request));
        }
        Event::TicketProgress { request, .. } => {
            pending.remove(&Pending::LookUp(*request));
        }
        Event::Queued { .. } | Event::QueueFailed => {
            pending.remove(&Pending::Queue);
        }
        _ => {}
    }
}

impl Judge<'_> {
    fn breach(&mut self, line: u8, what: impl Into<String>) {
        self.breaches.push(Breach { line, what: what.into() });
    }

    fn state(&self) -> &Conversation {
        &self.after.state
    }

    fn utterances(&self) -> impl Iterator<Item = &Utterance> {
        self.after.effects.iter().filter_map(|effect| match effect {
            Effect::Say(utterance) => Some(utterance),
            _ => None,
        })
    }

    fn enqueued(&self) -> bool {
        self.after.effects.iter().any(|effect| matches!(effect, Effect::Enqueue(_)))
    }

    fn was(&self, phase: fn(&Phase) -> bool) -> bool {
        phase(&self.before.state.phase)
    }

    fn waited_or_spoke(&self) -> bool {
        self.was(|phase| matches!(phase, Phase::Queued { .. } | Phase::WithAgent))
    }

    fn filed(&self) -> bool {
        self.after
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::OpenTicket { .. } | Effect::PromiseCallback { .. }))
    }

    /// Line 1.
    fn person_on_first_ask(&mut self) {
        if !matches!(self.input.class, Class::Wish | Class::KeyZero)
            || self.was(|phase| *phase == Phase::WithAgent)
        {
            return;
        }
        let waits = matches!(self.state().phase, Phase::Queued { .. });
        let already = self.was(|phase| matches!(phase, Phase::Queued { .. }));
        if !(waits && (already || self.enqueued())) {
            self.breach(1, "要求人工的当轮没有进入人工队列");
        } else if self.utterances().any(|utterance| utterance.kind == UtteranceKind::Ask) {
            self.breach(1, "要求人工时还在提问");
        }
    }

    /// Line 2.
    fn no_maze(&mut self, books: &Books) {
        if books.questions > 1 && !books.useful {
            self.breach(2, "第一个有用的答复之前问了不止一个问题");
        }
        if books.misses >= 2
            && !matches!(
                self.state().phase,
                Phase::Queued { .. } | Phase::WithAgent | Phase::Ended | Phase::Filing { .. }
            )
        {
            self.breach(2, "连续两次没听懂还没有转人工");
        }
        if self.utterances().count() > MOST_UTTERANCES {
            self.breach(2, "一轮里说个不停，流程没有前进");
        }
        let waits_for_nothing = matches!(self.state().phase, Phase::Seeking { .. } | Phase::Filing { .. })
            && !self.after.effects.iter().any(|effect| {
                matches!(
                    effect,
                    Effect::Search { .. }
                        | Effect::Fetch { .. }
                        | Effect::OpenTicket { .. }
                        | Effect::LookUpTicket { .. }
                )
            })
            && !self.was(|phase| matches!(phase, Phase::Seeking { .. } | Phase::Filing { .. }));
        if waits_for_nothing {
            self.breach(2, "在等一个没有人会给的结果");
        }
    }

    /// Line 3.
    fn risk_first(&mut self) {
        let answered_before = |effects: &[Effect]| {
            effects
                .iter()
                .take_while(|effect| !matches!(effect, Effect::Enqueue(_)))
                .any(|effect| matches!(effect, Effect::Search { .. } | Effect::Fetch { .. }))
        };
        match self.input.class {
            Class::Emergency => {
                let advised = self.after.effects.iter().any(|effect| matches!(effect, Effect::Advise { .. }));
                let top = self.after.effects.iter().any(
                    |effect| matches!(effect, Effect::Enqueue(hand_over) if hand_over.lane == Lane::Emergency),
                );
                let with_agent = self.was(|phase| *phase == Phase::WithAgent);
                if !advised {
                    self.breach(3, "有危险却没有马上告知拨打110/119/120");
                } else if !top && !with_agent {
                    self.breach(3, "有危险却没有最优先转人工");
                }
            }
            Class::Complaint
                if !self.waited_or_spoke()
                    && !self.was(|phase| matches!(phase, Phase::Seeking { .. } | Phase::Filing { .. }))
                    && (!self.enqueued() || answered_before(&self.after.effects)) =>
            {
                self.breach(3, "投诉没有先转人工");
            }
            _ => {}
        }
    }

    /// Line 4.
    fn said_once(&mut self, books: &Books) {
        let passport = &self.state().passport;
        let asked_known = self
            .utterances()
            .filter_map(|utterance| utterance.asks.as_ref())
            .any(|slot| passport.fact(slot).is_some());
        if asked_known {
            self.breach(4, "问了来电人已经说过的事");
        }
        let travelling: Vec<&Passport> = self
            .after
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Enqueue(hand_over) => Some(&hand_over.passport),
                Effect::OpenTicket { draft, .. } => Some(&draft.passport),
                Effect::PromiseCallback { passport } => Some(passport),
                _ => None,
            })
            .collect();
        let lost_fact =
            travelling.iter().any(|passport| books.told.iter().any(|slot| passport.fact(slot).is_none()));
        let lost_matter = books.unresolved && travelling.iter().any(|passport| passport.matter.is_none());
        if lost_fact || lost_matter {
            self.breach(4, "说过的话没有跟着走");
        }
    }

    /// Line 5.
    fn true_and_sourced(&mut self, now: Micros) {
        let day = now.day();
        let mut faults = Vec::new();
        for utterance in self.utterances().filter(|utterance| utterance.kind == UtteranceKind::Answer) {
            if utterance.citations.is_empty()
                || utterance.citations.iter().any(|citation| citation.source.trim().is_empty())
            {
                faults.push("答复没有出处");
            }
            if utterance.citations.iter().any(|citation| !citation.in_force(day)) {
                faults.push("引用了失效的条款");
            }
            // What was put to the caller by name and not refused was chosen by the caller, not by confidence.
            if self.input.class == Class::FoundLow && self.before.state.put.is_empty() {
                faults.push("没有把握也作了答");
            }
        }
        let answered = self.utterances().any(|utterance| utterance.kind == UtteranceKind::Answer);
        let answers = match &self.input.event {
            Event::Found { request, .. } | Event::Fetched { request, .. } => Some(*request),
            _ => None,
        };
        let waiting_for_it = match self.before.state.phase {
            Phase::Seeking { request, purpose: crate::state::Purpose::Matter } => answers == Some(request),
            _ => false,
        };
        let abstains = matches!(self.input.class, Class::FoundLow | Class::Expired | Class::Unsourced);
        if abstains && waiting_for_it && self.before.books.plain_question && !answered && !self.enqueued() {
            faults.push("没有合适的答案却没有转人工");
        }
        for fault in faults {
            self.breach(5, fault);
        }
    }

    /// Line 8.
    fn honest(&mut self) {
        if self.input.class == Class::Start {
            let silent = self.utterances().next().is_none();
            let disclosed = self.utterances().any(|utterance| utterance.text.contains("机器"));
            let lifted = matches!(self.input.event, Event::Started { lane: Lane::Elderly, .. });
            if !disclosed && !silent && !lifted {
                self.breach(8, "开场没有说明自己是机器");
            }
        }
        if self.input.class == Class::Identity
            && self.was(|phase| {
                !matches!(phase, Phase::WithAgent | Phase::Seeking { .. } | Phase::Filing { .. })
            })
            && !self.utterances().any(|utterance| utterance.text.contains("是机器"))
        {
            self.breach(8, "被问是不是机器人时没有说实话");
        }
        let claims = self.utterances().any(|utterance| {
            utterance.kind == UtteranceKind::Queue
                && (utterance.text.contains("马上为您转") || utterance.text.contains("重新为您转接"))
        });
        if claims && !self.enqueued() && !matches!(self.state().phase, Phase::Queued { .. }) {
            self.breach(8, "说了转人工却没有转");
        }
    }

    /// Line 9.
    fn ends(&mut self, books: &Books) {
        if self.input.class == Class::HangUp && !self.was(|phase| *phase == Phase::Ended) {
            let ended = self.after.effects.iter().any(|effect| matches!(effect, Effect::End { .. }));
            if !ended {
                self.breach(9, "挂断后没有结束");
            }
            if self.before.books.unresolved && !self.filed() && !self.was(|phase| *phase == Phase::WithAgent)
            {
                self.breach(9, "挂断后事情没有着落");
            }
        }
        let lost = self
            .after
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::End { outcome: Outcome::NoMatter }));
        if lost && books.unresolved {
            self.breach(9, "事情没有结果就结束了");
        }
        let awaited = match &self.input.event {
            Event::SearchFailed { request } | Event::TicketFailed { request } => {
                match self.before.state.phase {
                    Phase::Seeking { request: waiting, .. } | Phase::Filing { request: waiting } => {
                        waiting == *request
                    }
                    _ => false,
                }
            }
            Event::QueueFailed => matches!(self.before.state.phase, Phase::Queued { .. }),
            Event::SpeechDown => !self.waited_or_spoke() && !self.was(|phase| *phase == Phase::Ended),
            _ => false,
        };
        if self.input.class == Class::Down && awaited && !self.enqueued() && !self.filed() {
            self.breach(9, "部件故障时没有转人工也没有登记");
        }
    }

    /// The checker's own books after the transition.
    fn books(&self, scenario: &Scenario, brain: &Brain) -> Books {
        let mut books = self.before.books.clone();
        books.started = true;
        let idle = self
            .was(|phase| matches!(phase, Phase::Listening | Phase::Asking { .. } | Phase::Clarifying { .. }));
        match self.input.class {
            Class::NotUnderstood | Class::Silence if idle => books.misses = books.misses.saturating_add(1),
            Class::Down
            | Class::Result
            | Class::FoundGood
            | Class::FoundLow
            | Class::Expired
            | Class::Unsourced => {}
            _ => books.misses = 0,
        }
        let new_matter = self.state().passport.matter != self.before.state.passport.matter;
        if new_matter {
            books.questions = 0;
            books.useful = false;
            books.unresolved = true;
            let matter = self.state().passport.matter.as_ref();
            books.plain_question =
                self.input.class == Class::Topic && matter.is_some_and(|matter| matter.kind == Kind::Consult);
        }
        if self.input.class == Class::Facts && !self.was(|phase| *phase == Phase::Ended) {
            books.told.extend(["place".to_owned(), "phone".to_owned()]);
        }
        let asks = self.utterances().filter(|utterance| {
            utterance.kind == UtteranceKind::Ask
                && !needed(utterance, self.state(), brain, scenario)
                && (utterance.asks.is_none() || utterance.asks != self.before.books.last_asked)
        });
        let first_time = asks
            .filter(|_| {
                !matches!(
                    self.input.class,
                    Class::NotUnderstood | Class::Silence | Class::Identity | Class::Reject | Class::Words
                )
            })
            .count();
        if let Some(slot) = self.utterances().filter_map(|utterance| utterance.asks.clone()).last() {
            books.last_asked = Some(slot);
        }
        let useful = self
            .utterances()
            .any(|utterance| matches!(utterance.kind, UtteranceKind::Answer | UtteranceKind::Ticket));
        if useful {
            books.useful = true;
            books.unresolved = false;
        }
        let repeats = matches!(self.before.state.phase, Phase::Asking { .. })
            && self.before.state.phase == self.state().phase
            && first_time > 0;
        if !books.useful && !repeats {
            books.questions = books.questions.saturating_add(first_time as u8).min(3);
        }
        if self.state().phase == Phase::WithAgent
            || self.filed() && self.input.class == Class::HangUp
            || matches!(self.input.event, Event::TicketOpened { .. })
        {
            books.unresolved = false;
        }
        let dropped = self.after.effects.iter().any(
            |effect| matches!(effect, Effect::Say(utterance) if utterance.text == crate::words::DROPPED),
        );
        if dropped {
            // The caller ended the matter: what comes next is another, even in the same words.
            books.questions = 0;
            books.unresolved = false;
        }
        books
    }
}

/// A question whose answer the ticket cannot do without.
fn needed(utterance: &Utterance, state: &Conversation, brain: &Brain, scenario: &Scenario) -> bool {
    let Some(flow) = &state.flow else { return false };
    let scenario = brain.scenarios.get(&flow.scenario).unwrap_or(scenario);
    match scenario.nodes.get(&flow.node).map(|node| &node.body) {
        Some(NodeBody::Ticket(ticket)) => utterance.asks.as_deref().is_some_and(|asked| {
            ticket.needs.iter().any(|need| asked == need || asked.ends_with(&format!(".{need}")))
        }),
        _ => false,
    }
}
