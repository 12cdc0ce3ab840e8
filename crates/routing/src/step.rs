//! The moves: `step(state, command, now) -> effects`, or a refusal that leaves the state as it was.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};

use crate::change::{Departure, Ended};
use crate::command::{Alarm, Arrival, Command, Effect, Withdrawal};
use crate::model::{
    Agent, AgentState, Avoid, BreakReason, Item, Lane, Phase, Presence, Told, Wanted, WrapUp,
};
use crate::refusal::Refusal;
use crate::state::State;
use crate::tuning::LOWEST_PRIORITY;

/// One step of routing.
///
/// # Errors
/// [`Refusal`] when the command does not fit the state; the state is unchanged then.
pub fn step(state: &mut State, command: Command, now: Micros) -> Result<Vec<Effect>, Refusal> {
    let mut work = Work { state, now, effects: Vec::new(), before: BTreeMap::new() };
    work.perform(command)?;
    Ok(work.finished())
}

/// A step under way.
pub(crate) struct Work<'s> {
    pub(crate) state: &'s mut State,
    pub(crate) now: Micros,
    pub(crate) effects: Vec<Effect>,
    /// What touched agents were doing when the step began.
    before: BTreeMap<StaffId, AgentState>,
}

impl Work<'_> {
    /// Every arm refuses before it changes anything.
    fn perform(&mut self, command: Command) -> Result<(), Refusal> {
        let mut tell = None;
        match command {
            Command::Enqueue(arrival) => {
                tell = Some(arrival.contact.clone());
                self.enqueue(arrival);
            }
            Command::Abandon { contact } => self.abandon(&contact),
            Command::KeepPlace { contact } => self.keep_place(&contact)?,
            Command::Resume { contact } => {
                self.known(&contact)?;
                self.edit_item(&contact, |item| item.call_back = false);
                tell = Some(contact);
            }
            Command::Profile { agent, skills, voice, chat_capacity } => {
                self.profile(&agent, skills, voice, chat_capacity);
            }
            Command::AgentState { agent, to } => self.agent_state(&agent, to)?,
            Command::Accept { agent, contact } => self.accept(&agent, &contact)?,
            Command::Decline { agent, contact } => {
                self.offered_to(&agent, &contact)?;
                self.take_back(&contact, Withdrawal::Declined);
            }
            Command::Finish { contact, agent } => self.finish(&contact, agent.as_ref())?,
            Command::WrapUpDone { agent, contact } => self.wrap_up_done(&agent, &contact)?,
            Command::TransferQueue { contact, by, queue, needs } => {
                self.transfer_queue(&contact, by.as_ref(), &queue, needs)?;
                tell = Some(contact);
            }
            Command::TransferAgent { contact, by, to } => {
                self.transfer_agent(&contact, by.as_ref(), &to)?;
                tell = Some(contact);
            }
            Command::Requeue { contact } => {
                self.requeue(&contact)?;
                tell = Some(contact);
            }
            Command::AgentGone { agent } => self.agent_gone(&agent)?,
            Command::Tick => self.pass_time(),
        }
        self.match_waiting();
        if let Some(contact) = tell {
            self.tell_position(&contact);
        }
        Ok(())
    }

    /// The effects, with one word about each agent whose state the step has changed.
    fn finished(mut self) -> Vec<Effect> {
        for (staff, before) in std::mem::take(&mut self.before) {
            let state = self.state.agents.get(&staff).map_or(AgentState::Offline, Agent::state);
            if state != before {
                self.effects.push(Effect::Agent { agent: staff, state });
            }
        }
        self.effects
    }

    // How facts change: nothing else writes to items or agents ------------------------------------------------------

    pub(crate) fn edit_item(&mut self, contact: &ContactId, edit: impl FnOnce(&mut Item)) {
        self.state.unindex_item(contact);
        if let Some(item) = self.state.items.get_mut(contact) {
            edit(item);
            self.state.changes.contact(contact);
        }
        self.state.index_item(contact);
    }

    /// For what an agent has in hand. Presence and skills go through [`Self::edit_duty`].
    pub(crate) fn edit_agent(&mut self, staff: &StaffId, edit: impl FnOnce(&mut Agent)) {
        self.state.unindex_room(staff);
        if let Some(agent) = self.state.agents.get_mut(staff) {
            if !self.before.contains_key(staff) {
                self.before.insert(staff.clone(), agent.state());
            }
            edit(agent);
            self.state.changes.agent(staff);
        }
        self.state.index_room(staff);
    }

    pub(crate) fn edit_duty(&mut self, staff: &StaffId, edit: impl FnOnce(&mut Agent)) {
        self.edit_agent(staff, edit);
        if let Some(agent) = self.state.agents.get(staff) {
            self.state.index.duty.update(agent);
        }
    }

    fn remove_item(&mut self, contact: &ContactId, how: Departure) {
        self.state.unindex_item(contact);
        if let Some(item) = self.state.items.remove(contact) {
            let agent = item.agent().cloned();
            self.state.changes.left(contact, Ended { how, agent: agent.clone(), at: self.now });
            self.effects.push(Effect::Left { contact: contact.clone(), how, agent });
        }
    }

    // What must hold before a command changes anything --------------------------------------------------------------

    pub(crate) fn known(&self, contact: &ContactId) -> Result<&Item, Refusal> {
        self.state.items.get(contact).ok_or_else(|| Refusal::UnknownContact(contact.clone()))
    }

    fn known_agent(&self, staff: &StaffId) -> Result<&Agent, Refusal> {
        self.state.agents.get(staff).ok_or_else(|| Refusal::UnknownAgent(staff.clone()))
    }

    fn offered_to(&self, agent: &StaffId, contact: &ContactId) -> Result<&Item, Refusal> {
        let refusal = || Refusal::NotOffered { contact: contact.clone(), agent: agent.clone() };
        let item = self.state.items.get(contact).ok_or_else(refusal)?;
        match &item.phase {
            Phase::Offered { agent: offered, .. } if offered == agent => Ok(item),
            _ => Err(refusal()),
        }
    }

    /// The agent a contact talks with; `agent`, when told, must be that one.
    pub(crate) fn talking_with(
        &self,
        contact: &ContactId,
        agent: Option<&StaffId>,
    ) -> Result<(StaffId, Micros), Refusal> {
        match &self.known(contact)?.phase {
            Phase::Talking { agent: with, since } => match agent {
                Some(agent) if agent != with => {
                    Err(Refusal::NotYours { contact: contact.clone(), agent: agent.clone() })
                }
                _ => Ok((with.clone(), *since)),
            },
            _ => Err(Refusal::NotTalking(contact.clone())),
        }
    }

    // Contacts ------------------------------------------------------------------------------------------------------

    fn enqueue(&mut self, arrival: Arrival) {
        let Arrival { contact, mut queue, media, lane, priority, needs, place } = arrival;
        if !self.state.queues.contains_key(&queue) {
            self.effects
                .push(Effect::Alarm(Alarm::NoSuchQueue { contact: contact.clone(), queue: queue.clone() }));
            queue = QueueId(self.state.tuning.fallback_queue.clone());
        }
        let place = place.map_or(self.now, |place| place.min(self.now));
        if let Some(item) = self.state.items.get(&contact) {
            // It is here already: where it waits stays, what is more urgent is taken on.
            let raised = lane < item.lane && item.phase == Phase::Waiting;
            self.edit_item(&contact, |item| {
                item.call_back = false;
                item.place = item.place.min(place);
                item.lane = item.lane.min(lane);
                if raised {
                    item.wanted = None;
                    item.queue = queue;
                    item.needs = needs;
                }
            });
        } else {
            let own = self.state.queues.get(&queue).map_or(3, |queue| queue.spec.priority);
            let item = Item {
                contact: contact.clone(),
                queue,
                media,
                lane,
                priority: priority.unwrap_or(own).clamp(1, LOWEST_PRIORITY),
                needs,
                enqueued: self.now,
                place,
                call_back: false,
                avoid: Vec::new(),
                wanted: None,
                phase: Phase::Waiting,
                told: None,
            };
            self.state.items.insert(contact.clone(), item);
            self.state.changes.contact(&contact);
            self.state.index_item(&contact);
        }
        if lane == Lane::Emergency
            && !self.state.agents.values().any(|agent| agent.presence == Presence::Ready)
        {
            self.effects.push(Effect::Alarm(Alarm::EmergencyAlone { contact }));
        }
    }

    fn abandon(&mut self, contact: &ContactId) {
        let Some(item) = self.state.items.get(contact) else { return };
        match item.phase.clone() {
            Phase::Waiting => {}
            Phase::Offered { agent, .. } => self.withdraw(&agent, contact, Withdrawal::Abandoned),
            // The agent had just taken it: it was answered, and has a record to be written.
            Phase::Talking { agent, since } => return self.finish_with(contact, &agent, since),
        }
        self.remove_item(contact, Departure::Abandoned);
    }

    fn keep_place(&mut self, contact: &ContactId) -> Result<(), Refusal> {
        let item = self.known(contact)?;
        if let Phase::Talking { agent, .. } = item.phase.clone() {
            let until = self.now.plus_secs(i64::from(self.state.tuning.wanted_secs));
            self.edit_agent(&agent, |agent| {
                agent.talking.remove(contact);
            });
            self.edit_item(contact, |item| {
                item.phase = Phase::Waiting;
                item.wanted = Some(Wanted { agent: agent.clone(), until });
            });
        }
        self.edit_item(contact, |item| item.call_back = true);
        self.effects.push(Effect::PlaceKept { contact: contact.clone() });
        Ok(())
    }

    fn requeue(&mut self, contact: &ContactId) -> Result<(), Refusal> {
        match self.known(contact)?.phase.clone() {
            Phase::Waiting => Ok(()),
            Phase::Offered { .. } => {
                self.take_back(contact, Withdrawal::Moved);
                Ok(())
            }
            Phase::Talking { agent, .. } => {
                self.edit_agent(&agent, |agent| {
                    agent.talking.remove(contact);
                });
                self.put_back(contact, &agent);
                Ok(())
            }
        }
    }

    /// Stops the ringing at a desk. The contact is the caller's to place.
    pub(crate) fn withdraw(&mut self, agent: &StaffId, contact: &ContactId, why: Withdrawal) {
        self.edit_agent(agent, |agent| agent.ringing = None);
        self.effects.push(Effect::OfferWithdrawn { agent: agent.clone(), contact: contact.clone(), why });
    }

    /// An offer that came to nothing: the contact waits again, in its place.
    fn take_back(&mut self, contact: &ContactId, why: Withdrawal) {
        let Some(Phase::Offered { agent, .. }) = self.state.items.get(contact).map(|item| item.phase.clone())
        else {
            return;
        };
        self.withdraw(&agent, contact, why);
        self.put_back(contact, &agent);
    }

    fn put_back(&mut self, contact: &ContactId, agent: &StaffId) {
        let now = self.now;
        let until = now.plus_secs(i64::from(self.state.tuning.pass_secs));
        self.edit_item(contact, |item| {
            item.phase = Phase::Waiting;
            item.wanted = None;
            item.avoid.retain(|avoid| avoid.until > now && avoid.agent != *agent);
            item.avoid.push(Avoid { agent: agent.clone(), until });
        });
        self.effects.push(Effect::Requeued { contact: contact.clone(), from: agent.clone() });
    }

    // Agents --------------------------------------------------------------------------------------------------------

    fn profile(
        &mut self,
        staff: &StaffId,
        skills: BTreeMap<String, u8>,
        voice: bool,
        chat_capacity: Option<u8>,
    ) {
        let chat_capacity = chat_capacity.unwrap_or(self.state.tuning.chat_capacity);
        if !self.state.agents.contains_key(staff) {
            let now = self.now;
            self.state
                .agents
                .insert(staff.clone(), Agent { since: now, idle_since: now, ..Agent::new(staff.clone()) });
        }
        self.edit_duty(staff, |agent| {
            agent.skills = skills;
            agent.voice = voice;
            agent.chat_capacity = chat_capacity;
        });
    }

    fn agent_state(&mut self, staff: &StaffId, to: Presence) -> Result<(), Refusal> {
        let agent = self.known_agent(staff)?;
        if to == Presence::Offline && !agent.talking.is_empty() {
            return Err(Refusal::StillTalking(staff.clone()));
        }
        let offered = agent.ringing.as_ref().map(|ringing| ringing.contact.clone());
        let changed = agent.presence != to;
        let now = self.now;
        if let Some(contact) = offered.filter(|_| to != Presence::Ready) {
            self.take_back(&contact, Withdrawal::AgentAway);
        }
        self.edit_duty(staff, |agent| {
            if changed {
                agent.presence = to;
                agent.since = now;
                agent.misses = 0;
            }
            match to {
                Presence::Ready if changed => agent.idle_since = now,
                Presence::Offline => agent.wrapping.clear(),
                _ => {}
            }
        });
        if to != Presence::Ready {
            self.release_wanted(staff);
        }
        Ok(())
    }

    fn accept(&mut self, staff: &StaffId, contact: &ContactId) -> Result<(), Refusal> {
        let item = self.offered_to(staff, contact)?;
        let (call_back, media, now) = (item.call_back, item.media, self.now);
        self.edit_item(contact, |item| {
            item.phase = Phase::Talking { agent: staff.clone(), since: now };
            item.avoid.clear();
            item.wanted = None;
            item.told = None;
        });
        self.edit_agent(staff, |agent| {
            agent.ringing = None;
            agent.misses = 0;
            // Somebody who comes back while the last talk is written up: one record for both.
            agent.wrapping.remove(contact);
            agent.talking.insert(contact.clone(), media);
        });
        self.effects.push(Effect::Connected { agent: staff.clone(), contact: contact.clone(), call_back });
        Ok(())
    }

    fn finish(&mut self, contact: &ContactId, agent: Option<&StaffId>) -> Result<(), Refusal> {
        let (with, since) = self.talking_with(contact, agent)?;
        self.finish_with(contact, &with, since);
        Ok(())
    }

    fn finish_with(&mut self, contact: &ContactId, agent: &StaffId, since: Micros) {
        self.start_wrap_up(contact, agent, since);
        self.remove_item(contact, Departure::Finished);
    }

    pub(crate) fn start_wrap_up(&mut self, contact: &ContactId, staff: &StaffId, accepted: Micros) {
        let Some(queue) = self.state.items.get(contact).map(|item| item.queue.clone()) else { return };
        let until = match self.state.tuning.wrap_up_secs {
            0 => Micros(i64::MAX),
            secs => self.now.plus_secs(i64::from(secs)),
        };
        let now = self.now;
        self.edit_agent(staff, |agent| {
            agent.talking.remove(contact);
            agent.idle_since = now;
            agent.wrapping.insert(contact.clone(), WrapUp { until, queue, accepted });
        });
    }

    fn wrap_up_done(&mut self, staff: &StaffId, contact: &ContactId) -> Result<(), Refusal> {
        let agent = self.known_agent(staff)?;
        let Some(wrap) = agent.wrapping.get(contact).cloned() else {
            return Err(Refusal::NotYours { contact: contact.clone(), agent: staff.clone() });
        };
        self.end_wrap_up(staff, contact, &wrap);
        Ok(())
    }

    fn end_wrap_up(&mut self, staff: &StaffId, contact: &ContactId, wrap: &WrapUp) {
        let now = self.now;
        self.edit_agent(staff, |agent| {
            agent.wrapping.remove(contact);
            agent.idle_since = now;
        });
        self.state.learn_handling(&wrap.queue, now.0.min(wrap.until.0) - wrap.accepted.0);
    }

    fn agent_gone(&mut self, staff: &StaffId) -> Result<(), Refusal> {
        let agent = self.known_agent(staff)?;
        let held: Vec<ContactId> = agent.talking.keys().cloned().collect();
        let offered = agent.ringing.as_ref().map(|ringing| ringing.contact.clone());
        let (now, changed) = (self.now, agent.presence != Presence::Offline);
        if let Some(contact) = offered {
            self.take_back(&contact, Withdrawal::AgentAway);
        }
        self.edit_duty(staff, |agent| {
            agent.talking.clear();
            agent.wrapping.clear();
            if changed {
                agent.presence = Presence::Offline;
                agent.since = now;
            }
        });
        for contact in held {
            self.put_back(&contact, staff);
            self.tell_position(&contact);
        }
        self.release_wanted(staff);
        Ok(())
    }

    /// Contacts that waited for this one agent wait for anybody.
    fn release_wanted(&mut self, staff: &StaffId) {
        let waiting: Vec<ContactId> = self
            .state
            .index
            .wanted
            .get(staff)
            .into_iter()
            .flatten()
            .map(|(_, contact)| contact.clone())
            .collect();
        for contact in waiting {
            self.edit_item(&contact, |item| item.wanted = None);
        }
    }

    // Time ----------------------------------------------------------------------------------------------------------

    fn pass_time(&mut self) {
        self.expire_offers();
        self.expire_wrap_ups();
        self.expire_wanted();
        self.match_waiting();
        self.tell_positions();
        self.watch_waits();
    }

    fn expire_offers(&mut self) {
        let due: Vec<(StaffId, ContactId)> = self
            .state
            .agents
            .values()
            .filter_map(|agent| {
                let ringing = agent.ringing.as_ref().filter(|ringing| ringing.until <= self.now)?;
                Some((agent.id.clone(), ringing.contact.clone()))
            })
            .collect();
        for (staff, contact) in due {
            self.take_back(&contact, Withdrawal::TimedOut);
            let (limit, now) = (self.state.tuning.misses_before_break.max(1), self.now);
            let mut on_break = false;
            self.edit_duty(&staff, |agent| {
                agent.misses = agent.misses.saturating_add(1);
                if agent.misses >= limit && agent.presence == Presence::Ready {
                    agent.presence = Presence::Break(BreakReason::NoAnswer);
                    agent.since = now;
                    agent.misses = 0;
                    on_break = true;
                }
            });
            if on_break {
                self.effects.push(Effect::Alarm(Alarm::NotAnswering { agent: staff.clone() }));
                self.release_wanted(&staff);
            }
        }
    }

    fn expire_wrap_ups(&mut self) {
        let due: Vec<(StaffId, ContactId, WrapUp)> = self
            .state
            .agents
            .values()
            .flat_map(|agent| agent.wrapping.iter().map(move |(contact, wrap)| (agent, contact, wrap)))
            .filter(|(_, _, wrap)| wrap.until <= self.now)
            .map(|(agent, contact, wrap)| (agent.id.clone(), contact.clone(), wrap.clone()))
            .collect();
        for (staff, contact, wrap) in due {
            self.end_wrap_up(&staff, &contact, &wrap);
        }
    }

    fn expire_wanted(&mut self) {
        let due: Vec<ContactId> = self
            .state
            .index
            .wanted
            .values()
            .flatten()
            .filter(|(_, contact)| {
                let wanted = self.state.items.get(contact).and_then(|item| item.wanted.as_ref());
                wanted.is_some_and(|wanted| wanted.until <= self.now)
            })
            .map(|(_, contact)| contact.clone())
            .collect();
        for contact in due {
            self.edit_item(&contact, |item| item.wanted = None);
        }
    }

    fn tell_position(&mut self, contact: &ContactId) {
        if self.state.items.get(contact).is_none_or(|item| item.call_back) {
            return;
        }
        if let Some(estimate) = self.state.estimate(contact) {
            self.tell(contact, estimate);
        }
    }

    fn tell(&mut self, contact: &ContactId, estimate: crate::Estimate) {
        let now = self.now;
        if let Some(item) = self.state.items.get_mut(contact) {
            item.told = Some(Told { at: now, position: estimate.position, wait_secs: estimate.wait_secs });
            self.effects.push(Effect::Position {
                contact: contact.clone(),
                position: estimate.position,
                expected_wait_secs: estimate.wait_secs,
            });
        }
    }

    fn tell_positions(&mut self) {
        let every = i64::from(self.state.tuning.position_every_secs);
        if every == 0 {
            return;
        }
        for (contact, estimate) in self.state.estimates() {
            let news = self.state.items.get(&contact).is_some_and(|item| {
                !item.call_back
                    && item.told.is_none_or(|told| {
                        let same = told.position == estimate.position && told.wait_secs == estimate.wait_secs;
                        !same && told.at.plus_secs(every) <= self.now
                    })
            });
            if news {
                self.tell(&contact, estimate);
            }
        }
    }

    fn watch_waits(&mut self) {
        let mut waits: BTreeMap<QueueId, (u32, Micros)> = BTreeMap::new();
        for item in self.state.items.values().filter(|item| item.phase == Phase::Waiting) {
            let wait = waits.entry(item.queue.clone()).or_insert((0, item.enqueued));
            wait.0 += 1;
            wait.1 = wait.1.min(item.enqueued);
        }
        let limit = i64::from(self.state.tuning.alarm_wait_secs);
        for (id, queue) in &mut self.state.queues {
            let (waiting, since) = waits.get(id).copied().unwrap_or((0, self.now));
            let longest = self.now.secs_since(since);
            let too_long = waiting > 0 && longest >= limit;
            if too_long != queue.alarmed {
                queue.alarmed = too_long;
                let queue = id.clone();
                self.effects.push(Effect::Alarm(if too_long {
                    Alarm::LongWait { queue, waiting, longest_secs: longest.max(0) as u32 }
                } else {
                    Alarm::LongWaitOver { queue }
                }));
            }
        }
    }
}
