//! Waiting for a person and being with one.

use language::{Act, Heard, Reading};

use super::Turn;
use crate::event::{Effect, UtteranceKind};
use crate::state::{Outcome, Phase};
use crate::words;

impl Turn<'_> {
    pub(super) fn queued(&mut self, position: u32, wait_secs: Option<u32>, staffed: bool) {
        let Phase::Queued { position: before } = self.state.phase else { return };
        self.state.breakdowns = 0;
        self.state.phase = Phase::Queued { position: Some(position) };
        if !staffed && before.is_none() {
            self.say(UtteranceKind::Queue, words::UNSTAFFED);
            self.state.position_told_at = Some(self.now);
            let request = self.request();
            let draft = Box::new(self.unfinished_draft());
            // Filed beside the place in the queue: the phase stays with the queue, the number comes as a message.
            self.effects.push(Effect::OpenTicket { request, draft });
            return;
        }
        let due = self
            .state
            .position_told_at
            .is_none_or(|told| self.now.secs_since(told) >= self.brain.policy.position_every_secs);
        if before != Some(position) && due {
            self.state.position_told_at = Some(self.now);
            self.say(UtteranceKind::Queue, words::position(position, wait_secs));
        }
    }

    pub(super) fn agent_joined(&mut self, name: &str) {
        if self.state.phase == Phase::Ended {
            return;
        }
        self.state.phase = Phase::WithAgent;
        self.state.aside_request = None;
        self.state.open_matter = false;
        self.state.outcome = Some(Outcome::HandedOver);
        self.state.position_told_at = None;
        self.say(UtteranceKind::Queue, format!("{name}已接入，您前面说的都看得到，直接接着说就行。"));
    }

    pub(super) fn agent_left(&mut self, finished: bool) {
        if self.state.phase != Phase::WithAgent {
            return;
        }
        if finished {
            self.note("这次人工服务已经结束。要是方便，请给这次服务打个分。");
            self.end(Outcome::HandedOver);
        } else {
            self.say(UtteranceKind::Queue, words::AGENT_LOST);
            self.state.phase = Phase::Queued { position: None };
            self.state.heard = Heard::Queue;
        }
    }

    /// What is said while waiting is noted for the agent; a question may be answered meanwhile, the place stays.
    pub(super) fn said_waiting(&mut self, reading: &Reading) {
        match reading.act {
            Act::Abandon | Act::Farewell => self.leave_queue(),
            _ if reading.refuses_human => self.leave_queue(),
            Act::AskIdentity => self.note(self.brain.guards.identity()),
            Act::AskRepeat => self.repeat(),
            Act::Statement
                if crate::slots::looks_like_question(&reading.normal)
                    && reading.normal.chars().count() >= 4 =>
            {
                let request = self.request();
                self.state.aside_request = Some(request);
                self.effects.push(Effect::Search {
                    request,
                    query: reading.normal.clone(),
                    domain: None,
                    about: None,
                    except: self.state.shown.clone(),
                });
            }
            Act::Statement => self.say(UtteranceKind::Queue, words::NOTED_WAITING),
            _ => self.say(UtteranceKind::Queue, words::STILL_QUEUED),
        }
    }

    fn leave_queue(&mut self) {
        self.effects.push(Effect::LeaveQueue);
        self.state.aside_request = None;
        self.state.phase = Phase::Listening;
        self.state.heard = Heard::AfterAnswer;
        self.note(words::LEFT_QUEUE);
    }

    pub(super) fn repeat(&mut self) {
        let text = self.state.last_said.clone();
        self.note(if text.is_empty() { words::HELLO.to_owned() } else { text });
    }
}
