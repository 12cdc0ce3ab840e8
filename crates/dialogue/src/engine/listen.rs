//! The caller's words. The order of what is looked for is the charter's: a wish for a person, danger, what a person
//! takes first; only then the form, the matter, the search.

use language::{Act, Doing, Heard, Kind, Reading};

use super::Turn;
use super::after::names_kind;
use crate::boundary::Treat;
use crate::event::{Effect, Reason, SpeechFeatures, UtteranceKind};
use crate::slots::asks_something;
use crate::state::{Lane, Phase};
use crate::words;

/// A kind of request interrupts a form at or above this confidence.
const SURE_OF_KIND: f32 = 0.75;
/// A demand in the form of a question goes to a person at or above this confidence.
const SURE_OF_DEMAND: f32 = 0.8;
/// Distress at or above this goes to a person.
const DISTRESSED: u8 = 2;

impl Turn<'_> {
    pub(super) fn key(&mut self, digit: char) {
        if matches!(self.state.phase, Phase::WithAgent) {
            return;
        }
        if self.brain.guards.key_wishes_person(digit) {
            return self.wish();
        }
        match self.state.phase {
            Phase::Clarifying { .. } | Phase::Asking { .. } => self.said(&digit.to_string(), None),
            Phase::Queued { .. } => {}
            _ => self.failed(words::NOT_UNDERSTOOD),
        }
    }

    fn wish(&mut self) {
        if matches!(self.state.phase, Phase::Queued { .. }) {
            self.say(UtteranceKind::Queue, words::STILL_QUEUED);
        } else {
            self.hand_over(Reason::Wish);
        }
    }

    pub(super) fn silence(&mut self) {
        if matches!(
            self.state.phase,
            Phase::Queued { .. }
                | Phase::WithAgent
                | Phase::Ended
                | Phase::Filing { .. }
                | Phase::Seeking { .. }
        ) {
            return;
        }
        // Silence after an answer that did not help is a wish nobody says aloud.
        let after_a_bad_answer =
            matches!(self.state.heard, Heard::Offered | Heard::AfterFail) && self.state.failures > 0;
        self.state.failures = self.state.failures.saturating_add(1);
        if after_a_bad_answer || self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures)
        {
            return self.hand_over(Reason::Silence);
        }
        if matches!(self.state.phase, Phase::Asking { .. }) {
            self.put_again();
        } else {
            self.note(words::SILENCE);
        }
    }

    pub(super) fn said(&mut self, text: &str, speech: Option<SpeechFeatures>) {
        if self.state.phase == Phase::Ended {
            self.state.phase = Phase::Listening;
            self.state.heard = Heard::Opening;
        }
        let reading = self.brain.reader.read(text, &self.state.heard);
        if self.state.phase == Phase::WithAgent {
            let danger = self.brain.guards.danger(&reading);
            if let Some(service) = danger {
                self.say(UtteranceKind::Advice, words::advice(service));
                self.effects.push(Effect::Advise { service });
            }
            self.effects.push(Effect::ToAgent { text: text.to_owned(), danger });
            return self.note_facts(&reading);
        }
        self.note_facts(&reading);
        // Danger is told first, and hands over in this same turn: a wish for a person beside it is met as well.
        if let Some(service) = self.brain.guards.danger(&reading) {
            self.remember(&reading);
            return self.danger(service);
        }
        if self.brain.guards.wishes_person(&reading) {
            self.remember_beside_wish(&reading);
            return self.wish();
        }
        if matches!(self.state.phase, Phase::Queued { .. }) {
            return self.said_waiting(&reading);
        }
        if matches!(self.state.phase, Phase::Seeking { .. } | Phase::Filing { .. }) {
            return self.state.unheard.push(text.to_owned());
        }
        if self.closes(&reading) {
            self.state.failures = 0;
            self.state.open_matter = false;
            return self.note(words::WELCOME);
        }
        if self.belongs_to_ticket(&reading) {
            return self.add_to_ticket(&reading);
        }
        let reading = self.in_context(reading);
        if self.person_takes(&reading, speech) {
            return;
        }
        let unreliable = speech.is_some_and(|speech| speech.confidence < self.brain.policy.speech_at);
        if unreliable {
            return if matches!(self.state.phase, Phase::Asking { .. }) {
                self.not_an_answer();
            } else {
                self.failed(words::NOT_UNDERSTOOD);
            };
        }
        match std::mem::take(&mut self.state.phase) {
            Phase::Asking { slot } => {
                self.state.phase = Phase::Asking { slot };
                self.said_in_form(&reading);
            }
            Phase::Clarifying { choices } => self.picked(&reading, choices),
            _ => self.said_freely(&reading),
        }
    }

    /// What a person takes first: dialect, anger, complaints, reports, urgent matters (charter line 3).
    fn person_takes(&mut self, reading: &Reading, speech: Option<SpeechFeatures>) -> bool {
        if reading.dialect || speech.is_some_and(|speech| speech.dialect) {
            self.state.passport.dialect = true;
            if self.state.lane == Lane::Normal {
                self.state.lane = Lane::Dialect;
            }
        }
        self.state.passport.mood = self.state.passport.mood.max(reading.distress);
        let domain = reading.domain.as_ref().map(|domain| domain.name.as_str());
        let told = reading.act == Act::Statement || reading.distress >= DISTRESSED;
        let guards = self.brain.guards;
        let Some((treat, _why)) =
            guards.person_first(&self.brain.boundary, domain, reading.kind, reading.urgency, self.state.lane)
        else {
            if reading.distress >= DISTRESSED {
                self.remember(reading);
                self.hand_over(Reason::Distress);
                return true;
            }
            return false;
        };
        // In the middle of a form, only clear words turn the answer into a matter of its own.
        let in_form = matches!(self.state.phase, Phase::Asking { .. });
        let own_kind = self.flow_kind() == Some(reading.kind);
        let clear = reading.kind_confidence >= SURE_OF_KIND
            || treat == Treat::HumanOnly
            || reading.distress >= DISTRESSED;
        // A question about one's rights is answered where an answer is found, and goes to a person where none is.
        let asks = treat == Treat::HumanFirst
            && reading.distress < DISTRESSED
            && asks_something(&reading.normal)
            && !demands(&reading.normal)
            && !reading.does(Doing::Demand, SURE_OF_DEMAND)
            && !names_kind(&reading.normal);
        // What is told beside an answer belongs to what was asked, unless it says that it is a complaint.
        let goes_on = in_form || self.goes_on() || matches!(self.state.phase, Phase::Clarifying { .. });
        let beside = goes_on
            && treat == Treat::HumanFirst
            && reading.distress < DISTRESSED
            && !names_kind(&reading.normal);
        // A few words are taken for a complaint only where that is clear: 养老院的事 is none.
        const FEW: usize = 8;
        let vague = treat == Treat::HumanFirst && !clear && reading.normal.chars().count() < FEW;
        // 路灯坏了没人修: where something is to be put right at a place, what fits is looked for before a person takes it.
        let mends = treat == Treat::HumanFirst
            && reading.kind == Kind::Complaint
            && !clear
            && !names_kind(&reading.normal)
            && domain.is_some_and(|domain| self.brain.on_site.contains(domain));
        if !told || asks || beside || vague || mends || (in_form && (!clear || own_kind)) {
            return false;
        }
        self.remember(reading);
        self.hand_over(match self.state.lane {
            Lane::Dialect => Reason::Dialect,
            Lane::Elderly => Reason::Elderly,
            _ if reading.distress >= DISTRESSED => Reason::Distress,
            _ => Reason::Boundary,
        });
        true
    }

    fn flow_kind(&self) -> Option<Kind> {
        let flow = self.state.flow.as_ref()?;
        self.brain.scenarios.get(&flow.scenario).map(|scenario| scenario.kind)
    }
}

/// Words that demand something of us rather than ask about a rule: 你们管不管.
fn demands(words: &str) -> bool {
    ["管不管", "管管", "管一管", "做主", "给个说法", "要个说法", "讨个说法", "帮我要", "帮我讨", "找谁要"]
        .iter()
        .any(|word| words.contains(word))
}
