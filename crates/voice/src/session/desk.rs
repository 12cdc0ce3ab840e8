//! The agent's side of a call: a desk telephone that is rung, or a browser whose line is up already.

use std::net::IpAddr;
use std::sync::Arc;

use kernel::StaffId;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::unbounded_channel;

use super::{Input, Session, start_leg};
use crate::VoiceError;
use crate::browser::AWAY_MS;
use crate::call::Event;
use crate::call::hearing::{Part, Side, hearing};
use crate::house::{DeskState, House};
use crate::media::leg::Leg;
use crate::sdp;
use crate::sip::CallRef;

/// The agent's side.
pub(super) struct AgentSide {
    agent: StaffId,
    way: Way,
    shown: DeskState,
}

/// How sound gets to somebody of the staff.
pub(super) enum Way {
    /// A desk telephone: its call, and its leg once it is lifted.
    Telephone { call: CallRef, socket: Option<(UdpSocket, IpAddr)>, leg: Option<Arc<Leg>> },
    /// A browser. Its leg is the line's own and outlives the call.
    Browser { leg: Arc<Leg>, there: bool },
}

impl Way {
    /// The leg, once there is sound.
    pub(super) const fn leg(&self) -> Option<&Arc<Leg>> {
        match self {
            Self::Telephone { leg, .. } => leg.as_ref(),
            Self::Browser { leg, .. } => Some(leg),
        }
    }

    /// Whether this is the telephone's call.
    pub(super) fn is(&self, named: &CallRef) -> bool {
        matches!(self, Self::Telephone { call, .. } if call == named)
    }

    /// The handset was lifted: its sound begins. False when its description cannot be used.
    pub(super) fn lifted(&mut self, house: &House, body: &[u8]) -> bool {
        let Self::Telephone { socket, leg, .. } = self else { return false };
        let (Ok(answer), Some((socket, source))) = (sdp::read(body), socket.take()) else { return false };
        // Keys and words of staff are nobody's business here.
        let (events, _nobody) = unbounded_channel();
        *leg = Some(start_leg(house, socket, &answer.media, source, events));
        true
    }

    /// Ends a telephone's call; a browser's line is left alone.
    pub(super) fn leave(&self, house: &House) {
        match self {
            Self::Telephone { call, leg, .. } => {
                if let Some(leg) = leg {
                    leg.close();
                }
                house.leave(call);
                house.0.signalling.end(call);
            }
            Self::Browser { leg, .. } => leg.hear([]),
        }
    }
}

impl AgentSide {
    /// The leg, once there is sound.
    pub(super) const fn leg(&self) -> Option<&Arc<Leg>> {
        self.way.leg()
    }

    /// Whether this is the telephone's call.
    pub(super) fn is(&self, named: &CallRef) -> bool {
        self.way.is(named)
    }

    /// Whose it is.
    pub(super) const fn agent(&self) -> &StaffId {
        &self.agent
    }
}

impl Session<'_> {
    pub(super) async fn ring(&mut self, agent: &StaffId) {
        if let Err(error) = self.try_ring(agent).await {
            tracing::info!(contact = %self.contact, %error, "an agent's telephone cannot be rung");
            // Told as an input, so that the machine is not entered while it performs.
            drop(self.inputs.send(Input::Event(Event::AgentUnreachable)));
        }
    }

    async fn try_ring(&mut self, agent: &StaffId) -> Result<(), VoiceError> {
        if let Some(way) = self.listener_becomes(agent) {
            drop(self.inputs.send(Input::Event(Event::AgentReady)));
            self.seat(agent, way);
            return Ok(());
        }
        let guest = self.guest_becomes(agent);
        self.drop_agent();
        if let Some(way) = guest {
            drop(self.inputs.send(Input::Event(Event::AgentLifted)));
            self.seat(agent, way);
            return Ok(());
        }
        self.drop_guest();
        if self.house.desk(agent).is_some() {
            return Err(VoiceError::Signalling("the agent is in another call".to_owned()));
        }
        self.house.leave_others(agent);
        let way = match self.house.line_of(agent) {
            Some(leg) => {
                self.house.end_echo(agent);
                drop(self.inputs.send(Input::Event(Event::AgentReady)));
                Way::Browser { leg, there: true }
            }
            None => self.ring_telephone(agent).await?,
        };
        self.seat(agent, way);
        Ok(())
    }

    /// A supervisor who takes part in the call has taken it over: over the line that is up already.
    fn listener_becomes(&mut self, agent: &StaffId) -> Option<Way> {
        let at = self.others.iter().position(|(staff, ..)| staff == agent)?;
        if self.guest.as_ref().is_some_and(|guest| guest.staff == *agent) {
            return None;
        }
        let (_, leg, _) = self.others.remove(at);
        self.drop_guest();
        self.house.assisting().remove(agent);
        Some(Way::Browser { leg, there: true })
    }

    fn seat(&mut self, agent: &StaffId, way: Way) {
        let shown = DeskState::default();
        self.house.at_desk(agent, &self.inputs, shown);
        self.agent = Some(AgentSide { agent: agent.clone(), way, shown });
    }

    pub(super) async fn ring_telephone(&self, agent: &StaffId) -> Result<Way, VoiceError> {
        let user = self
            .house
            .telephone_of(agent)
            .ok_or_else(|| VoiceError::Signalling("the agent has no telephone".to_owned()))?;
        let socket = self.house.socket()?;
        let port = socket.local_addr()?.port();
        let number = self.house.random(kernel::Rng::next_u64) >> 1;
        let offer = sdp::offer(self.house.0.media_ip, port, number, 1);
        let stack = &self.house.0.signalling;
        let (call, source) = stack.ring(&user, &self.caller.number, self.contact.as_str(), offer).await?;
        self.house.enter(&call, self.inputs.clone());
        Ok(Way::Telephone { call, socket: Some((socket, source)), leg: None })
    }

    /// The handset was lifted: its sound begins.
    pub(super) async fn lifted(&mut self, body: &[u8]) {
        let Some(side) = &mut self.agent else { return };
        if !side.way.lifted(self.house, body) {
            self.drop_agent();
            return self.step(Event::AgentUnreachable).await;
        }
        self.step(Event::AgentLifted).await;
    }

    /// Looks whether the agent can still be heard.
    pub(super) async fn watch_agent(&mut self) {
        let lost_ms = u64::from(self.house.0.config.lost_secs) * 1000;
        let event = match self.agent.as_mut().map(|side| &mut side.way) {
            Some(Way::Telephone { leg: Some(leg), .. }) => {
                (self.call.is_bridged() && leg.stats().silent_ms > lost_ms).then_some(Event::AgentLost)
            }
            Some(Way::Browser { leg, there }) => {
                let heard = !leg.is_closed() && leg.stats().silent_ms <= AWAY_MS;
                let changed = std::mem::replace(there, heard) != heard;
                changed.then_some(if heard { Event::AgentReady } else { Event::AgentAway })
            }
            _ => None,
        };
        if let Some(event) = event {
            self.step(event).await;
        }
    }

    /// Puts the sides together as they stand: caller and agent bridged or not, and those who take part.
    pub(super) fn join(&self, bridged: bool) {
        let agent = self.agent.as_ref().and_then(AgentSide::leg);
        let parts: Vec<Part> = self.others.iter().map(|(.., part)| *part).collect();
        let leg_of = |side: &Side| match side {
            Side::Caller => Some(self.leg()),
            Side::Agent => agent,
            Side::Listener(at) => self.others.get(*at).map(|(_, leg, _)| leg),
        };
        for (side, heard) in hearing(bridged, &parts) {
            if let Some(leg) = leg_of(&side) {
                leg.hear(heard.iter().filter_map(leg_of));
            }
        }
    }

    /// Somebody takes part from now on, or no longer.
    pub(super) fn assist(&mut self, staff: StaffId, part: Option<(Arc<Leg>, Part)>) {
        if let Some(at) = self.others.iter().position(|(known, ..)| *known == staff) {
            let (_, leg, _) = self.others.remove(at);
            leg.hear([]);
        }
        if let Some((leg, part)) = part {
            self.others.push((staff, leg, part));
        }
        self.join(self.call.is_bridged());
    }

    /// Tells the desk how the call stands.
    pub(super) fn show_desk(&mut self) {
        let state = DeskState {
            talking: self.call.is_bridged(),
            held: self.call.is_held(),
            others: self.others.len(),
        };
        if let Some(side) = &mut self.agent
            && std::mem::replace(&mut side.shown, state) != state
        {
            self.house.at_desk(&side.agent, &self.inputs, state);
        }
    }

    /// The telephone has ended by itself.
    pub(super) fn forget_agent(&mut self, call: &CallRef) {
        self.house.leave(call);
        if let Some(side) = self.agent.take() {
            if let Some(leg) = side.leg() {
                leg.close();
            }
            self.left(&side.agent);
        }
    }

    /// Leaves the agent's telephone.
    pub(super) fn drop_agent(&mut self) {
        let Some(side) = self.agent.take() else { return };
        side.way.leave(self.house);
        self.left(&side.agent);
    }

    /// Who took part in the call of an agent goes with the agent; a colleague who was asked may be about to take it over, and
    /// a supervisor has it already.
    fn left(&mut self, agent: &StaffId) {
        self.house.left_desk(agent, &self.inputs);
        let guest = self.guest.as_ref().map(|guest| guest.staff.clone());
        let (stay, go) = std::mem::take(&mut self.others)
            .into_iter()
            .partition(|(staff, ..)| Some(staff) == guest.as_ref() || Some(staff) == self.call.agent());
        self.others = stay;
        for (staff, leg, _) in go {
            leg.hear([]);
            self.house.leave_others(&staff);
        }
        self.leg().hear([]);
    }
}
