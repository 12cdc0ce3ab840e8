//! What the supervisor's board shows: queues and agents at one instant.

use std::collections::BTreeMap;

use kernel::{Micros, QueueId, StaffId};
use serde::{Deserialize, Serialize};

use crate::model::{Agent, AgentState, Lane, Phase, Presence};
use crate::state::State;

/// Waiting contacts of one lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneView {
    /// Which lane.
    pub lane: Lane,
    /// How many wait.
    pub waiting: u32,
    /// The longest wait so far, in seconds.
    pub longest_secs: u32,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Which queue.
    pub id: QueueId,
    /// What people call it.
    pub name: String,
    /// How many wait.
    pub waiting: u32,
    /// Of these, how many are to be called back.
    pub call_backs: u32,
    /// How many ring at a desk.
    pub offered: u32,
    /// How many are with an agent.
    pub talking: u32,
    /// The longest wait so far, in seconds.
    pub longest_wait_secs: u32,
    /// Waiting contacts by lane; lanes nobody waits in are left out.
    pub lanes: Vec<LaneView>,
    /// Agents of the queue's skills with nothing in hand.
    pub agents_ready: u32,
    /// Agents of the queue's skills on duty with something in hand.
    pub agents_busy: u32,
    /// The mean of recent handling times, in seconds.
    pub handling_secs: u32,
    /// The wait of somebody who came to it now in the normal lane would be about this, in seconds; none when nobody waits.
    pub last_wait_secs: Option<u32>,
    /// An alarm about long waits stands.
    pub alarmed: bool,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentView {
    /// Whose account.
    pub agent: StaffId,
    /// What the agent is doing.
    pub state: AgentState,
    /// What the agent has chosen.
    pub presence: Presence,
    /// Since when, in seconds.
    pub for_secs: u32,
    /// Contacts in hand: offered, talking, being written up.
    pub load: u8,
    /// Offers left unanswered in a row.
    pub misses: u8,
}

/// Queues and agents at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When.
    pub at: Micros,
    /// Every queue, by name.
    pub queues: Vec<QueueView>,
    /// Every agent who is not offline.
    pub agents: Vec<AgentView>,
    /// How many agents are in each state, offline included.
    pub agent_counts: BTreeMap<String, u32>,
}

impl State {
    /// The board at `now`.
    pub fn snapshot(&self, now: Micros) -> Snapshot {
        let mut queues: BTreeMap<&QueueId, QueueView> =
            self.queues.keys().map(|id| (id, self.queue_view(id))).collect();
        for item in self.items.values() {
            let view = queues.entry(&item.queue).or_insert_with(|| self.queue_view(&item.queue));
            match item.phase {
                Phase::Offered { .. } => view.offered += 1,
                Phase::Talking { .. } => view.talking += 1,
                Phase::Waiting => {
                    let waited = now.secs_since(item.enqueued).max(0) as u32;
                    view.waiting += 1;
                    view.call_backs += u32::from(item.call_back);
                    view.longest_wait_secs = view.longest_wait_secs.max(waited);
                    match view.lanes.iter_mut().find(|lane| lane.lane == item.lane) {
                        Some(lane) => {
                            lane.waiting += 1;
                            lane.longest_secs = lane.longest_secs.max(waited);
                        }
                        None => {
                            view.lanes.push(LaneView { lane: item.lane, waiting: 1, longest_secs: waited });
                        }
                    }
                }
            }
        }
        for (contact, estimate) in self.estimates() {
            if let Some(view) = self.items.get(&contact).and_then(|item| queues.get_mut(&item.queue)) {
                view.last_wait_secs = estimate.wait_secs;
            }
        }
        for view in queues.values_mut() {
            view.lanes.sort_by_key(|lane| lane.lane);
        }
        let mut agent_counts: BTreeMap<String, u32> = BTreeMap::new();
        for agent in self.agents.values() {
            *agent_counts.entry(agent.state().name().to_owned()).or_default() += 1;
        }
        let agents = self
            .agents
            .values()
            .filter(|agent| agent.presence != Presence::Offline || agent.load() > 0)
            .map(|agent| AgentView {
                agent: agent.id.clone(),
                state: agent.state(),
                presence: agent.presence,
                for_secs: now.secs_since(agent.since).max(0) as u32,
                load: agent.load(),
                misses: agent.misses,
            })
            .collect();
        Snapshot { at: now, queues: queues.into_values().collect(), agents, agent_counts }
    }

    fn queue_view(&self, id: &QueueId) -> QueueView {
        let queue = self.queues.get(id);
        let skills = queue.map(|queue| queue.spec.skills.as_slice()).unwrap_or_default();
        let (busy, free): (Vec<&Agent>, Vec<&Agent>) = self
            .agents
            .values()
            .filter(|agent| agent.presence == Presence::Ready)
            .filter(|agent| skills.is_empty() || skills.iter().any(|skill| agent.level(skill) > 0))
            .partition(|agent| agent.load() > 0);
        QueueView {
            id: id.clone(),
            name: queue.map(|queue| queue.spec.name.clone()).unwrap_or_default(),
            waiting: 0,
            call_backs: 0,
            offered: 0,
            talking: 0,
            longest_wait_secs: 0,
            lanes: Vec::new(),
            agents_ready: free.len() as u32,
            agents_busy: busy.len() as u32,
            handling_secs: (self.handling_us(id) / Micros::SECOND) as u32,
            last_wait_secs: None,
            alarmed: queue.is_some_and(|queue| queue.alarmed),
        }
    }
}
