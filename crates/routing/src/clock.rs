//! What time does: offers, wrap-ups and wishes run out, positions are told, long waits are noticed.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};

use crate::command::{Alarm, Effect, Withdrawal};
use crate::model::{BreakReason, Phase, Presence, Told, WrapUp};
use crate::step::Work;

impl Work<'_> {
    pub(crate) fn pass_time(&mut self) {
        self.expire_offers();
        self.expire_wrap_ups();
        self.expire_wanted();
        self.match_waiting();
        self.tell_positions();
        self.watch_waits();
    }

    pub(crate) fn expire_offers(&mut self) {
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

    pub(crate) fn expire_wrap_ups(&mut self) {
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

    pub(crate) fn expire_wanted(&mut self) {
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

    pub(crate) fn tell_position(&mut self, contact: &ContactId) {
        if self.state.items.get(contact).is_none_or(|item| item.call_back) {
            return;
        }
        if let Some(estimate) = self.state.estimate(contact) {
            self.tell(contact, estimate);
        }
    }

    pub(crate) fn tell(&mut self, contact: &ContactId, estimate: crate::Estimate) {
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

    pub(crate) fn tell_positions(&mut self) {
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

    pub(crate) fn watch_waits(&mut self) {
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
