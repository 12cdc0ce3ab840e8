//! The moves: `step(state, command, now) -> effects`, or a refusal that leaves the state as it was.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, StaffId};

use crate::change::{Departure, Ended};
use crate::command::{Command, Effect, Withdrawal};
use crate::model::{Agent, AgentState, Item, Phase};
use crate::refusal::Refusal;
use crate::state::State;

/// One step of routing.
///
/// # Errors
/// [`Refusal`] when the command does not fit the state; the state is unchanged then.
pub fn step(state: &mut State, command: Command, now: Micros) -> Result<Vec<Effect>, Refusal> {
    let mut work = Work { state, now, effects: Vec::new(), before: BTreeMap::new() };
    work.perform(command)?;
    Ok(work.finished())
}

/// A step under way.
pub(crate) struct Work<'s> {
    pub(crate) state: &'s mut State,
    pub(crate) now: Micros,
    pub(crate) effects: Vec<Effect>,
    /// What touched agents were doing when the step began.
    before: BTreeMap<StaffId, AgentState>,
}

impl Work<'_> {
    /// Every arm refuses before it changes anything.
    fn perform(&mut self, command: Command) -> Result<(), Refusal> {
        let mut tell = None;
        match command {
            Command::Enqueue(arrival) => {
                tell = Some(arrival.contact.clone());
                self.enqueue(arrival);
            }
            Command::Abandon { contact } => self.abandon(&contact),
            Command::KeepPlace { contact } => self.keep_place(&contact)?,
            Command::Resume { contact } => {
                self.known(&contact)?;
                self.edit_item(&contact, |item| item.call_back = false);
                tell = Some(contact);
            }
            Command::Profile { agent, skills, voice, chat_capacity } => {
                self.profile(&agent, skills, voice, chat_capacity);
            }
            Command::AgentState { agent, to } => self.agent_state(&agent, to)?,
            Command::Accept { agent, contact } => self.accept(&agent, &contact)?,
            Command::Decline { agent, contact } => {
                self.offered_to(&agent, &contact)?;
                self.take_back(&contact, Withdrawal::Declined);
            }
            Command::Finish { contact, agent } => self.finish(&contact, agent.as_ref())?,
            Command::WrapUpDone { agent, contact } => self.wrap_up_done(&agent, &contact)?,
            Command::TransferQueue { contact, by, queue, needs } => {
                self.transfer_queue(&contact, by.as_ref(), &queue, needs)?;
                tell = Some(contact);
            }
            Command::TransferAgent { contact, by, to } => {
                self.transfer_agent(&contact, by.as_ref(), &to)?;
                tell = Some(contact);
            }
            Command::TakeOver { contact, to } => self.take_over(&contact, &to)?,
            Command::Requeue { contact } => {
                self.requeue(&contact)?;
                tell = Some(contact);
            }
            Command::AgentGone { agent } => self.agent_gone(&agent)?,
            Command::Tick => self.pass_time(),
        }
        self.match_waiting();
        if let Some(contact) = tell {
            self.tell_position(&contact);
        }
        Ok(())
    }

    /// The effects, with one word about each agent whose state the step has changed.
    fn finished(mut self) -> Vec<Effect> {
        for (staff, before) in std::mem::take(&mut self.before) {
            let state = self.state.agents.get(&staff).map_or(AgentState::Offline, Agent::state);
            if state != before {
                self.effects.push(Effect::Agent { agent: staff, state });
            }
        }
        self.effects
    }

    // How facts change: nothing else writes to items or agents ------------------------------------------------------

    pub(crate) fn edit_item(&mut self, contact: &ContactId, edit: impl FnOnce(&mut Item)) {
        self.state.unindex_item(contact);
        if let Some(item) = self.state.items.get_mut(contact) {
            edit(item);
            self.state.changes.contact(contact);
        }
        self.state.index_item(contact);
    }

    /// For what an agent has in hand. Presence and skills go through [`Self::edit_duty`].
    pub(crate) fn edit_agent(&mut self, staff: &StaffId, edit: impl FnOnce(&mut Agent)) {
        self.state.unindex_room(staff);
        if let Some(agent) = self.state.agents.get_mut(staff) {
            if !self.before.contains_key(staff) {
                self.before.insert(staff.clone(), agent.state());
            }
            edit(agent);
            self.state.changes.agent(staff);
        }
        self.state.index_room(staff);
    }

    pub(crate) fn edit_duty(&mut self, staff: &StaffId, edit: impl FnOnce(&mut Agent)) {
        self.edit_agent(staff, edit);
        if let Some(agent) = self.state.agents.get(staff) {
            self.state.index.duty.update(agent);
        }
    }

    pub(crate) fn remove_item(&mut self, contact: &ContactId, how: Departure) {
        self.state.unindex_item(contact);
        if let Some(item) = self.state.items.remove(contact) {
            let agent = item.agent().cloned();
            self.state.changes.left(contact, Ended { how, agent: agent.clone(), at: self.now });
            self.effects.push(Effect::Left { contact: contact.clone(), how, agent });
        }
    }

    // What must hold before a command changes anything --------------------------------------------------------------

    pub(crate) fn known(&self, contact: &ContactId) -> Result<&Item, Refusal> {
        self.state.items.get(contact).ok_or_else(|| Refusal::UnknownContact(contact.clone()))
    }

    pub(crate) fn known_agent(&self, staff: &StaffId) -> Result<&Agent, Refusal> {
        self.state.agents.get(staff).ok_or_else(|| Refusal::UnknownAgent(staff.clone()))
    }

    pub(crate) fn offered_to(&self, agent: &StaffId, contact: &ContactId) -> Result<&Item, Refusal> {
        let refusal = || Refusal::NotOffered { contact: contact.clone(), agent: agent.clone() };
        let item = self.state.items.get(contact).ok_or_else(refusal)?;
        match &item.phase {
            Phase::Offered { agent: offered, .. } if offered == agent => Ok(item),
            _ => Err(refusal()),
        }
    }

    /// The agent a contact talks with; `agent`, when told, must be that one.
    pub(crate) fn talking_with(
        &self,
        contact: &ContactId,
        agent: Option<&StaffId>,
    ) -> Result<(StaffId, Micros), Refusal> {
        match &self.known(contact)?.phase {
            Phase::Talking { agent: with, since } => match agent {
                Some(agent) if agent != with => {
                    Err(Refusal::NotYours { contact: contact.clone(), agent: agent.clone() })
                }
                _ => Ok((with.clone(), *since)),
            },
            _ => Err(Refusal::NotTalking(contact.clone())),
        }
    }
}
