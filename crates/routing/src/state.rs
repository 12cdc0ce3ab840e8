//! The whole of routing in memory: queues, contacts, agents, and the indexes derived from them.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};
use serde::{Deserialize, Serialize};

use crate::change::Changes;
use crate::index::Index;
use crate::model::{Agent, Item, Phase, Queue};
use crate::tuning::Tuning;

/// A queue with what routing has learned about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QueueState {
    pub(crate) spec: Queue,
    /// Mean of recent handling times, in microseconds.
    pub(crate) handling_us: i64,
    /// An alarm about long waits stands.
    pub(crate) alarmed: bool,
}

/// The state of routing. Serialises without its indexes, which are rebuilt on reading.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Saved", from = "Saved")]
pub struct State {
    pub(crate) tuning: Tuning,
    pub(crate) queues: BTreeMap<QueueId, QueueState>,
    pub(crate) items: BTreeMap<ContactId, Item>,
    pub(crate) agents: BTreeMap<StaffId, Agent>,
    pub(crate) index: Index,
    pub(crate) changes: Changes,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    tuning: Tuning,
    queues: Vec<QueueState>,
    items: Vec<Item>,
    agents: Vec<Agent>,
}

impl From<State> for Saved {
    fn from(state: State) -> Self {
        Self {
            tuning: state.tuning,
            queues: state.queues.into_values().collect(),
            items: state.items.into_values().collect(),
            agents: state.agents.into_values().collect(),
        }
    }
}

impl From<Saved> for State {
    fn from(saved: Saved) -> Self {
        let mut state = Self::assembled(saved.tuning, Vec::new(), saved.items, saved.agents);
        state.queues = saved.queues.into_iter().map(|queue| (queue.spec.id.clone(), queue)).collect();
        state.rebuild();
        state
    }
}

impl PartialEq for State {
    /// Equal when the facts are; indexes and unwritten changes do not count.
    fn eq(&self, other: &Self) -> bool {
        self.tuning == other.tuning
            && self.queues == other.queues
            && self.items == other.items
            && self.agents == other.agents
    }
}

impl State {
    /// An empty house with these queues.
    pub fn new(tuning: Tuning, queues: Vec<Queue>) -> Self {
        Self::assembled(tuning, queues, Vec::new(), Vec::new())
    }

    /// A state out of stored parts. An agent's offer and conversations are taken from the contacts, which decide.
    pub fn assembled(tuning: Tuning, queues: Vec<Queue>, items: Vec<Item>, agents: Vec<Agent>) -> Self {
        let mut state = Self {
            tuning,
            queues: BTreeMap::new(),
            items: items.into_iter().map(|item| (item.contact.clone(), item)).collect(),
            agents: agents.into_iter().map(|agent| (agent.id.clone(), agent)).collect(),
            index: Index::default(),
            changes: Changes::default(),
        };
        state.reattach();
        state.configure_queues(queues);
        state
    }

    /// Makes agents hold exactly what the contacts say they hold.
    fn reattach(&mut self) {
        for agent in self.agents.values_mut() {
            agent.ringing = None;
            agent.talking.clear();
        }
        for item in self.items.values_mut() {
            let held = match &item.phase {
                Phase::Waiting => continue,
                Phase::Offered { agent, .. } | Phase::Talking { agent, .. } => agent.clone(),
            };
            let agent = self.agents.entry(held.clone()).or_insert_with(|| Agent::new(held));
            match item.phase {
                Phase::Offered { until, .. } if agent.ringing.is_none() => {
                    agent.ringing = Some(crate::model::Ringing { contact: item.contact.clone(), until });
                }
                // Two offers on one desk cannot be: the second waits again.
                Phase::Offered { .. } | Phase::Waiting => item.phase = Phase::Waiting,
                Phase::Talking { .. } => {
                    agent.talking.insert(item.contact.clone(), item.media);
                }
            }
        }
    }

    /// Takes on a new set of queues, keeping what was learned about those that stay.
    pub fn configure_queues(&mut self, queues: Vec<Queue>) {
        let default_us = i64::from(self.tuning.default_handling_secs) * Micros::SECOND;
        let mut known = std::mem::take(&mut self.queues);
        for spec in queues {
            let before = known.remove(&spec.id);
            let (handling_us, alarmed) =
                before.map_or((default_us, false), |before| (before.handling_us, before.alarmed));
            self.queues.insert(spec.id.clone(), QueueState { spec, handling_us, alarmed });
        }
        self.rebuild();
    }

    /// Takes on new choices of the site.
    pub fn configure(&mut self, tuning: Tuning) {
        self.tuning = tuning;
        self.rebuild();
    }

    /// Tells a queue the mean of its recent handling times, in microseconds: after a restart.
    pub fn seed_handling(&mut self, queue: &QueueId, mean_us: i64) {
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.handling_us = mean_us.max(Micros::SECOND);
        }
    }

    /// What is to be written since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// The site's choices.
    pub const fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// A contact in routing's care.
    pub fn item(&self, contact: &ContactId) -> Option<&Item> {
        self.items.get(contact)
    }

    /// Every contact in routing's care.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// An agent.
    pub fn agent(&self, agent: &StaffId) -> Option<&Agent> {
        self.agents.get(agent)
    }

    /// Every agent.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// A queue's description.
    pub fn queue(&self, queue: &QueueId) -> Option<&Queue> {
        self.queues.get(queue).map(|queue| &queue.spec)
    }

    /// Every queue's description.
    pub fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.values().map(|queue| &queue.spec)
    }

    /// The mean of a queue's recent handling times, in microseconds.
    pub fn handling_us(&self, queue: &QueueId) -> i64 {
        let default_us = i64::from(self.tuning.default_handling_secs) * Micros::SECOND;
        self.queues.get(queue).map_or(default_us, |queue| queue.handling_us)
    }

    /// Learns from one handled contact: a moving mean that weighs the newest by a sixteenth.
    pub(crate) fn learn_handling(&mut self, queue: &QueueId, took_us: i64) {
        if let Some(learner) = self.queues.get_mut(queue) {
            learner.handling_us += (took_us.max(0) - learner.handling_us) / 16;
            self.changes.queues.insert(queue.clone());
        }
    }

    /// The instant that orders waiting contacts: place less head start. The earliest is served first.
    pub(crate) fn turn(&self, item: &Item) -> i64 {
        let head_start = i64::from(self.tuning.head_start_secs(item.lane, item.priority)) * Micros::SECOND;
        item.place.0.saturating_sub(head_start)
    }

    pub(crate) fn rebuild(&mut self) {
        self.index = Index::default();
        let agents: Vec<StaffId> = self.agents.keys().cloned().collect();
        for agent in agents {
            self.index_agent(&agent);
        }
        let items: Vec<ContactId> = self.items.keys().cloned().collect();
        for contact in items {
            self.index_item(&contact);
        }
    }
}
