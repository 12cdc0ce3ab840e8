//! Telephones that are browsers: calls from a page, and the lines of agents whose console is their telephone.
//!
//! What is kept is small: who has which leg, and the connection it is wired to at present. A leg outlives its connection, so a
//! page that reloads is put through again with the next offer.

mod peer;
mod registry;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contact::view::{GuestView, PhoneView};
use contact::{CallState, ContactError, LineUp, Phones, Rung};
use kernel::StaffId;
use tokio::sync::mpsc::unbounded_channel;

use crate::call::Event;
use crate::call::hearing::Part;
use crate::house::{GuestState, House};
use crate::media::leg::{Leg, MediaEvent};
use crate::session::{self, Asked, Caller, Input};

pub use peer::OfferError;
pub(crate) use peer::{Link, Peer, up};
pub(crate) use registry::{Line, PageCall, Registry};

/// A line from which nothing has come for so long is away: packets come every 20 ms.
pub(crate) const AWAY_MS: u64 = 2_000;
/// A page from which nothing has come for so long will not come back.
pub(crate) const GONE_MS: u64 = 30_000;

const NO_PLACE: &str = "现在打电话的人太多了，请过一会儿再打；也可以拨打12345，或者在网页上打字。";
const NO_SOUND: &str = "这个浏览器不能打电话，请换一个浏览器，或者拨打12345，也可以在网页上打字。";
const OVER: &str = "这通电话已经结束了，您可以再打一次。";
const NO_LINE: &str = "浏览器话机还没有接通，请先在席位左下方打开。";
const NO_CALL: &str = "现在没有正在进行的通话。";
const ASKED: &str = "已经请了一位同事，请先让他离开或把电话转给他。";
const NO_SUCH_CALL: &str = "这位座席现在没有电话。";
const BUSY: &str = "正在通话，结束后再测试设备。";

fn refused(error: &OfferError) -> ContactError {
    tracing::debug!(%error, "a browser's description cannot be served");
    ContactError::Words(NO_SOUND)
}

impl House {
    /// Wires a leg to a browser.
    fn wire(&self, leg: &Arc<Leg>, offer: &str) -> Result<(Peer, String), ContactError> {
        let socket = self.socket().map_err(|error| {
            tracing::warn!(%error, "no port for a browser");
            ContactError::Unavailable(NO_PLACE)
        })?;
        Peer::answer(offer, socket, self.0.media_ip, leg).map_err(|error| refused(&error))
    }

    fn fresh_leg(&self) -> (Arc<Leg>, tokio::sync::mpsc::UnboundedReceiver<MediaEvent>) {
        let (events, from_leg) = unbounded_channel();
        let first = self.random(|rng| (rng.next_u64() as u16, rng.next_u64() as u32));
        (Leg::loose(first, events), from_leg)
    }

    /// The browser's leg of an agent whose line is up.
    pub(crate) fn line_of(&self, agent: &StaffId) -> Option<Arc<Leg>> {
        let lines = self.0.browsers.lines();
        let line = lines.get(agent)?;
        (line.peer.link() == Link::Up).then(|| Arc::clone(&line.leg))
    }

    /// A call comes to an agent's browser: no test goes on.
    pub(crate) fn end_echo(&self, agent: &StaffId) {
        if let Some(line) = self.0.browsers.lines().get_mut(agent) {
            line.echo = false;
            line.leg.part();
        }
    }

    /// Follows a line's connection: the agent can be offered calls while it is up.
    async fn follow_line(self, agent: StaffId, number: u64) {
        let state = {
            let lines = self.0.browsers.lines();
            let Some(line) = lines.get(&agent).filter(|line| line.number == number) else { return };
            line.peer.follow()
        };
        if up(state.clone()).await {
            tracing::info!(%agent, "a browser is the agent's telephone");
            self.reach(&agent).await;
            self.to_desk(&agent, Input::Event(Event::AgentReady));
            let mut state = state;
            drop(state.wait_for(|link| *link == Link::Down).await);
        }
        let current = self.0.browsers.lines().get(&agent).is_some_and(|line| line.number == number);
        // A line that was taken over by a newer connection is none of ours any more.
        if !current {
            return;
        }
        self.to_desk(&agent, Input::Event(Event::AgentAway));
        self.reach(&agent).await;
        tokio::time::sleep(Duration::from_secs(u64::from(self.0.config.lost_secs))).await;
        let mut lines = self.0.browsers.lines();
        if lines.get(&agent).is_some_and(|line| line.number == number)
            && let Some(line) = lines.remove(&agent)
        {
            line.leg.close();
        }
    }
}

#[async_trait]
impl Phones for House {
    async fn call_in(&self, line: &str, offer: &str) -> Result<Rung, ContactError> {
        if self.0.browsers.calls().len() >= self.0.config.max_calls as usize {
            return Err(ContactError::Unavailable(NO_PLACE));
        }
        let (leg, from_leg) = self.fresh_leg();
        let (peer, answer) = self.wire(&leg, offer)?;
        let mut name = [0_u8; 16];
        self.random(|rng| rng.fill(&mut name));
        let call = hex::encode(name);
        let (inputs, inbox) = unbounded_channel();
        let follow = peer.follow();
        self.0.browsers.calls().insert(
            call.clone(),
            PageCall { peer, leg: Arc::clone(&leg), inputs: inputs.clone(), token: None },
        );
        self.0.wheel.add(Arc::clone(&leg));
        let (house, id, line) = (self.clone(), call.clone(), line.to_owned());
        tokio::spawn(async move {
            if up(follow).await {
                house.count_answered();
                let caller = Caller::page(line, leg.clone(), id.clone());
                session::live(&house, caller, from_leg, inputs, inbox).await;
            }
            leg.close();
            house.0.browsers.calls().remove(&id);
        });
        Ok(Rung { call, answer })
    }

    fn call_state(&self, call: &str) -> CallState {
        match self.0.browsers.calls().get(call) {
            Some(PageCall { token: Some(token), .. }) => CallState::Up(token.clone()),
            Some(_) => CallState::Connecting,
            None => CallState::Over,
        }
    }

    async fn call_media(&self, call: &str, offer: &str) -> Result<String, ContactError> {
        let leg = self.0.browsers.calls().get(call).map(|call| Arc::clone(&call.leg));
        let leg = leg.ok_or(ContactError::NotNow(OVER))?;
        let (peer, answer) = self.wire(&leg, offer)?;
        match self.0.browsers.calls().get_mut(call) {
            Some(known) => known.peer = peer,
            None => return Err(ContactError::NotNow(OVER)),
        }
        Ok(answer)
    }

    fn call_key(&self, call: &str, key: char) -> Result<(), ContactError> {
        let calls = self.0.browsers.calls();
        let call = calls.get(call).ok_or(ContactError::NotNow(OVER))?;
        drop(call.inputs.send(Input::Event(Event::Key(key))));
        Ok(())
    }

    fn call_end(&self, call: &str) {
        if let Some(call) = self.0.browsers.calls().get(call) {
            drop(call.inputs.send(Input::Event(Event::CallerHungUp)));
        }
    }

    async fn line_open(&self, agent: &StaffId, offer: &str) -> Result<LineUp, ContactError> {
        let known = self.0.browsers.lines().get(agent).map(|line| Arc::clone(&line.leg));
        let (leg, new) = match known {
            Some(leg) => (leg, false),
            None => (self.fresh_leg().0, true),
        };
        let (peer, answer) = self.wire(&leg, offer)?;
        let number = self.0.browsers.next_number();
        if new {
            self.0.wheel.add(Arc::clone(&leg));
        }
        self.0.browsers.lines().insert(agent.clone(), Line { peer, leg, number, echo: false });
        tokio::spawn(self.clone().follow_line(agent.clone(), number));
        Ok(LineUp { line: number, answer })
    }

    async fn line_close(&self, agent: &StaffId) {
        self.leave_others(agent);
        let line = self.0.browsers.lines().remove(agent);
        if let Some(line) = line {
            self.to_desk(agent, Input::Event(Event::AgentAway));
            line.leg.close();
        }
        self.reach(agent).await;
    }

    fn line_echo(&self, agent: &StaffId, on: bool) -> Result<(), ContactError> {
        if self.desk(agent).is_some() {
            return if on { Err(ContactError::NotNow(BUSY)) } else { Ok(()) };
        }
        let mut lines = self.0.browsers.lines();
        let line = lines.get_mut(agent).ok_or(ContactError::NotNow(NO_LINE))?;
        line.echo = on;
        line.leg.hear(on.then_some(&line.leg));
        Ok(())
    }

    fn hold(&self, agent: &StaffId, on: bool) -> Result<(), ContactError> {
        self.to_desk(agent, Input::Event(Event::Hold(on))).then_some(()).ok_or(ContactError::NotNow(NO_CALL))
    }

    fn key(&self, agent: &StaffId, key: char) -> Result<(), ContactError> {
        self.to_desk(agent, Input::Press(key)).then_some(()).ok_or(ContactError::NotNow(NO_CALL))
    }

    fn assist(&self, by: &StaffId, agent: &StaffId, part: Option<&str>) -> Result<(), ContactError> {
        let part = match part {
            None => {
                self.leave_others(by);
                return Ok(());
            }
            Some("listen") => Part::Listen,
            Some("whisper") => Part::Whisper,
            Some("join") => Part::Join,
            Some(_) => return Err(ContactError::Words("请选择只听、提示座席或加入通话。")),
        };
        let leg = self.line_of(by).ok_or(ContactError::NotNow(NO_LINE))?;
        if by == agent || self.desk(by).is_some() {
            return Err(ContactError::NotNow("您自己正在通话，结束后再听别人的。"));
        }
        let earlier = self.assisting().get(by).cloned();
        if earlier.is_some_and(|earlier| earlier != *agent) {
            self.leave_others(by);
        }
        self.end_echo(by);
        if !self.to_desk(agent, Input::Assist(by.clone(), Some((leg, part)))) {
            return Err(ContactError::NotNow(NO_SUCH_CALL));
        }
        self.assisting().insert(by.clone(), agent.clone());
        self.0.hotline.hub().poke(&contact::Hub::desk(by.as_str()));
        Ok(())
    }

    fn assists(&self, by: &StaffId, agent: &StaffId) -> bool {
        self.assisting().get(by) == Some(agent)
    }

    fn consult(&self, by: &StaffId, with: &StaffId) -> Result<(), ContactError> {
        let talking = self.desk(by).is_some_and(|desk| desk.state.talking);
        if !talking || self.guest_of(by).is_some() {
            return Err(ContactError::NotNow(if talking { ASKED } else { NO_CALL }));
        }
        if by == with || self.desk(with).is_some() || self.guest_at(with).is_some() {
            return Err(ContactError::NotNow("这位同事正在通话，请换一位。"));
        }
        if self.line_of(with).is_none() && self.telephone_of(with).is_none() {
            return Err(ContactError::NotNow("这位同事没有开话机，请换一位。"));
        }
        let told = self.to_desk(by, Asked::Invite(with.clone()).into());
        told.then_some(()).ok_or(ContactError::NotNow(NO_CALL))
    }

    fn consult_together(&self, by: &StaffId) -> Result<(), ContactError> {
        let there = self.guest_of(by).is_some_and(|(_, state)| state != GuestState::Ringing);
        let told = there && self.to_desk(by, Asked::Together.into());
        told.then_some(()).ok_or(ContactError::NotNow("同事还没有接进来。"))
    }

    fn consult_end(&self, by: &StaffId) -> Result<(), ContactError> {
        self.to_desk(by, Asked::Goes.into()).then_some(()).ok_or(ContactError::NotNow(NO_CALL))
    }

    fn consult_answer(&self, guest: &StaffId, comes: bool) -> Result<(), ContactError> {
        let at = self.guest_at(guest).ok_or(ContactError::NotNow("对方已经不需要您接进来了。"))?;
        // A desk telephone comes by being lifted.
        if comes && self.line_of(guest).is_none() {
            return Err(ContactError::NotNow(NO_LINE));
        }
        at.tell(if comes { Asked::Comes } else { Asked::Goes });
        Ok(())
    }

    fn phone(&self, agent: &StaffId) -> PhoneView {
        let desk = self.desk(agent).map(|desk| desk.state).unwrap_or_default();
        let (line, echo) = match self.0.browsers.lines().get(agent) {
            Some(line) => ((line.peer.link() == Link::Up).then_some(line.number), line.echo),
            None => (None, false),
        };
        PhoneView {
            desk: self.telephone_of(agent).is_some(),
            line,
            talking: desk.talking,
            held: desk.held,
            echo,
            others: desk.others,
            assisting: self.assisting().contains_key(agent),
            guest: self.guest_of(agent).map(|(staff, state)| GuestView {
                id: staff.to_string(),
                name: String::new(),
                state: state.name(),
            }),
            asked_by: self.guest_at(agent).map(|at| GuestView {
                id: at.agent.to_string(),
                name: String::new(),
                state: at.state.name(),
            }),
        }
    }
}
