//! What makes matching fast, derived from items and agents and never stored: waiting contacts by class in turn order, and
//! agents with room by skill in order of choice.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ContactId, StaffId};

use crate::duty::{Duty, Profile, ProfileId};
use crate::model::{Agent, Item, Lane, Media, Phase};
use crate::state::State;

/// Waiting contacts that differ only in when they came: whoever may take one may take the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClassKey {
    pub(crate) lane: Lane,
    pub(crate) priority: u8,
    pub(crate) profile: ProfileId,
}

/// An agent's place in the order of choice: least loaded, highest level, longest idle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) load: u8,
    pub(crate) level_below_top: u8,
    pub(crate) idle_since: i64,
    pub(crate) agent: StaffId,
}

impl Rank {
    pub(crate) fn of(agent: &Agent, level: u8) -> Self {
        Self {
            load: agent.load(),
            level_below_top: u8::MAX - level,
            idle_since: agent.idle_since.0,
            agent: agent.id.clone(),
        }
    }
}

/// Waiting contacts in turn order.
pub(crate) type Turns = BTreeSet<(i64, ContactId)>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) classes: BTreeMap<ClassKey, Turns>,
    /// Contacts that wait for one agent.
    pub(crate) wanted: BTreeMap<StaffId, Turns>,
    /// Agents with room, by each of their skills.
    pub(crate) by_skill: BTreeMap<String, BTreeSet<Rank>>,
    /// Agents with room, whatever their skills.
    pub(crate) with_room: BTreeSet<Rank>,
    pub(crate) duty: Duty,
}

impl State {
    pub(crate) fn profile_of(&mut self, item: &Item) -> ProfileId {
        let queue = self.queues.get(&item.queue).map(|queue| &queue.spec);
        let profile = Profile::of(item, queue, &self.tuning);
        self.index.duty.intern(profile, &self.agents)
    }

    /// Adds a waiting contact to the indexes. Others have no place there.
    pub(crate) fn index_item(&mut self, contact: &ContactId) {
        let Some(item) = self.items.get(contact) else { return };
        if item.phase != Phase::Waiting {
            return;
        }
        let entry = (self.turn(item), contact.clone());
        let item = item.clone();
        let profile = self.profile_of(&item);
        if let Some(wanted) = item.wanted {
            self.index.wanted.entry(wanted.agent).or_default().insert(entry);
            return;
        }
        let (lane, priority) = (item.lane, item.priority);
        self.index.classes.entry(ClassKey { lane, priority, profile }).or_default().insert(entry);
    }

    /// Removes a waiting contact from the indexes. Called before it changes.
    pub(crate) fn unindex_item(&mut self, contact: &ContactId) {
        let Some(item) = self.items.get(contact) else { return };
        if item.phase != Phase::Waiting {
            return;
        }
        let entry = (self.turn(item), contact.clone());
        if let Some(wanted) = &item.wanted {
            if let Some(turns) = self.index.wanted.get_mut(&wanted.agent) {
                turns.remove(&entry);
                if turns.is_empty() {
                    self.index.wanted.remove(&wanted.agent);
                }
            }
            return;
        }
        let (lane, priority) = (item.lane, item.priority);
        let item = item.clone();
        let profile = self.profile_of(&item);
        let key = ClassKey { lane, priority, profile };
        if let Some(turns) = self.index.classes.get_mut(&key) {
            turns.remove(&entry);
            if turns.is_empty() {
                self.index.classes.remove(&key);
            }
        }
    }

    pub(crate) fn index_agent(&mut self, staff: &StaffId) {
        self.index_room(staff);
        if let Some(agent) = self.agents.get(staff) {
            self.index.duty.update(agent);
        }
    }

    /// Adds an agent with room to the orders of choice.
    pub(crate) fn index_room(&mut self, staff: &StaffId) {
        let Some(agent) = self.agents.get(staff) else { return };
        if !agent.has_room(Media::Voice) && !agent.has_room(Media::Chat) {
            return;
        }
        self.index.with_room.insert(Rank::of(agent, 0));
        for (skill, level) in agent.skills.iter().filter(|(_, level)| **level > 0) {
            let rank = Rank::of(agent, *level);
            match self.index.by_skill.get_mut(skill) {
                Some(ranks) => {
                    ranks.insert(rank);
                }
                None => {
                    self.index.by_skill.insert(skill.clone(), BTreeSet::from([rank]));
                }
            }
        }
    }

    /// Removes an agent from the orders of choice. Called before it changes.
    pub(crate) fn unindex_room(&mut self, staff: &StaffId) {
        let Some(agent) = self.agents.get(staff) else { return };
        if !self.index.with_room.remove(&Rank::of(agent, 0)) {
            return;
        }
        for (skill, level) in agent.skills.iter().filter(|(_, level)| **level > 0) {
            if let Some(ranks) = self.index.by_skill.get_mut(skill) {
                ranks.remove(&Rank::of(agent, *level));
            }
        }
    }
}
