//! One call, lived: the pure machine ([`crate::call`]) with a socket, a contact and speech around it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use contact::{Hotline, Hub, Opening};
use dialogue::{Lane, SpeechFeatures};
use kernel::{ContactId, StaffId};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::VoiceError;
use crate::audio::Clip;
use crate::call::{Call, Effect, Event, Line, Standing, Terms};
use crate::house::House;
use crate::media::latch::Latch;
use crate::media::leg::{Leg, MediaEvent};
use crate::media::player::Item;
use crate::media::vad::{Listener, Patience};
use crate::recording::Tape;
use crate::sdp::{self, Media};
use crate::sip::{CallRef, Invited, Signal};
use crate::speech::SpeechError;

/// A caller who does not confirm our answer within this is gone.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(10);
/// No packet from the caller for so long: the far side is dead (there are no session timers yet).
const DEAD_MS: u64 = 120_000;
/// Rows are looked at this often even without a hint.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What reaches a session.
pub(crate) enum Input {
    /// From the signalling.
    Signal(Signal),
    /// From the caller's leg.
    Caller(MediaEvent),
    /// From the agent's leg.
    Agent,
    /// An utterance was recognised, or not.
    Words(Result<crate::speech::Recognised, SpeechError>),
    /// A part of an item is ready: item, part of how many.
    Part(u32, usize, usize, Result<Clip, SpeechError>),
    /// The machine is to know this.
    Event(Event),
}

/// What is told to the contact, in order.
enum Tell {
    Words(String, u8),
    Key(char),
    Silence(u32),
    SpeechDown,
    HungUp,
    Lifted(StaffId),
    Declined(StaffId),
    AgentHungUp(StaffId),
    Parted,
}

/// An item on its way to the player.
struct Pending {
    item: u32,
    interruptible: bool,
    ready: VecDeque<(Clip, bool)>,
    complete: bool,
}

struct AgentSide {
    call: Option<CallRef>,
    socket: Option<(UdpSocket, std::net::IpAddr)>,
    leg: Option<Arc<Leg>>,
}

struct Session<'a> {
    house: &'a House,
    invited: Invited,
    contact: ContactId,
    call: Call,
    leg: Arc<Leg>,
    media: Media,
    versions: (u64, u64),
    inputs: UnboundedSender<Input>,
    tells: UnboundedSender<Tell>,
    pending: VecDeque<Pending>,
    agent: Option<AgentSide>,
    /// Where routing last said it rings.
    offer: Option<StaffId>,
    last_seq: i64,
}

/// Lives a call from its INVITE to its end. Every way out closes the socket and ends both dialogs.
pub(crate) async fn run(
    house: &House,
    invited: Invited,
    inputs: UnboundedSender<Input>,
    mut inbox: UnboundedReceiver<Input>,
) {
    let call = invited.call.clone();
    let stack = Arc::clone(&house.0.signalling);
    let offer = match sdp::read(&invited.offer) {
        Ok(offer) => offer,
        Err(error) => {
            tracing::debug!(%call, %error, "an offer cannot be served");
            house.count_refused();
            return stack.refuse(&call, status_of(error), None);
        }
    };
    let (media_events, mut from_leg) = unbounded_channel();
    let leg = match open_leg(house, &offer.media, invited.source, media_events) {
        Ok(leg) => leg,
        Err(error) => {
            tracing::warn!(%error, "no sound for a call");
            return stack.refuse(&call, 503, Some(10));
        }
    };
    let to_inbox = inputs.clone();
    tokio::spawn(async move {
        while let Some(event) = from_leg.recv().await {
            if to_inbox.send(Input::Caller(event)).is_err() {
                return;
            }
        }
    });
    let session_number = house.random(kernel::Rng::next_u64) >> 1;
    let answer = sdp::answer(&offer, house.0.media_ip, leg.port(), session_number, 1);
    if stack.answer(&call, answer).is_ok() && confirmed(&mut inbox).await {
        house.count_answered();
        let versions = (session_number, 1);
        if let Err(error) = talk(house, invited, offer.media, versions, &leg, inputs, inbox).await {
            tracing::warn!(%call, %error, "a call broke off");
        }
    }
    drop(leg.record(None));
    leg.close();
    stack.end(&call);
}

fn open_leg(
    house: &House,
    media: &Media,
    source: std::net::IpAddr,
    events: UnboundedSender<MediaEvent>,
) -> Result<Arc<Leg>, VoiceError> {
    let socket = house.socket()?;
    Ok(start_leg(house, socket, media, source, events))
}

fn start_leg(
    house: &House,
    socket: UdpSocket,
    media: &Media,
    source: std::net::IpAddr,
    events: UnboundedSender<MediaEvent>,
) -> Arc<Leg> {
    let first = house.random(|rng| (rng.next_u64() as u16, rng.next_u64() as u32, rng.next_u64() as u32));
    let leg = Leg::new(socket, media, Latch::new(media.address, source), first, events);
    house.0.wheel.add(Arc::clone(&leg));
    tokio::spawn(Arc::clone(&leg).listen());
    leg
}

/// Waits for the caller's ACK: a call that nobody confirms leaves no trace in the database.
async fn confirmed(inbox: &mut UnboundedReceiver<Input>) -> bool {
    let wait = async {
        while let Some(input) = inbox.recv().await {
            match input {
                Input::Signal(Signal::Confirmed(..)) => return true,
                Input::Signal(Signal::Ended(_)) => return false,
                _ => {}
            }
        }
        false
    };
    tokio::time::timeout(CONFIRMED_WITHIN, wait).await.unwrap_or(false)
}

async fn talk(
    house: &House,
    invited: Invited,
    media: Media,
    versions: (u64, u64),
    leg: &Arc<Leg>,
    inputs: UnboundedSender<Input>,
    mut inbox: UnboundedReceiver<Input>,
) -> Result<(), VoiceError> {
    let hotline = house.0.hotline.clone();
    let config = &house.0.config;
    let line = line_of(&hotline, &invited.dialled);
    let of_line = hotline.site().lines.get(&line).and_then(|line| line.lane.clone());
    let elderly = config.elderly_numbers.contains(&invited.caller) || of_line.as_deref() == Some("elderly");
    let opening = Opening {
        line,
        lane: if elderly { Lane::Elderly } else { Lane::Normal },
        phone: Some(invited.caller.clone()).filter(|caller| caller.chars().any(|c| c.is_ascii_digit())),
        ..Opening::default()
    };
    let contact = hotline.call_open(opening).await?;
    let terms = Terms {
        recogniser: house.0.pool.is_some(),
        notice: config.notice.clone(),
        record: config.record,
        silence_secs: config.silence_secs,
        silent: elderly,
    };
    let pause_ms = if elderly { config.pause_ms * 3 / 2 } else { config.pause_ms };
    leg.listen_with(Some(Listener::new(Patience { pause_ms, ..Patience::default() })));
    let (tells, told) = unbounded_channel();
    let teller = tokio::spawn(tell_all(hotline.clone(), contact.clone(), told, inputs.clone()));
    let mut watch = hotline.hub().watch(&Hub::contact(contact.as_str()));
    let mut board = hotline.hub().watch(Hub::SUPERVISION);
    let mut session = Session {
        house,
        invited,
        call: Call::new(terms, hotline.now()),
        contact,
        leg: Arc::clone(leg),
        media,
        versions,
        inputs,
        tells,
        pending: VecDeque::new(),
        agent: None,
        offer: None,
        last_seq: 0,
    };
    let mut queued = session.look().await;
    let mut clock = tokio::time::interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !session.call.is_over() {
        tokio::select! {
            input = inbox.recv() => match input {
                Some(input) => session.take(input).await,
                None => break,
            },
            () = watch.next(LOOK_EVERY) => queued = session.look().await,
            () = board.next(LOOK_EVERY), if queued => session.offered().await,
            _ = clock.tick() => session.tick().await,
        }
        if queued && session.agent.is_none() {
            session.offered().await;
        }
    }
    session.drop_agent();
    drop(session);
    // What was told last (the caller hung up) reaches the contact before the session is gone.
    drop(teller.await);
    Ok(())
}

/// What a description that cannot be used is answered with.
const fn status_of(error: sdp::SdpError) -> u16 {
    match error {
        sdp::SdpError::Malformed => 400,
        sdp::SdpError::NothingShared => 488,
    }
}

/// The line whose number was dialled.
fn line_of(hotline: &Hotline, dialled: &str) -> String {
    let site = hotline.site();
    let found = site.lines.values().find(|line| line.number == dialled || line.id == dialled);
    found.map_or_else(|| "12345".to_owned(), |line| line.id.clone())
}

impl Session<'_> {
    async fn take(&mut self, input: Input) {
        match input {
            Input::Caller(event) => self.caller(event).await,
            Input::Agent => {}
            Input::Signal(signal) => self.signal(signal).await,
            Input::Words(Ok(heard)) => {
                let confidence = (heard.confidence * 100.0) as u8;
                self.step(Event::Words { text: heard.text, confidence }).await;
            }
            Input::Words(Err(error)) => {
                tracing::warn!(contact = %self.contact, %error, "an utterance could not be recognised");
                self.step(Event::NoWords).await;
            }
            Input::Part(item, part, of, clip) => self.part_ready(item, part, of, clip).await,
            Input::Event(event) => self.step(event).await,
        }
    }

    async fn caller(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Key(key) => self.step(Event::Key(key)).await,
            MediaEvent::Began => self.step(Event::Began).await,
            MediaEvent::Dropped => self.step(Event::Dropped).await,
            MediaEvent::Played(0) => {}
            MediaEvent::Played(item) => self.step(Event::Played(item)).await,
            MediaEvent::Ended(sound) => match self.house.0.pool.clone() {
                Some(pool) => {
                    self.step(Event::Spoken).await;
                    let inputs = self.inputs.clone();
                    tokio::spawn(async move {
                        let heard = pool.recognise(&sound).await;
                        drop(inputs.send(Input::Words(heard)));
                    });
                }
                None => self.step(Event::Dropped).await,
            },
        }
    }

    async fn signal(&mut self, signal: Signal) {
        let ours = |call: &CallRef| *call == self.invited.call;
        match signal {
            Signal::Ended(call) if ours(&call) => self.step(Event::CallerHungUp).await,
            Signal::Ended(call) if self.is_agent(&call) => {
                let answered = self.agent.as_ref().is_some_and(|agent| agent.leg.is_some());
                self.forget_agent(&call);
                let event = if answered { Event::AgentHungUp } else { Event::AgentUnreachable };
                self.step(event).await;
            }
            Signal::Refused(call, status) if self.is_agent(&call) => {
                tracing::info!(contact = %self.contact, status, "a desk telephone did not take the call");
                self.forget_agent(&call);
                self.step(Event::AgentUnreachable).await;
            }
            Signal::Answered(call, body) if self.is_agent(&call) => self.agent_answered(&body).await,
            Signal::Answered(call, _) => self.house.0.signalling.end(&call),
            Signal::Key(call, key) if ours(&call) => self.step(Event::Key(key)).await,
            Signal::Changed(call, body, reply) => {
                let caller = ours(&call);
                drop(reply.send(self.changed(caller, &body)));
            }
            _ => {}
        }
    }

    /// A re-INVITE: hold, resume, another address.
    fn changed(&mut self, caller: bool, body: &[u8]) -> Result<String, u16> {
        let offer = sdp::read(body).map_err(status_of)?;
        let leg =
            if caller { Some(&self.leg) } else { self.agent.as_ref().and_then(|agent| agent.leg.as_ref()) };
        let leg = leg.ok_or(481_u16)?;
        leg.change(&offer.media);
        if caller {
            self.media = offer.media.clone();
        }
        self.versions.1 += 1;
        Ok(sdp::answer(&offer, self.house.0.media_ip, leg.port(), self.versions.0, self.versions.1))
    }

    fn is_agent(&self, call: &CallRef) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.call.as_ref() == Some(call))
    }

    fn forget_agent(&mut self, call: &CallRef) {
        self.house.leave(call);
        if let Some(leg) = self.agent.take().and_then(|agent| agent.leg) {
            leg.close();
        }
    }

    async fn agent_answered(&mut self, body: &[u8]) {
        let Some(agent) = &mut self.agent else { return };
        let (Ok(answer), Some((socket, source))) = (sdp::read(body), agent.socket.take()) else {
            self.drop_agent();
            return self.step(Event::AgentUnreachable).await;
        };
        let (events, mut from_leg) = unbounded_channel();
        agent.leg = Some(start_leg(self.house, socket, &answer.media, source, events));
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            while from_leg.recv().await.is_some() {
                if inputs.send(Input::Agent).is_err() {
                    return;
                }
            }
        });
        self.step(Event::AgentLifted).await;
    }

    /// Reads what is new. True while the call waits for a person.
    async fn look(&mut self) -> bool {
        let view = match self.house.0.hotline.call_view(&self.contact, self.last_seq).await {
            Ok(view) => view,
            Err(error) => {
                tracing::warn!(contact = %self.contact, %error, "a call's contact could not be read");
                return false;
            }
        };
        if let Some(last) = view.messages.last() {
            self.last_seq = last.seq;
        }
        let standing = match (view.phase, view.agent) {
            ("queued", _) => Standing::Queued,
            ("with_agent", Some(agent)) => Standing::WithAgent(agent),
            ("ended", _) => Standing::Ended,
            _ => Standing::Bot,
        };
        let queued = standing == Standing::Queued;
        if !queued {
            self.offer = None;
        }
        let lines = view
            .messages
            .into_iter()
            .map(|message| Line { author: message.author, kind: message.kind, text: message.text })
            .collect();
        self.step(Event::Lines(lines, standing)).await;
        queued
    }

    async fn offered(&mut self) {
        if let Ok(agent) = self.house.0.hotline.call_offered(&self.contact).await
            && agent != self.offer
        {
            self.offer.clone_from(&agent);
            self.step(Event::Offered(agent)).await;
        }
    }

    async fn tick(&mut self) {
        let lost = u64::from(self.house.0.config.lost_secs) * 1000;
        let agent = self.agent.as_ref().and_then(|agent| agent.leg.as_ref());
        if self.call.is_bridged() && agent.is_some_and(|leg| leg.stats().silent_ms > lost) {
            self.step(Event::AgentLost).await;
        }
        if self.media.sends && self.leg.stats().silent_ms > DEAD_MS {
            self.step(Event::CallerHungUp).await;
        }
        self.step(Event::Tick).await;
    }

    async fn step(&mut self, event: Event) {
        let effects = self.call.step(event, self.house.0.hotline.now());
        for effect in effects {
            self.perform(effect).await;
        }
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Speak { item, text, interruptible } => self.speak(item, &text, interruptible),
            Effect::Attention => self.sound(&self.house.0.attention.clone()),
            Effect::Regret => self.sound(&self.house.0.regret.clone()),
            Effect::Hush => {
                self.pending.retain(|pending| !pending.interruptible);
                self.leg.hush();
            }
            Effect::Comfort(on) => self.leg.comfort(on.then(|| Arc::clone(&self.house.0.comfort))),
            Effect::Record => {
                let tape = Tape::new(self.contact.clone(), self.house.0.archive.clone());
                drop(self.leg.record(Some(tape)));
            }
            Effect::TellWords { text, confidence } => self.tell(Tell::Words(text, confidence)),
            Effect::TellKey(key) => self.tell(Tell::Key(key)),
            Effect::TellSilence(secs) => self.tell(Tell::Silence(secs)),
            Effect::TellSpeechDown => self.tell(Tell::SpeechDown),
            Effect::TellHungUp => self.tell(Tell::HungUp),
            Effect::TellLifted(agent) => self.tell(Tell::Lifted(agent)),
            Effect::TellDeclined(agent) => self.tell(Tell::Declined(agent)),
            Effect::TellAgentHungUp(agent) => self.tell(Tell::AgentHungUp(agent)),
            Effect::TellParted => self.tell(Tell::Parted),
            Effect::Ring(agent) => self.ring(&agent).await,
            Effect::Unring => self.drop_agent(),
            Effect::Bridge => {
                if let Some(other) = self.agent.as_ref().and_then(|agent| agent.leg.as_ref()) {
                    Leg::bridge(&self.leg, other);
                }
            }
            Effect::Part => self.leg.part(),
            // The end of the session ends the dialog.
            Effect::HangUp => {}
        }
    }

    fn tell(&self, tell: Tell) {
        drop(self.tells.send(tell));
    }

    fn sound(&self, clip: &Clip) {
        self.leg.play(Item { id: 0, clip: Arc::clone(clip), interruptible: true });
    }

    /// Sentence by sentence: the first is heard while the second is still being made.
    fn speak(&mut self, item: u32, text: &str, interruptible: bool) {
        let parts = crate::ear::rewrite(text);
        self.pending.push_back(Pending { item, interruptible, ready: VecDeque::new(), complete: false });
        let (prompts, inputs) = (Arc::clone(&self.house.0.prompts), self.inputs.clone());
        tokio::spawn(async move {
            let of = parts.len();
            for (part, text) in parts.into_iter().enumerate() {
                let clip = prompts.clip(&text).await;
                let failed = clip.is_err();
                if inputs.send(Input::Part(item, part, of, clip)).is_err() || failed {
                    return;
                }
            }
            if of == 0 {
                drop(inputs.send(Input::Part(item, 0, 1, Ok(Vec::new().into()))));
            }
        });
    }

    async fn part_ready(&mut self, item: u32, part: usize, of: usize, clip: Result<Clip, SpeechError>) {
        let Some(pending) = self.pending.iter_mut().find(|pending| pending.item == item) else { return };
        match clip {
            Ok(clip) => {
                let last = part + 1 == of;
                pending.ready.push_back((clip, last));
                pending.complete = last;
            }
            Err(error) => {
                tracing::debug!(%error, "a sentence could not be spoken");
                self.pending.retain(|pending| pending.item != item);
                self.step(Event::Unsayable(item)).await;
            }
        }
        self.hand_to_player();
    }

    /// Items reach the player in the order they were said, whichever was ready first.
    fn hand_to_player(&mut self) {
        while let Some(head) = self.pending.front_mut() {
            while let Some((clip, last)) = head.ready.pop_front() {
                let id = if last { head.item } else { 0 };
                self.leg.play(Item { id, clip, interruptible: head.interruptible });
            }
            if !head.complete {
                return;
            }
            self.pending.pop_front();
        }
    }

    async fn ring(&mut self, agent: &StaffId) {
        let rung = self.try_ring(agent).await;
        if let Err(error) = rung {
            tracing::info!(contact = %self.contact, %error, "a desk telephone cannot be rung");
            // Told as an input, so that the machine is not entered while it performs.
            drop(self.inputs.send(Input::Event(Event::AgentUnreachable)));
        }
    }

    async fn try_ring(&mut self, agent: &StaffId) -> Result<(), VoiceError> {
        self.drop_agent();
        let user = self
            .house
            .telephone_of(agent)
            .ok_or_else(|| VoiceError::Signalling("the agent has no telephone".to_owned()))?;
        let socket = self.house.socket()?;
        let port = socket.local_addr()?.port();
        let number = self.house.random(kernel::Rng::next_u64) >> 1;
        let offer = sdp::offer(self.house.0.media_ip, port, number, 1);
        let stack = &self.house.0.signalling;
        let (call, source) = stack.ring(&user, &self.invited.caller, self.contact.as_str(), offer).await?;
        self.house.enter(&call, self.inputs.clone());
        self.agent = Some(AgentSide { call: Some(call), socket: Some((socket, source)), leg: None });
        Ok(())
    }

    fn drop_agent(&mut self) {
        let Some(agent) = self.agent.take() else { return };
        if let Some(leg) = agent.leg {
            leg.close();
        }
        if let Some(call) = agent.call {
            self.house.leave(&call);
            self.house.0.signalling.end(&call);
        }
    }
}

/// Tells the contact one thing after another, so that the sound never waits for the database.
async fn tell_all(
    hotline: Hotline,
    contact: ContactId,
    mut told: UnboundedReceiver<Tell>,
    inputs: UnboundedSender<Input>,
) {
    let mut number = 0_u32;
    while let Some(tell) = told.recv().await {
        number += 1;
        let client_id = format!("call-{number}");
        let lifting = matches!(tell, Tell::Lifted(_));
        let speech =
            |confidence: u8| SpeechFeatures { confidence: f32::from(confidence) / 100.0, dialect: false };
        let done = match tell {
            Tell::Words(text, sure) => hotline.call_said(&contact, &client_id, &text, speech(sure)).await,
            Tell::Key(key) => hotline.call_key(&contact, &client_id, key).await,
            Tell::Silence(secs) => hotline.call_silence(&contact, secs).await,
            Tell::SpeechDown => hotline.call_speech_down(&contact).await,
            Tell::HungUp => hotline.call_hung_up(&contact).await,
            Tell::Lifted(agent) => hotline.call_lifted(&contact, &agent).await,
            Tell::Declined(agent) => hotline.call_declined(&contact, &agent).await,
            Tell::AgentHungUp(agent) => hotline.call_hung_up_by(&contact, &agent).await,
            Tell::Parted => hotline.call_parted(&contact).await,
        };
        if let Err(error) = done {
            tracing::warn!(%contact, %error, "a call could not tell its contact something");
            if lifting {
                drop(inputs.send(Input::Event(Event::LiftRefused)));
            }
        }
    }
}
