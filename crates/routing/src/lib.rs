//! Who takes which contact, and when: queues, skills, priorities, the states of agents. What the trade calls an ACD.
//!
//! Invariants, each held by a property test in `tests/`:
//! - A contact that was enqueued is in exactly one place (waiting, offered, talking) until it is abandoned or finished. None is
//!   lost, none is offered to two agents at once.
//! - An agent is never over capacity: one call, or up to the configured number of chats, the one being offered and those in
//!   wrap-up counted.
//! - Among the contacts an agent may take, the one with the earliest **turn** is offered first. `turn = place - head start`,
//!   where `place` is the instant the contact came to the queue and the head start depends on lane and priority alone. All
//!   contacts age alike, so the order of two contacts never changes while they wait.
//! - **Bounded overtaking.** A contact is overtaken only by contacts that came less than `H` after it, `H` being the greatest
//!   head start less its own ([`Tuning::overtaking_bound_secs`]): whoever comes later than that, even in an emergency, is
//!   served after it. So nobody starves, whatever comes.
//! - Place is kept: requeue, a dropped call, a call-back and a transfer never move `place`.
//! - [`Command::Tick`] at one instant does its work once: a second one changes nothing.
//! - A refused command changes nothing.
//!
//! The core ([`model`], [`step`](mod@step)) is pure; [`service`] keeps it in rows, one transaction a command, under a lease.
//! `workforce` drives the same core in simulation.
//!
//! Deliberately absent: what is said to the citizen (dialogue), how a call is connected (voice), who may command
//! (the caller of [`service`] authorises), opening hours (the line's).

mod agents;
mod change;
mod clock;
mod command;
mod contacts;
mod duty;
mod estimate;
mod index;
mod matching;
pub mod model;
mod refusal;
pub mod service;
mod snapshot;
pub mod sql;
mod state;
pub mod step;
mod transfer;
mod tuning;

pub use change::{Changes, Departure, Ended};
pub use command::{Alarm, Arrival, Command, Effect, Target, Withdrawal};
pub use estimate::Estimate;
pub use model::{
    Agent, AgentState, Avoid, BreakReason, Item, Lane, Media, Phase, Presence, Queue, Ringing, Told, Wanted,
    WrapUp,
};
pub use refusal::Refusal;
pub use snapshot::{AgentView, LaneView, QueueView, Snapshot};
pub use state::State;
pub use step::step;
pub use tuning::Tuning;

#[cfg(test)]
mod tests;
