//! Effects and commands as rows of the record.

use kernel::{ContactId, QueueId, StaffId};

use crate::command::{Alarm, Command, Effect};

/// What an effect is about. Positions are told, not recorded: thousands a minute, and each can be recounted.
pub(super) struct EffectRow<'e> {
    pub(super) kind: &'static str,
    pub(super) contact: Option<&'e ContactId>,
    pub(super) agent: Option<&'e StaffId>,
    pub(super) queue: Option<&'e QueueId>,
}

impl<'e> EffectRow<'e> {
    pub(super) fn of(effect: &'e Effect) -> Option<Self> {
        let row = |kind, contact, agent, queue| Some(Self { kind, contact, agent, queue });
        match effect {
            Effect::Position { .. } => None,
            Effect::Offer { agent, contact, queue, .. } => {
                row("offer", Some(contact), Some(agent), Some(queue))
            }
            Effect::OfferWithdrawn { agent, contact, .. } => {
                row("offer_withdrawn", Some(contact), Some(agent), None)
            }
            Effect::Connected { agent, contact, .. } => row("connected", Some(contact), Some(agent), None),
            Effect::PlaceKept { contact } => row("place_kept", Some(contact), None, None),
            Effect::Requeued { contact, from } => row("requeued", Some(contact), Some(from), None),
            Effect::Transferred { contact, from, .. } => {
                row("transferred", Some(contact), from.as_ref(), None)
            }
            Effect::TakenOver { contact, to, .. } => row("taken_over", Some(contact), Some(to), None),
            Effect::Left { contact, agent, .. } => row("left", Some(contact), agent.as_ref(), None),
            Effect::Agent { agent, .. } => row("agent", None, Some(agent), None),
            Effect::Alarm(alarm) => match alarm {
                Alarm::EmergencyAlone { contact } => row("alarm", Some(contact), None, None),
                Alarm::NotAnswering { agent } => row("alarm", None, Some(agent), None),
                Alarm::LongWait { queue, .. } | Alarm::LongWaitOver { queue } => {
                    row("alarm", None, None, Some(queue))
                }
                Alarm::NoSuchQueue { contact, queue } => row("alarm", Some(contact), None, Some(queue)),
            },
        }
    }
}

/// How the audit names a command of a person, and on what.
pub(super) fn audited(command: &Command) -> (&'static str, String) {
    let contact = |action, contact: &ContactId| (action, format!("contact:{contact}"));
    let agent = |action, agent: &StaffId| (action, format!("staff:{agent}"));
    match command {
        Command::Enqueue(arrival) => contact("routing.enqueue", &arrival.contact),
        Command::Abandon { contact: id } => contact("routing.abandon", id),
        Command::KeepPlace { contact: id } => contact("routing.keep_place", id),
        Command::Resume { contact: id } => contact("routing.resume", id),
        Command::Accept { contact: id, .. } => contact("routing.accept", id),
        Command::Decline { contact: id, .. } => contact("routing.decline", id),
        Command::Finish { contact: id, .. } => contact("routing.finish", id),
        Command::WrapUpDone { contact: id, .. } => contact("routing.wrap_up_done", id),
        Command::TransferQueue { contact: id, .. } => contact("routing.transfer_queue", id),
        Command::TransferAgent { contact: id, .. } => contact("routing.transfer_agent", id),
        Command::TakeOver { contact: id, .. } => contact("routing.take_over", id),
        Command::Requeue { contact: id } => contact("routing.requeue", id),
        Command::Profile { agent: id, .. } => agent("routing.profile", id),
        Command::AgentState { agent: id, .. } => agent("routing.agent_state", id),
        Command::AgentGone { agent: id } => agent("routing.agent_gone", id),
        Command::Tick => ("routing.tick", "routing:clock".to_owned()),
    }
}
