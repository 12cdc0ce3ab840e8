//! What a waiting citizen is told: the position in line and the expected wait.
//!
//! **Position**: one, and one more for each waiting contact whose turn comes earlier and that some agent on duty might take
//! instead of this one.
//!
//! **Expected wait** of a contact of profile `i`:
//!
//! ```text
//! W = ( sum over j of  n_j * H_j / k_j * s_ij   +   H_i / k_i ) / a_i
//!
//! n_j   contacts of profile j whose turn comes earlier
//! H_j   mean of the queue's recent handling times, wrap-up included (moving mean, the newest weighs 1/16)
//! k_j   contacts the agents of j hold at once, on average: 1 for calls, the chat capacity for chats
//! s_ij  share of j's work that falls on agents who also serve i: agents serving both / agents serving j
//! a_i   agents on duty who serve i
//! ```
//!
//! With one queue of calls it is the known `position * H / a`: when all `a` agents are busy they come free every `H / a`
//! seconds on average. Agents on break count as off duty. Where no fitting agent is on duty, anybody serves; where nobody is on
//! duty, there is no expected wait.

use kernel::{ContactId, Micros};
use serde::{Deserialize, Serialize};

use crate::duty::{Duty, ProfileId};
use crate::model::{Item, Phase};
use crate::state::State;

/// What a waiting citizen is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// How many are served before, plus one.
    pub position: u32,
    /// The expected wait in seconds, rounded up; none when nobody is on duty.
    pub wait_secs: Option<u32>,
}

/// Contacts ahead, by profile.
struct Ahead {
    count: Vec<u32>,
    /// Handling time of one contact, by profile, in microseconds.
    handling_us: Vec<f64>,
}

impl Ahead {
    fn nobody(state: &State) -> Self {
        let duty = &state.index.duty;
        let handling_us = (0..duty.len())
            .map(|id| {
                let queue = duty.profile(id).and_then(|profile| profile.queue.as_ref());
                let default = i64::from(state.tuning.default_handling_secs) * Micros::SECOND;
                queue.map_or(default, |queue| state.handling_us(queue)) as f64
            })
            .collect();
        Self { count: vec![0; duty.len()], handling_us }
    }

    fn add(&mut self, profile: ProfileId, how_many: u32) {
        if let Some(count) = self.count.get_mut(profile) {
            *count += how_many;
        }
    }

    fn estimate(&self, duty: &Duty, profile: ProfileId) -> Estimate {
        let mine = duty.served_by(profile);
        let agents = duty.agents_for(mine);
        let each_us = |id: ProfileId, served_by: ProfileId| {
            let handling = self.handling_us.get(id).copied().unwrap_or(0.0);
            let at_once =
                f64::from(duty.slots_for(served_by).max(1)) / f64::from(duty.agents_for(served_by).max(1));
            handling / at_once.max(1.0)
        };
        let mut position = 1;
        // Whole microseconds, so that the sum does not depend on the order of profiles, which a restart may change.
        let mut work_us = each_us(profile, mine).round() as i64;
        for (id, count) in self.count.iter().enumerate().filter(|(_, count)| **count > 0) {
            let theirs = duty.served_by(id);
            let shared = duty.shared(mine, theirs);
            if shared > 0 || theirs == mine {
                position += count;
                let share = f64::from(shared) / f64::from(duty.agents_for(theirs).max(1));
                work_us += (f64::from(*count) * each_us(id, theirs) * share).round() as i64;
            }
        }
        let wait_secs = (agents > 0).then(|| {
            let by_all_us = i64::from(agents) * Micros::SECOND;
            u32::try_from((work_us + by_all_us - 1) / by_all_us).unwrap_or(u32::MAX)
        });
        Estimate { position, wait_secs }
    }
}

impl State {
    fn known_profile(&self, item: &Item) -> Option<ProfileId> {
        let queue = self.queues.get(&item.queue).map(|queue| &queue.spec);
        self.index.duty.find(&crate::duty::Profile::of(item, queue, &self.tuning))
    }

    /// What one waiting contact is told; none when it does not wait.
    pub fn estimate(&self, contact: &ContactId) -> Option<Estimate> {
        let item = self.items.get(contact).filter(|item| item.phase == Phase::Waiting)?;
        let me = (self.turn(item), contact.clone());
        let mut ahead = Ahead::nobody(self);
        for (key, turns) in &self.index.classes {
            ahead.add(key.profile, turns.range(..&me).count() as u32);
        }
        for turn in self.index.wanted.values().flat_map(|turns| turns.range(..&me)) {
            if let Some(profile) = self.items.get(&turn.1).and_then(|item| self.known_profile(item)) {
                ahead.add(profile, 1);
            }
        }
        // A contact that waits for one agent may be the first of its profile.
        let profile = self.known_profile(item).unwrap_or(0);
        Some(ahead.estimate(&self.index.duty, profile))
    }

    /// What every waiting contact is told, in turn order.
    pub fn estimates(&self) -> Vec<(ContactId, Estimate)> {
        let mut line: Vec<(i64, &ContactId, Option<ProfileId>)> = Vec::new();
        for (key, turns) in &self.index.classes {
            line.extend(turns.iter().map(|(turn, contact)| (*turn, contact, Some(key.profile))));
        }
        for (turn, contact) in self.index.wanted.values().flatten() {
            let profile = self.items.get(contact).and_then(|item| self.known_profile(item));
            line.push((*turn, contact, profile));
        }
        line.sort_unstable();
        let mut ahead = Ahead::nobody(self);
        line.into_iter()
            .map(|(_, contact, profile)| {
                let estimate = ahead.estimate(&self.index.duty, profile.unwrap_or(0));
                if let Some(profile) = profile {
                    ahead.add(profile, 1);
                }
                (contact.clone(), estimate)
            })
            .collect()
    }
}
