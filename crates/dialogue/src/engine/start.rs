//! The beginning and the end of a contact.

use kernel::LineId;
use language::{Heard, Kind, Urgency};

use super::Turn;
use crate::event::{Effect, Previous, Reason, UtteranceKind};
use crate::passport::{Fact, Speaker, label_of};
use crate::state::{Channel, Lane, Outcome, Phase};
use crate::words;

/// A former contact is taken up again within this time.
const RECENT_SECS: i64 = 24 * 3600;

impl Turn<'_> {
    pub(super) fn started(
        &mut self,
        channel: Channel,
        line: LineId,
        lane: Lane,
        phone: Option<String>,
        previous: Option<Box<Previous>>,
    ) {
        self.state.channel = channel;
        self.state.lane = lane;
        self.state.passport.lines.push(line.to_string());
        self.state.line = line;
        let previous = previous.filter(|previous| self.now.secs_since(previous.at) <= RECENT_SECS);
        let was_waiting = previous.as_ref().is_some_and(|previous| previous.was_waiting);
        let mut resumed = false;
        if let Some(previous) = previous {
            resumed = !previous.passport.facts.is_empty() || previous.passport.matter.is_some();
            self.resume(*previous);
        }
        if let Some(phone) = phone {
            self.state.passport.note(Fact {
                slot: "phone".to_owned(),
                label: label_of("phone").to_owned(),
                words: phone.clone(),
                value: phone,
                by: Speaker::Channel,
                at: self.now,
            });
        }
        let first =
            self.brain.guards.person_first(&self.brain.boundary, None, Kind::Other, Urgency::Normal, lane);
        if lane == Lane::Elderly && first.is_some() {
            return self.hand_over(Reason::Elderly);
        }
        let line = self
            .brain
            .lines
            .get(self.state.line.as_str())
            .map_or("您好，请直接说您的问题。", |line| &line.greeting);
        let greeting = self.brain.guards.greeting(line);
        self.say(UtteranceKind::Greeting, greeting);
        if was_waiting {
            return self.hand_over(Reason::Returned);
        }
        if resumed {
            self.note("您之前说过的情况都在，不用重复，接着说就行。");
        }
        self.state.heard = Heard::Opening;
        if lane == Lane::Dialect && first.is_some() {
            self.hand_over(Reason::Dialect);
        }
    }

    /// What an earlier contact knew is known here too (charter line 4).
    fn resume(&mut self, previous: Previous) {
        let lines = std::mem::take(&mut self.state.passport.lines);
        let mut passport = previous.passport;
        passport.lines.extend(lines);
        passport.tried.clear();
        passport.asked.clear();
        if !previous.was_waiting
            && previous.outcome.is_some()
            && let Some(matter) = passport.matter.take()
        {
            passport.earlier.push(matter);
        }
        self.state.passport = passport;
    }

    pub(super) fn hung_up(&mut self) {
        let outcome = match self.state.phase {
            Phase::Ended => return,
            Phase::WithAgent => Outcome::HandedOver,
            _ if !self.brain.guards.leaves_unfinished(&self.state) => {
                self.state.outcome.unwrap_or(Outcome::NoMatter)
            }
            Phase::Queued { .. } => {
                let passport = self.brain.guards.passport(&self.state);
                self.effects.push(Effect::PromiseCallback { passport });
                Outcome::Callback
            }
            _ => {
                self.file(self.unfinished_draft());
                Outcome::Ticket
            }
        };
        self.end(outcome);
    }

    pub(super) fn end(&mut self, outcome: Outcome) {
        self.state.phase = Phase::Ended;
        self.state.flow = None;
        self.state.parked = None;
        self.state.aside_request = None;
        self.keep_unheard();
        self.state.outcome = Some(outcome);
        self.effects.push(Effect::End { outcome });
    }

    /// The caller says goodbye.
    pub(super) fn farewell(&mut self) {
        if self.brain.guards.leaves_unfinished(&self.state) {
            self.note("好的，刚才的事还没有结果，我记成一张工单，会有人答复您。");
            return self.file(self.unfinished_draft());
        }
        let outcome = self.state.outcome.unwrap_or(Outcome::NoMatter);
        self.note(if outcome == Outcome::NoMatter { words::GOODBYE_NOTHING } else { words::GOODBYE });
        self.end(outcome);
    }
}
