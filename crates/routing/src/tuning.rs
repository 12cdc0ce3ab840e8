//! The site's choices. Every figure here is configuration; the defaults are where a site starts from.

use serde::{Deserialize, Serialize};

use crate::model::Lane;

/// Times in seconds unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tuning {
    /// How long an agent has to take an offer.
    pub accept_secs: u32,
    /// How long an agent has to finish writing after a contact; 0: as long as it takes.
    pub wrap_up_secs: u32,
    /// After so many offers left unanswered in a row an agent is set to break.
    pub misses_before_break: u8,
    /// Web chats an agent takes at once, unless the agent's profile says otherwise.
    pub chat_capacity: u8,
    /// Head start of an emergency.
    pub emergency_start_secs: u32,
    /// Head start of the elderly lane.
    pub elderly_start_secs: u32,
    /// Head start of the dialect lane.
    pub dialect_start_secs: u32,
    /// Head start for each step of priority above the lowest (5).
    pub priority_step_secs: u32,
    /// How long an emergency waits for a fitting agent before any agent may take it.
    pub emergency_patience_secs: u32,
    /// The same for the elderly lane.
    pub elderly_patience_secs: u32,
    /// The same for the dialect lane.
    pub dialect_patience_secs: u32,
    /// The same for everybody else.
    pub normal_patience_secs: u32,
    /// How long a contact is not offered again to an agent who declined or missed it.
    pub pass_secs: u32,
    /// How long a contact transferred to one agent waits for that agent.
    pub wanted_secs: u32,
    /// How often at most a waiting contact is told its position again; 0 never.
    pub position_every_secs: u32,
    /// The handling time a queue starts from.
    pub default_handling_secs: u32,
    /// Somebody waiting so long in a queue raises an alarm.
    pub alarm_wait_secs: u32,
    /// The skills that make an agent fit for the dialect lane.
    pub dialect_skills: Vec<String>,
    /// The queue that takes contacts whose own queue does not exist.
    pub fallback_queue: String,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            accept_secs: 20,
            wrap_up_secs: 120,
            misses_before_break: 2,
            chat_capacity: 3,
            emergency_start_secs: 4 * 3600,
            elderly_start_secs: 1800,
            dialect_start_secs: 1200,
            priority_step_secs: 120,
            emergency_patience_secs: 0,
            elderly_patience_secs: 15,
            dialect_patience_secs: 15,
            normal_patience_secs: 120,
            pass_secs: 30,
            wanted_secs: 60,
            position_every_secs: 15,
            default_handling_secs: 180,
            alarm_wait_secs: 60,
            dialect_skills: vec!["宁波话".to_owned()],
            fallback_queue: "general".to_owned(),
        }
    }
}

/// Priorities run from 1, the highest, to this.
pub const LOWEST_PRIORITY: u8 = 5;

impl Tuning {
    /// The head start of a contact, in seconds.
    pub fn head_start_secs(&self, lane: Lane, priority: u8) -> u32 {
        let steps = LOWEST_PRIORITY - priority.clamp(1, LOWEST_PRIORITY);
        self.lane_start_secs(lane) + u32::from(steps) * self.priority_step_secs
    }

    fn lane_start_secs(&self, lane: Lane) -> u32 {
        match lane {
            Lane::Emergency => self.emergency_start_secs,
            Lane::Elderly => self.elderly_start_secs,
            Lane::Dialect => self.dialect_start_secs,
            Lane::Normal => 0,
        }
    }

    /// How long a contact of this lane waits for a fitting agent before any agent may take it, in seconds.
    pub fn patience_secs(&self, lane: Lane) -> u32 {
        match lane {
            Lane::Emergency => self.emergency_patience_secs,
            Lane::Elderly => self.elderly_patience_secs,
            Lane::Dialect => self.dialect_patience_secs,
            Lane::Normal => self.normal_patience_secs,
        }
    }

    /// No contact that comes later than this after another is served before it by an agent both may go to.
    pub fn overtaking_bound_secs(&self, lane: Lane, priority: u8) -> u32 {
        let greatest = [Lane::Emergency, Lane::Elderly, Lane::Dialect, Lane::Normal]
            .into_iter()
            .map(|other| self.head_start_secs(other, 1))
            .max()
            .unwrap_or(0);
        greatest.saturating_sub(self.head_start_secs(lane, priority))
    }

    /// Chinese sentences about choices that break the charter's order of lanes or make no sense; empty when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let span = u32::from(LOWEST_PRIORITY - 1) * self.priority_step_secs;
        let lanes = [
            ("紧急", self.emergency_start_secs, "老年", self.elderly_start_secs),
            ("老年", self.elderly_start_secs, "方言", self.dialect_start_secs),
            ("方言", self.dialect_start_secs, "普通", 0),
        ];
        for (upper, above, lower, below) in lanes {
            if above <= below.saturating_add(span) {
                problems.push(format!(
                    "{upper}通道的提前量（{above}秒）要大于{lower}通道的提前量加全部优先级差（{below}+{span}秒），否则{upper}来电会排到{lower}来电后面。"
                ));
            }
        }
        if self.accept_secs == 0 {
            problems.push("接听时限不能为0秒，否则话务员来不及接。".to_owned());
        }
        if self.misses_before_break == 0 {
            problems.push("未接几次转小休，至少填1。".to_owned());
        }
        problems
    }
}
