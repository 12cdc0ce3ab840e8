//! A colleague whom the agent asks into the call: alone with the agent first while the caller hears music, then all three
//! together, or in the agent's place.

use std::sync::Arc;

use kernel::StaffId;

use super::desk::Way;
use super::{Input, Session};
use crate::call::Event;
use crate::call::hearing::Part;
use crate::house::GuestState;
use crate::media::leg::Leg;

/// The colleague.
pub(super) struct Guest {
    pub staff: StaffId,
    way: Way,
    /// Sound goes both ways.
    there: bool,
}

impl Guest {
    /// Whether this is the telephone's call.
    pub(super) fn is(&self, named: &crate::sip::CallRef) -> bool {
        self.way.is(named)
    }

    fn leg(&self) -> Option<&Arc<Leg>> {
        self.way.leg().filter(|_| self.there)
    }
}

/// What the agent or the colleague wants.
pub(crate) enum Asked {
    /// Ask this colleague.
    Invite(StaffId),
    /// The colleague at a browser comes.
    Comes,
    /// All three together.
    Together,
    /// The colleague goes, or does not come.
    Goes,
}

impl Session<'_> {
    pub(super) async fn asked(&mut self, what: Asked) {
        match what {
            Asked::Invite(staff) => self.invite(&staff).await,
            Asked::Comes => self.guest_there(),
            Asked::Together => self.together().await,
            Asked::Goes => self.guest_goes().await,
        }
    }

    async fn invite(&mut self, staff: &StaffId) {
        if self.guest.is_some() || !self.call.is_bridged() {
            return;
        }
        let way = match self.house.line_of(staff) {
            Some(leg) => {
                self.house.end_echo(staff);
                Way::Browser { leg, there: true }
            }
            None => match self.ring_telephone(staff).await {
                Ok(way) => way,
                Err(error) => {
                    tracing::info!(contact = %self.contact, %error, "a colleague cannot be rung");
                    return;
                }
            },
        };
        self.guest = Some(Guest { staff: staff.clone(), way, there: false });
        self.show_guest(staff, Some(GuestState::Ringing));
        self.step(Event::Hold(true)).await;
    }

    /// The colleague's handset was lifted.
    pub(super) async fn guest_lifted(&mut self, body: &[u8]) {
        let lifted = self.guest.as_mut().is_some_and(|guest| guest.way.lifted(self.house, body));
        if lifted { self.guest_there() } else { self.guest_goes().await }
    }

    fn guest_there(&mut self) {
        let Some(guest) = self.guest.as_mut().filter(|guest| !guest.there) else { return };
        guest.there = true;
        let (staff, leg) = (guest.staff.clone(), guest.leg().cloned());
        self.others.extend(leg.map(|leg| (staff.clone(), leg, Part::Consult)));
        self.join(self.call.is_bridged());
        self.show_guest(&staff, Some(GuestState::Consult));
    }

    async fn together(&mut self) {
        let Some(staff) = self.guest.as_ref().filter(|guest| guest.there).map(|guest| guest.staff.clone())
        else {
            return;
        };
        for (other, _, part) in &mut self.others {
            if *other == staff {
                *part = Part::Join;
            }
        }
        self.show_guest(&staff, Some(GuestState::Join));
        self.step(Event::Hold(false)).await;
        self.join(self.call.is_bridged());
    }

    /// The colleague goes; agent and caller are together again.
    pub(super) async fn guest_goes(&mut self) {
        if self.guest.is_some() {
            self.drop_guest();
            self.step(Event::Hold(false)).await;
            self.join(self.call.is_bridged());
        }
    }

    /// The colleague's telephone ended by itself.
    pub(super) fn drop_guest(&mut self) {
        let Some(guest) = self.guest.take() else { return };
        self.others.retain(|(staff, ..)| *staff != guest.staff);
        guest.way.leave(self.house);
        self.show_guest(&guest.staff, None);
    }

    /// The colleague takes the call over: their way, which is open already.
    pub(super) fn guest_becomes(&mut self, agent: &StaffId) -> Option<Way> {
        let guest = self.guest.take_if(|guest| guest.there && guest.staff == *agent)?;
        self.others.retain(|(staff, ..)| staff != agent);
        self.show_guest(agent, None);
        Some(guest.way)
    }

    /// The colleague who is there, when the agent lays the handset down: the call is theirs.
    pub(super) fn heir(&self) -> Option<StaffId> {
        self.guest.as_ref().filter(|guest| guest.there).map(|guest| guest.staff.clone())
    }

    fn show_guest(&self, staff: &StaffId, state: Option<GuestState>) {
        let agent = self.agent.as_ref().map(|side| side.agent().clone());
        self.house.guest(staff, agent.as_ref(), state, &self.inputs);
    }
}

impl From<Asked> for Input {
    fn from(what: Asked) -> Self {
        Self::Asked(what)
    }
}
