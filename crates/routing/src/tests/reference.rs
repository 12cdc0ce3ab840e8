//! The plain statement of matching, without indexes: every waiting contact in turn order, every agent looked at.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use kernel::{ContactId, Micros, StaffId};

use crate::*;

/// Facts copied out of a state, free to be changed.
pub struct Plain {
    tuning: Tuning,
    queues: BTreeMap<kernel::QueueId, Queue>,
    pub items: BTreeMap<ContactId, Item>,
    pub agents: BTreeMap<StaffId, Agent>,
}

impl Plain {
    pub fn of(state: &State) -> Self {
        Self {
            tuning: state.tuning().clone(),
            queues: state.queues().map(|queue| (queue.id.clone(), queue.clone())).collect(),
            items: state.items().map(|item| (item.contact.clone(), item.clone())).collect(),
            agents: state.agents().map(|agent| (agent.id.clone(), agent.clone())).collect(),
        }
    }

    /// Undoes an offer.
    pub fn undo(&mut self, agent: &StaffId, contact: &ContactId) {
        self.items.get_mut(contact).expect("offered").phase = Phase::Waiting;
        self.agents.get_mut(agent).expect("offered").ringing = None;
    }

    pub fn turn(&self, item: &Item) -> (i64, ContactId) {
        let head_start = i64::from(self.tuning.head_start_secs(item.lane, item.priority));
        (item.place.0 - head_start * 1_000_000, item.contact.clone())
    }

    pub fn fits(&self, item: &Item, agent: &Agent) -> bool {
        let queue = self.queues.get(&item.queue);
        let of_queue = queue.is_none_or(|queue| {
            queue.skills.is_empty() || queue.skills.iter().any(|skill| agent.level(skill) > 0)
        });
        let tongue =
            item.lane != Lane::Dialect || self.tuning.dialect_skills.iter().any(|s| agent.level(s) > 0);
        let needs = item.needs.iter().all(|(skill, least)| agent.level(skill) >= (*least).max(1));
        agent.capacity(item.media) > 0 && of_queue && tongue && needs
    }

    /// Whether nobody need be preferred to this agent for want of skill.
    pub fn may_go_to(&self, item: &Item, agent: &Agent, now: Micros) -> bool {
        let patience = i64::from(self.tuning.patience_secs(item.lane));
        let fitting_on_duty =
            self.agents.values().any(|agent| agent.presence == Presence::Ready && self.fits(item, agent));
        self.fits(item, agent) || now.secs_since(item.place) >= patience || !fitting_on_duty
    }

    fn level(&self, item: &Item, agent: &Agent) -> u8 {
        let leads: Vec<String> = if item.lane == Lane::Dialect {
            self.tuning.dialect_skills.clone()
        } else if let Some((skill, _)) =
            item.needs.iter().max_by_key(|(skill, least)| (**least, Reverse(*skill)))
        {
            vec![skill.clone()]
        } else {
            self.queues.get(&item.queue).map(|queue| queue.skills.clone()).unwrap_or_default()
        };
        leads.iter().map(|skill| agent.level(skill)).max().unwrap_or(0)
    }

    fn best(&self, item: &Item, now: Micros, able: impl Fn(&Agent) -> bool) -> Option<StaffId> {
        let able: Vec<&Agent> = self
            .agents
            .values()
            .filter(|agent| !item.avoids(&agent.id, now))
            .filter(|agent| item.wanted.as_ref().is_none_or(|wanted| wanted.agent == agent.id))
            .filter(|agent| able(agent))
            .collect();
        if item.wanted.is_some() {
            return able.first().map(|agent| agent.id.clone());
        }
        let fitting = able
            .iter()
            .filter(|agent| self.fits(item, agent))
            .min_by_key(|a| (a.load(), Reverse(self.level(item, a)), a.idle_since, a.id.clone()));
        let anybody = able
            .iter()
            .filter(|agent| self.may_go_to(item, agent, now))
            .min_by_key(|agent| (agent.load(), agent.idle_since, agent.id.clone()));
        fitting.or(anybody).map(|agent| agent.id.clone())
    }

    /// Every offer to be made now, in order.
    pub fn offers(&mut self, now: Micros) -> Vec<(StaffId, ContactId)> {
        let mut waiting: Vec<Item> =
            self.items.values().filter(|item| item.phase == Phase::Waiting).cloned().collect();
        waiting.sort_by_key(|item| self.turn(item));
        let chats_wait = waiting.iter().any(|item| item.media == Media::Chat);
        let mut held_back = BTreeSet::new();
        let mut offers = Vec::new();
        for item in waiting {
            let free = |agent: &Agent| agent.has_room(item.media) && !held_back.contains(&agent.id);
            if let Some(agent) = self.best(&item, now, free) {
                let until = now.plus_secs(i64::from(self.tuning.accept_secs));
                let ringing = Ringing { contact: item.contact.clone(), until };
                self.agents.get_mut(&agent).expect("chosen").ringing = Some(ringing);
                offers.push((agent, item.contact));
            } else if item.media == Media::Voice && chats_wait {
                let drains = |agent: &Agent| {
                    agent.voice
                        && agent.has_room(Media::Chat)
                        && agent.load() > 0
                        && !held_back.contains(&agent.id)
                };
                if let Some(agent) = self.best(&item, now, drains) {
                    held_back.insert(agent);
                }
            }
        }
        offers
    }

    /// What a waiting contact is to be told, counted one by one.
    pub fn position(&self, contact: &ContactId) -> u32 {
        let me = &self.items[contact];
        let on_duty = |item: &Item| -> BTreeSet<&StaffId> {
            let ready = || self.agents.values().filter(|agent| agent.presence == Presence::Ready);
            let able = || ready().filter(|agent| agent.capacity(item.media) > 0);
            let fitting: BTreeSet<_> = able().filter(|a| self.fits(item, a)).map(|a| &a.id).collect();
            if fitting.is_empty() { able().map(|agent| &agent.id).collect() } else { fitting }
        };
        let mine = on_duty(me);
        let ahead = self
            .items
            .values()
            .filter(|item| item.phase == Phase::Waiting && self.turn(item) < self.turn(me))
            .filter(|item| {
                let theirs = on_duty(item);
                !theirs.is_disjoint(&mine) || (theirs.is_empty() && mine.is_empty() && item.media == me.media)
            });
        1 + ahead.count() as u32
    }
}
