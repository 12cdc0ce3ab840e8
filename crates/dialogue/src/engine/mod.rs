//! One event at a time: [`step`].

mod after;
mod flow;
mod form;
mod found;
mod listen;
mod matter;
mod note;
mod start;
mod wait;

use kernel::Micros;
use language::{Heard, Kind, Service};

use crate::brain::Brain;
use crate::event::{Card, Effect, Event, HandOver, Reason, TicketDraft, Utterance, UtteranceKind};
use crate::passport::Matter;
use crate::state::{Channel, Conversation, Lane, Outcome, Phase};
use crate::words;

/// The conversation after an event, and what is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The conversation afterwards.
    pub state: Conversation,
    /// What is to be done, in this order.
    pub effects: Vec<Effect>,
    /// The nodes passed or stopped at, in this order: scenario and node. Shown to who tries a scenario out.
    pub walked: Vec<(String, String)>,
}

/// Applies one event. Pure: the same arguments give the same step.
pub fn step(brain: &Brain, state: Conversation, event: Event, now: Micros) -> Step {
    let mut turn = Turn { brain, now, state, effects: Vec::new(), walked: Vec::new() };
    turn.take(event);
    turn.hear_what_waited();
    Step { state: turn.state, effects: turn.effects, walked: turn.walked }
}

/// One event being applied.
struct Turn<'a> {
    brain: &'a Brain,
    now: Micros,
    state: Conversation,
    effects: Vec<Effect>,
    walked: Vec<(String, String)>,
}

impl Turn<'_> {
    fn take(&mut self, event: Event) {
        if self.brain.guards.part_down(&self.state, &event) {
            return self.part_down(&event);
        }
        match event {
            Event::Started { channel, line, lane, phone, previous } => {
                self.started(channel, line, lane, phone, previous);
            }
            Event::Said { text, speech } => self.said(&text, speech),
            Event::Key { digit } => self.key(digit),
            Event::Silence { .. } => self.silence(),
            Event::HungUp => self.hung_up(),
            Event::Found { request, candidates } => self.found(request, candidates),
            Event::Fetched { request, card } => self.fetched(request, card),
            Event::Queued { position, wait_secs, staffed } => self.queued(position, wait_secs, staffed),
            Event::AgentJoined { name } => self.agent_joined(&name),
            Event::AgentLeft { finished } => self.agent_left(finished),
            Event::TicketOpened { request, number, due } => self.ticket_opened(request, &number, &due),
            Event::TicketProgress { request, text } => self.ticket_progress(request, text),
            Event::SpeechDown
            | Event::QueueFailed
            | Event::SearchFailed { .. }
            | Event::TicketFailed { .. } => {}
        }
    }

    /// Words that came while a search was under way are heard once it is over. They were said before any question that
    /// the search led to, so they are kept, but never taken for the answer to it.
    fn hear_what_waited(&mut self) {
        loop {
            match self.state.phase {
                Phase::Seeking { .. } | Phase::Filing { .. } => return,
                Phase::Listening if !self.state.unheard.is_empty() => {
                    let text = self.state.unheard.remove(0);
                    self.said(&text, None);
                }
                _ => return self.keep_unheard(),
            }
        }
    }

    fn request(&mut self) -> u32 {
        let request = self.state.next_request;
        self.state.next_request = request.wrapping_add(1).max(1);
        request
    }

    fn utter(&mut self, utterance: Utterance) {
        utterance.text.clone_into(&mut self.state.last_said);
        self.effects.push(Effect::Say(utterance));
    }

    fn say(&mut self, kind: UtteranceKind, text: impl Into<String>) {
        self.utter(Utterance::new(kind, text));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.say(UtteranceKind::Note, text);
    }

    /// Offers a person; the next "好的" is then a wish for one.
    fn offer(&mut self, text: &str) {
        let mut utterance = Utterance::new(UtteranceKind::Note, text);
        utterance.offers_person = true;
        self.utter(utterance);
        self.state.heard = Heard::Offered;
    }

    fn domain(&self) -> Option<String> {
        self.state.passport.matter.as_ref().and_then(|matter| matter.domain.clone())
    }

    /// Puts the contact into the human queue in this very turn, with everything said.
    fn hand_over(&mut self, reason: Reason) {
        self.hand_over_to(reason, Vec::new());
    }

    fn hand_over_to(&mut self, reason: Reason, mut skills: Vec<String>) {
        let voice_without_prompt = reason == Reason::Elderly && self.state.channel == Channel::Voice;
        if !voice_without_prompt {
            self.say(UtteranceKind::Queue, words::hand_over(reason));
        }
        if skills.is_empty() {
            let skill = self.domain().and_then(|domain| self.brain.skill_of_domain.get(&domain).cloned());
            skills.extend(skill);
        }
        if reason == Reason::Danger {
            self.state.lane = Lane::Emergency;
        }
        self.state.flow = None;
        self.state.parked = None;
        self.state.failures = 0;
        self.state.aside = None;
        self.state.fresh_ticket = None;
        self.state.phase = Phase::Queued { position: None };
        self.state.heard = Heard::Queue;
        self.keep_unheard();
        self.effects.push(Effect::Enqueue(HandOver {
            reason,
            lane: self.state.lane,
            skills,
            line: self.state.line.clone(),
            passport: self.brain.guards.passport(&self.state),
        }));
    }

    /// Words that waited for a search are for the agent now: kept, and not acted upon behind the caller's last wish.
    fn keep_unheard(&mut self) {
        for words in std::mem::take(&mut self.state.unheard) {
            let normal = words.clone();
            self.state.passport.earlier.push(Matter { words, normal, kind: Kind::Other, domain: None });
        }
    }

    /// Tells whom to call, then brings a person in with top priority.
    fn danger(&mut self, service: Service) {
        self.say(UtteranceKind::Advice, words::advice(service));
        self.effects.push(Effect::Advise { service });
        let name = serde_json::to_value(service).ok().and_then(|name| name.as_str().map(str::to_owned));
        if let Some(name) = name
            && !self.state.passport.advised.contains(&name)
        {
            self.state.passport.advised.push(name);
        }
        self.hand_over(Reason::Danger);
    }

    /// Counts a failure to understand; the second in a row hands over.
    fn failed(&mut self, words: &str) {
        self.state.failures = self.state.failures.saturating_add(1);
        if self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures) {
            return self.hand_over(Reason::NotUnderstood);
        }
        self.state.heard = Heard::AfterFail;
        self.note(words);
    }

    /// Gives an answer, if it may be given today.
    fn answer(&mut self, card: &Card) -> bool {
        let Some(card) = self.brain.guards.servable(card.clone(), self.now) else { return false };
        self.state.useful = self.state.useful.saturating_add(1);
        self.state.failures = 0;
        self.state.breakdowns = 0;
        self.state.open_matter = false;
        if self.state.outcome != Some(Outcome::Ticket) {
            self.state.outcome = Some(Outcome::Answered);
        }
        if let Some(matter) = &mut self.state.passport.matter
            && matter.domain.is_none()
        {
            matter.domain = Some(card.domain.clone());
        }
        self.state.passport.tried.push(card.title.clone());
        self.state.shown.push(card.entry_id.clone());
        self.state.about = Some(card.entry_id.clone());
        // What a scenario says beside the ticket it has filed leaves that ticket open to details.
        if self.state.flow.as_ref().is_none_or(|flow| flow.ticket.is_none()) {
            self.state.fresh_ticket = None;
        }
        self.state.heard = Heard::AfterAnswer;
        self.utter(Utterance {
            citations: card.citations,
            ..Utterance::new(UtteranceKind::Answer, card.text)
        });
        true
    }

    fn part_down(&mut self, event: &Event) {
        self.state.breakdowns = self.state.breakdowns.saturating_add(1);
        self.state.aside_request = None;
        self.state.open_matter |= self.state.passport.matter.is_some();
        if self.state.breakdowns > 2 {
            // Neither queue nor ticket can be had: a durable promise is what remains, written with this very turn.
            self.say(
                UtteranceKind::Queue,
                "系统出了故障，您的事已经记下，恢复后会有人联系您。着急的话请稍后再来，前面说过的都在。",
            );
            self.effects.push(Effect::PromiseCallback { passport: self.brain.guards.passport(&self.state) });
            self.state.phase = Phase::Queued { position: None };
            self.state.heard = Heard::Queue;
        } else if matches!(event, Event::QueueFailed) {
            self.note("人工那边暂时接不进去，我先把您的事登记成工单，会有人回复您。");
            self.file(self.unfinished_draft());
        } else {
            self.hand_over(Reason::PartDown);
        }
    }

    fn file(&mut self, draft: TicketDraft) {
        let request = self.request();
        self.state.phase = Phase::Filing { request };
        self.effects.push(Effect::OpenTicket { request, draft: Box::new(draft) });
    }

    /// A ticket for what would otherwise be lost.
    fn unfinished_draft(&self) -> TicketDraft {
        let passport = self.brain.guards.passport(&self.state);
        let matter = self.state.passport.matter.as_ref();
        let kind = matter.map_or(Kind::Consult, |matter| {
            if matter.kind == Kind::Other { Kind::Consult } else { matter.kind }
        });
        let title = matter.map_or_else(|| "来电未说完，请回电".to_owned(), |matter| title_of(&matter.words));
        TicketDraft {
            kind,
            category: "未办结来电".to_owned(),
            domain: self.domain().unwrap_or_else(|| "其他".to_owned()),
            title,
            urgent: self.state.lane == Lane::Emergency,
            callback: true,
            passport,
        }
    }

    fn ticket_opened(&mut self, request: u32, number: &str, due: &str) {
        if !self.state.passport.tickets.iter().any(|known| known == number) {
            self.state.passport.tickets.push(number.to_owned());
        }
        if self.state.phase != (Phase::Filing { request }) {
            return;
        }
        self.state.open_matter = false;
        self.state.breakdowns = 0;
        self.state.failures = 0;
        self.state.useful = self.state.useful.saturating_add(1);
        self.state.outcome = Some(Outcome::Ticket);
        let text = format!("登记好了，工单号{number}，{due}前给您答复。凭这个号码随时可以来查进度。");
        self.say(UtteranceKind::Ticket, text);
        self.state.heard = Heard::AfterAnswer;
        self.state.phase = Phase::Listening;
        self.state.about = None;
        self.state.fresh_ticket = Some(number.to_owned());
        if let Some(flow) = &mut self.state.flow {
            flow.ticket = Some(number.to_owned());
            self.leave_node();
        }
    }

    fn ticket_progress(&mut self, request: u32, text: Option<String>) {
        let Phase::Seeking { request: waiting, .. } = self.state.phase else { return };
        if waiting != request {
            return;
        }
        self.state.phase = Phase::Listening;
        match text {
            Some(text) => {
                self.say(UtteranceKind::Ticket, text);
                self.state.open_matter = false;
                self.state.failures = 0;
                self.state.useful = self.state.useful.saturating_add(1);
                self.state.outcome = Some(Outcome::Answered);
                self.state.heard = Heard::AfterAnswer;
            }
            None => self.offer(words::NO_SUCH_TICKET),
        }
    }
}

/// A title for lists: the caller's first words, cut.
fn title_of(words: &str) -> String {
    const LONGEST: usize = 28;
    let mut title: String = words.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if words.chars().count() > LONGEST {
        title.push('…');
    }
    title
}
