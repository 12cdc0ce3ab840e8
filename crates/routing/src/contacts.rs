//! What happens to contacts: they come, leave, are kept a place, go back to the queue.

use kernel::{ContactId, QueueId, StaffId};

use crate::change::Departure;
use crate::command::{Alarm, Arrival, Effect, Withdrawal};
use crate::model::{Avoid, Item, Lane, Phase, Presence, Wanted};
use crate::refusal::Refusal;
use crate::step::Work;
use crate::tuning::LOWEST_PRIORITY;

impl Work<'_> {
    pub(crate) fn enqueue(&mut self, arrival: Arrival) {
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

    pub(crate) fn abandon(&mut self, contact: &ContactId) {
        let Some(item) = self.state.items.get(contact) else { return };
        match item.phase.clone() {
            Phase::Waiting => {}
            Phase::Offered { agent, .. } => self.withdraw(&agent, contact, Withdrawal::Abandoned),
            // The agent had just taken it: it was answered, and has a record to be written.
            Phase::Talking { agent, since } => return self.finish_with(contact, &agent, since),
        }
        self.remove_item(contact, Departure::Abandoned);
    }

    pub(crate) fn keep_place(&mut self, contact: &ContactId) -> Result<(), Refusal> {
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

    pub(crate) fn requeue(&mut self, contact: &ContactId) -> Result<(), Refusal> {
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
    pub(crate) fn take_back(&mut self, contact: &ContactId, why: Withdrawal) {
        let Some(Phase::Offered { agent, .. }) = self.state.items.get(contact).map(|item| item.phase.clone())
        else {
            return;
        };
        self.withdraw(&agent, contact, why);
        self.put_back(contact, &agent);
    }

    pub(crate) fn put_back(&mut self, contact: &ContactId, agent: &StaffId) {
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
}
