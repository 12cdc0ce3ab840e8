//! Scenarios: from node to node until something must come from outside.

use language::{Heard, Reading};

use super::{Turn, title_of};
use crate::event::{Card, Effect, Reason, TicketDraft, Utterance, UtteranceKind};
use crate::passport::{Fact, Speaker, label_of};
use crate::scenario::{NodeBody, Scenario, Slot, SlotType, TicketNode, common_slot};
use crate::slots;
use crate::state::{Flow, Lane, Phase, Purpose};
use crate::words;

/// A matter told in at least this many characters is detail enough for a ticket.
const ENOUGH_DETAIL: usize = 6;

impl<'a> Turn<'a> {
    fn scenario(&self) -> Option<&'a Scenario> {
        self.state.flow.as_ref().and_then(|flow| self.brain.scenarios.get(&flow.scenario))
    }

    /// The question that waits for an answer.
    pub(super) fn asked_slot(&self) -> Option<(String, Slot)> {
        let node = {
            let flow = self.state.flow.as_ref()?;
            self.scenario()?.node(&flow.node)?
        };
        let name = match &node.body {
            NodeBody::Ask(slot) => slot.clone(),
            NodeBody::Ticket(ticket) => ticket.needs.iter().find(|need| self.value(need).is_none())?.clone(),
            _ => return None,
        };
        let slot = self.slot(&name)?;
        Some((name, slot))
    }

    /// The question that waits is the scenario's own, not one that a ticket needs.
    pub(super) fn asks_in_passing(&self) -> bool {
        let Some(flow) = &self.state.flow else { return false };
        let node = self.scenario().and_then(|scenario| scenario.node(&flow.node));
        node.is_some_and(|node| matches!(node.body, NodeBody::Ask(_)))
    }

    fn slot(&self, name: &str) -> Option<Slot> {
        self.scenario().and_then(|scenario| scenario.slots.get(name).cloned()).or_else(|| common_slot(name))
    }

    /// The passport's name for a slot: its own for common slots, with the scenario's for others.
    fn fact_name(&self, slot: &str) -> String {
        match (&self.state.flow, common_slot(slot)) {
            (Some(flow), None) => format!("{}.{slot}", flow.scenario),
            _ => slot.to_owned(),
        }
    }

    fn value(&self, slot: &str) -> Option<String> {
        self.state.passport.value(&self.fact_name(slot)).map(str::to_owned)
    }

    pub(super) fn start_flow(&mut self, id: &str) {
        let Some(scenario) = self.brain.scenarios.get(id) else { return self.hand_over(Reason::NoAnswer) };
        let flow = Flow { scenario: id.to_owned(), node: scenario.start.clone(), ..Flow::default() };
        self.state.flow = Some(flow);
        if let Some(matter) = &mut self.state.passport.matter
            && matter.domain.is_none()
            && scenario.domain != "其他"
        {
            matter.domain = Some(scenario.domain.clone());
        }
        if let Some(matter) = self.state.passport.matter.clone() {
            let reading = self.brain.reader.read(&matter.words, &Heard::Opening);
            self.take_volunteered(&reading);
            if matter.words.chars().count() >= ENOUGH_DETAIL && self.state.passport.value("detail").is_none()
            {
                self.note_fact("detail", &matter.words, &matter.words);
            }
        }
        self.advance();
    }

    fn note_fact(&mut self, slot: &str, value: &str, words: &str) {
        let name = self.fact_name(slot);
        let label = match (common_slot(slot), self.slot(slot)) {
            (None, Some(own)) => own.ask.trim_end_matches(['？', '?', '。']).to_owned(),
            _ => label_of(slot).to_owned(),
        };
        let shown =
            self.slot(slot).and_then(|own| own.options.get(value).and_then(|words| words.first().cloned()));
        let words = shown.unwrap_or_else(|| words.to_owned());
        self.state.passport.note(Fact {
            slot: name,
            label,
            value: value.to_owned(),
            words,
            by: Speaker::Citizen,
            at: self.now,
        });
    }

    /// Asked where, the caller told what: that is not lost.
    pub(super) fn keep_detail(&mut self, words: &str) {
        if !self.asked_slot().is_some_and(|(_, slot)| slot.slot_type == SlotType::Place) {
            return;
        }
        let detail = match self.state.passport.value("detail") {
            Some(known) if known.contains(words) => return,
            Some(known) => format!("{known}；{words}"),
            None => words.to_owned(),
        };
        self.note_fact("detail", &detail, words);
    }

    /// Fills every open slot of the flow that the words name: several facts in one sentence fill several slots.
    pub(super) fn take_volunteered(&mut self, reading: &Reading) -> bool {
        let Some(scenario) = self.scenario() else { return false };
        let mut taken_any = false;
        for (name, slot) in &scenario.slots {
            if self.value(name).is_none()
                && let Some(taken) = slots::volunteered(name, slot, reading)
            {
                self.note_fact(name, &taken.value, &taken.words);
                taken_any = true;
            }
        }
        taken_any
    }

    /// Goes on from the present node until something must come from outside.
    pub(super) fn advance(&mut self) {
        loop {
            let Some(scenario) = self.scenario() else { return self.hand_over(Reason::Scenario) };
            let Some(flow) = &mut self.state.flow else { return };
            flow.steps = flow.steps.saturating_add(1);
            if self.brain.guards.stuck(flow.steps) {
                return self.hand_over(Reason::Scenario);
            }
            let at = flow.node.clone();
            self.walked.push((flow.scenario.clone(), at.clone()));
            let told = flow.told.contains(&at);
            let Some(node) = scenario.node(&at) else { return self.hand_over(Reason::Scenario) };
            match &node.body {
                NodeBody::Say(words) => {
                    if !told {
                        self.tell(&at, words);
                    }
                }
                NodeBody::Answer(_) if told => {}
                NodeBody::Answer(reference) => {
                    let request = self.request();
                    self.state.phase = Phase::Seeking { request, purpose: Purpose::FlowAnswer };
                    let (entry, clause) = (reference.entry.clone(), reference.clause.clone());
                    self.effects.push(Effect::Fetch { request, entry, clause });
                    return;
                }
                NodeBody::Knowledge => return self.search_in_flow(),
                NodeBody::Ask(slot) => {
                    if self.brain.guards.known(&self.state.passport, &self.fact_name(slot)).is_none() {
                        return self.ask(slot, false);
                    }
                }
                NodeBody::Branch { cases, otherwise } => {
                    let holds = cases.iter().find(|case| {
                        case.when.iter().all(|(slot, test)| test.holds(self.value(slot).as_deref()))
                    });
                    let to = holds.map_or(otherwise, |case| &case.to).clone();
                    if let Some(flow) = &mut self.state.flow {
                        flow.node = to;
                    }
                    continue;
                }
                NodeBody::Ticket(ticket) => return self.ticket(scenario, ticket),
                NodeBody::HandOver(hand_over) => {
                    return self.hand_over_to(Reason::Scenario, hand_over.skills.clone());
                }
                NodeBody::End(words) => return self.end_flow(words),
            }
            match (&node.next, &mut self.state.flow) {
                (Some(next), Some(flow)) => flow.node.clone_from(next),
                _ => return self.hand_over(Reason::Scenario),
            }
        }
    }

    /// Moves past the node that just came back from outside.
    pub(super) fn leave_node(&mut self) {
        let next = {
            let flow = self.state.flow.as_ref();
            flow.and_then(|flow| self.scenario()?.node(&flow.node)?.next.clone())
        };
        match (next, &mut self.state.flow) {
            (Some(next), Some(flow)) => {
                let left = std::mem::replace(&mut flow.node, next);
                flow.told.insert(left);
                self.advance();
            }
            (None, Some(_)) => self.end_flow(""),
            (_, None) => {}
        }
    }

    fn tell(&mut self, node: &str, words: &str) {
        if let Some(flow) = &mut self.state.flow {
            flow.told.insert(node.to_owned());
        }
        self.note(words);
    }

    fn search_in_flow(&mut self) {
        let request = self.request();
        let matter = self.state.passport.matter.clone();
        self.state.phase = Phase::Seeking { request, purpose: Purpose::FlowSearch };
        self.effects.push(Effect::Search {
            request,
            query: matter.as_ref().map(|matter| matter.normal.clone()).unwrap_or_default(),
            domain: matter.and_then(|matter| matter.domain),
            about: None,
            except: self.state.shown.clone(),
        });
    }

    fn ask(&mut self, name: &str, for_ticket: bool) {
        let Some(slot) = self.slot(name) else { return self.hand_over(Reason::Scenario) };
        if !self.brain.guards.may_ask(&self.state, for_ticket) {
            return self.hand_over(Reason::Scenario);
        }
        if !for_ticket {
            self.state.questions = self.state.questions.saturating_add(1);
        }
        self.put(name, &slot, slot.ask.clone());
    }

    /// Puts a question, with ready replies where there are some.
    fn put(&mut self, name: &str, slot: &Slot, text: String) {
        self.state.phase = Phase::Asking { slot: name.to_owned() };
        self.state.heard = Heard::Form(text.clone());
        let fact = self.fact_name(name);
        if !self.state.passport.asked.contains(&fact) {
            self.state.passport.asked.push(fact.clone());
        }
        let options = match slot.slot_type {
            SlotType::YesNo => vec!["是".to_owned(), "不是".to_owned()],
            _ => slot.options.values().filter_map(|words| words.first().cloned()).collect(),
        };
        self.utter(Utterance { options, asks: Some(fact), ..Utterance::new(UtteranceKind::Ask, text) });
    }

    /// The answer could not be read: once more in other words, then a person.
    pub(super) fn not_an_answer(&mut self) {
        self.state.failures = self.state.failures.saturating_add(1);
        let Some((name, slot)) = self.asked_slot() else { return self.hand_over(Reason::NotUnderstood) };
        if self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures) {
            return self.hand_over(Reason::NotUnderstood);
        }
        if let Some(flow) = &mut self.state.flow {
            flow.reasked = true;
        }
        let text = slot.reask.clone().unwrap_or_else(|| format!("{}{}", words::REASK, slot.ask));
        self.put(&name, &slot, text);
    }

    /// Puts the present question again in the same words, without counting a failure.
    pub(super) fn put_again(&mut self) {
        match self.asked_slot() {
            Some((name, slot)) => {
                let text = slot.ask.clone();
                self.put(&name, &slot, text);
            }
            None => self.repeat(),
        }
    }

    /// Takes words as they are for the question that waits.
    pub(super) fn fill_with(&mut self, words: &str) {
        if let Some((name, _)) = self.asked_slot() {
            self.note_fact(&name, words, words);
        }
        self.filled();
    }

    /// Fills the asked slot and any other that the words name; tells whether the asked one was filled.
    pub(super) fn fill(&mut self, reading: &Reading) -> bool {
        let Some((name, slot)) = self.asked_slot() else { return false };
        let again = self.state.flow.as_ref().is_some_and(|flow| flow.reasked);
        let Some(taken) = slots::answer(&name, &slot, reading, again) else { return false };
        self.note_fact(&name, &taken.value, &taken.words);
        self.take_volunteered(reading);
        true
    }

    pub(super) fn filled(&mut self) {
        self.state.failures = 0;
        if let Some(flow) = &mut self.state.flow {
            flow.steps = 0;
            flow.reasked = false;
        }
        self.state.phase = Phase::Listening;
        self.advance();
    }

    /// A correction of something already told to this flow: the new value counts, and the flow is walked again from its
    /// start without repeating what was said.
    pub(super) fn correct(&mut self, reading: &Reading) -> bool {
        let Some(scenario) = self.scenario() else { return false };
        let mut corrected = false;
        let common = ["place", "phone", "name", "time", "amount"];
        let own = scenario.slots.iter().map(|(name, slot)| (name.clone(), slot.clone()));
        let shared =
            common.iter().filter_map(|name| common_slot(name).map(|slot| ((*name).to_owned(), slot)));
        for (name, slot) in own.chain(shared) {
            if let Some(before) = self.value(&name)
                && let Some(taken) = slots::volunteered(&name, &slot, reading)
                && taken.value != before
            {
                self.note_fact(&name, &taken.value, &taken.words);
                corrected = true;
            }
        }
        if corrected {
            if let Some(flow) = &mut self.state.flow {
                flow.node.clone_from(&scenario.start);
            }
            self.note("好的，已改过来。");
            self.filled();
        }
        corrected
    }

    fn ticket(&mut self, scenario: &Scenario, ticket: &TicketNode) {
        if let Some(need) = ticket
            .needs
            .iter()
            .find(|need| self.brain.guards.known(&self.state.passport, &self.fact_name(need)).is_none())
        {
            let marker = format!("{}!", self.state.flow.as_ref().map_or("", |flow| flow.node.as_str()));
            let announced = self.state.flow.as_ref().is_some_and(|flow| flow.told.contains(&marker));
            if !announced {
                self.tell(&marker, words::WILL_FILE);
            }
            return self.ask(need, true);
        }
        let matter = self.state.passport.matter.as_ref();
        let draft = TicketDraft {
            kind: ticket.kind,
            category: ticket.category.clone(),
            domain: ticket
                .unit
                .clone()
                .or_else(|| (scenario.domain != "其他").then(|| scenario.domain.clone()))
                .or_else(|| self.domain())
                .unwrap_or_else(|| "其他".to_owned()),
            title: matter.map_or_else(|| ticket.category.clone(), |matter| title_of(&matter.words)),
            urgent: ticket.urgent || self.state.lane == Lane::Emergency,
            callback: false,
            passport: self.brain.guards.passport(&self.state),
        };
        self.file(draft);
    }

    fn end_flow(&mut self, words: &str) {
        self.state.flow = None;
        self.state.phase = Phase::Listening;
        self.state.heard = Heard::AfterAnswer;
        if self.state.useful == 0 {
            // The flow came to its end and the caller has nothing in hand: a person, not a goodbye.
            return self.hand_over(Reason::NoAnswer);
        }
        if !self.back_to_parked() && !words.is_empty() {
            self.note(words);
        }
    }

    /// Takes up the scenario that another topic interrupted. Tells whether there was one.
    pub(super) fn back_to_parked(&mut self) -> bool {
        let Some(parked) = self.state.parked.take() else { return false };
        self.state.flow = Some(Flow { steps: 0, ..parked });
        self.note(words::BACK_TO);
        self.advance();
        true
    }

    /// An entry asked for by name came back.
    pub(super) fn fetched(&mut self, request: u32, card: Option<Card>) {
        let Phase::Seeking { request: waiting, .. } = self.state.phase else { return };
        if waiting != request {
            return;
        }
        self.state.phase = Phase::Listening;
        match card {
            Some(card) if self.answer(&card) => self.leave_node(),
            _ => self.hand_over(Reason::NoAnswer),
        }
    }
}
