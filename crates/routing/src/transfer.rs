//! Transfers: to a queue, to an agent. The contact keeps its place; the agent who gives it away writes up.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};

use crate::command::{Effect, Target, Withdrawal};
use crate::model::{Avoid, BreakReason, Phase, Presence, Wanted};
use crate::refusal::Refusal;
use crate::step::Work;

impl Work<'_> {
    pub(crate) fn transfer_queue(
        &mut self,
        contact: &ContactId,
        by: Option<&StaffId>,
        queue: &QueueId,
        needs: BTreeMap<String, u8>,
    ) -> Result<(), Refusal> {
        let held = self.transferable(contact, by)?;
        let Some(priority) = self.state.queues.get(queue).map(|queue| queue.spec.priority) else {
            return Err(Refusal::UnknownQueue(queue.clone()));
        };
        self.release(contact, held.as_ref());
        let (now, pass) = (self.now, i64::from(self.state.tuning.pass_secs));
        self.edit_item(contact, |item| {
            item.phase = Phase::Waiting;
            item.wanted = None;
            item.queue = queue.clone();
            item.needs = needs;
            item.priority = item.priority.min(priority);
            item.enqueued = now;
            // Not straight back to the one who has just given it away.
            if let Some((agent, _)) = &held {
                item.avoid.push(Avoid { agent: agent.clone(), until: now.plus_secs(pass) });
            }
        });
        self.transferred(contact, held, Target::Queue(queue.clone()));
        Ok(())
    }

    pub(crate) fn transfer_agent(
        &mut self,
        contact: &ContactId,
        by: Option<&StaffId>,
        to: &StaffId,
    ) -> Result<(), Refusal> {
        let held = self.transferable(contact, by)?;
        if held.as_ref().is_some_and(|(agent, _)| agent == to) {
            return Err(Refusal::SameAgent);
        }
        let target = self.state.agents.get(to).ok_or_else(|| Refusal::UnknownAgent(to.clone()))?;
        if target.presence != Presence::Ready {
            return Err(Refusal::AgentAway(to.clone()));
        }
        if target.capacity(self.known(contact)?.media) == 0 {
            return Err(Refusal::CannotTake(to.clone()));
        }
        self.release(contact, held.as_ref());
        let until = self.now.plus_secs(i64::from(self.state.tuning.wanted_secs));
        self.edit_item(contact, |item| {
            item.phase = Phase::Waiting;
            item.avoid.retain(|avoid| avoid.agent != *to);
            item.wanted = Some(Wanted { agent: to.clone(), until });
        });
        self.transferred(contact, held, Target::Agent(to.clone()));
        Ok(())
    }

    /// The supervisor has the contact at once: they are in the call, so nothing rings and the citizen does not wait. A
    /// supervisor who takes no contacts goes on taking none afterwards.
    pub(crate) fn take_over(&mut self, contact: &ContactId, to: &StaffId) -> Result<(), Refusal> {
        let (from, since) = self.talking_with(contact, None)?;
        if from == *to {
            return Err(Refusal::SameAgent);
        }
        let media = self.known(contact)?.media;
        let target = self.known_agent(to)?;
        if target.capacity(media) == 0 {
            return Err(Refusal::CannotTake(to.clone()));
        }
        if target.load() > 0 {
            return Err(Refusal::Occupied(to.clone()));
        }
        if target.presence == Presence::Offline {
            self.edit_duty(to, |agent| agent.presence = Presence::Break(BreakReason::Other));
        }
        self.start_wrap_up(contact, &from, since);
        let now = self.now;
        self.edit_item(contact, |item| {
            item.phase = Phase::Talking { agent: to.clone(), since: now };
            item.avoid.clear();
            item.wanted = None;
        });
        self.edit_agent(to, |agent| {
            agent.misses = 0;
            agent.talking.insert(contact.clone(), media);
        });
        self.effects.push(Effect::TakenOver { contact: contact.clone(), from, to: to.clone() });
        Ok(())
    }

    /// The agent who has the contact, with since when. A waiting or ringing contact has none, and only a supervisor moves it.
    fn transferable(
        &self,
        contact: &ContactId,
        by: Option<&StaffId>,
    ) -> Result<Option<(StaffId, Micros)>, Refusal> {
        match (&self.known(contact)?.phase, by) {
            (Phase::Talking { .. }, _) => self.talking_with(contact, by).map(Some),
            (_, Some(agent)) => Err(Refusal::NotYours { contact: contact.clone(), agent: agent.clone() }),
            (_, None) => Ok(None),
        }
    }

    fn release(&mut self, contact: &ContactId, held: Option<&(StaffId, Micros)>) {
        if let Some((agent, since)) = held {
            self.start_wrap_up(contact, agent, *since);
        } else if let Some(Phase::Offered { agent, .. }) =
            self.state.items.get(contact).map(|item| item.phase.clone())
        {
            self.withdraw(&agent, contact, Withdrawal::Moved);
        }
    }

    fn transferred(&mut self, contact: &ContactId, held: Option<(StaffId, Micros)>, target: Target) {
        let from = held.map(|(agent, _)| agent);
        self.effects.push(Effect::Transferred { contact: contact.clone(), from, target });
    }
}
