//! What agents do: sign on, pause, take contacts, finish, write up, vanish.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, StaffId};

use crate::change::Departure;
use crate::command::{Effect, Withdrawal};
use crate::model::{Agent, Phase, Presence, WrapUp};
use crate::refusal::Refusal;
use crate::step::Work;

impl Work<'_> {
    pub(crate) fn profile(
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

    pub(crate) fn agent_state(&mut self, staff: &StaffId, to: Presence) -> Result<(), Refusal> {
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

    pub(crate) fn accept(&mut self, staff: &StaffId, contact: &ContactId) -> Result<(), Refusal> {
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

    pub(crate) fn finish(&mut self, contact: &ContactId, agent: Option<&StaffId>) -> Result<(), Refusal> {
        let (with, since) = self.talking_with(contact, agent)?;
        self.finish_with(contact, &with, since);
        Ok(())
    }

    pub(crate) fn finish_with(&mut self, contact: &ContactId, agent: &StaffId, since: Micros) {
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

    pub(crate) fn wrap_up_done(&mut self, staff: &StaffId, contact: &ContactId) -> Result<(), Refusal> {
        let agent = self.known_agent(staff)?;
        let Some(wrap) = agent.wrapping.get(contact).cloned() else {
            return Err(Refusal::NotYours { contact: contact.clone(), agent: staff.clone() });
        };
        self.end_wrap_up(staff, contact, &wrap);
        Ok(())
    }

    pub(crate) fn end_wrap_up(&mut self, staff: &StaffId, contact: &ContactId, wrap: &WrapUp) {
        let now = self.now;
        self.edit_agent(staff, |agent| {
            agent.wrapping.remove(contact);
            agent.idle_since = now;
        });
        self.state.learn_handling(&wrap.queue, now.0.min(wrap.until.0) - wrap.accepted.0);
    }

    pub(crate) fn agent_gone(&mut self, staff: &StaffId) -> Result<(), Refusal> {
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
    pub(crate) fn release_wanted(&mut self, staff: &StaffId) {
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
}
