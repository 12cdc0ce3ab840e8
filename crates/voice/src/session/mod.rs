//! One call, lived: the pure machine ([`crate::call`]) with a leg, a contact and speech around it.

mod desk;
mod guest;
mod letin;
mod tell;
mod voice;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use contact::{Hotline, Hub, Opening};
use dialogue::Lane;
use kernel::{ContactId, StaffId};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use self::desk::AgentSide;
pub(crate) use self::guest::Asked;
use self::guest::Guest;
pub(crate) use self::letin::run;
use self::letin::{start_leg, status_of};
use self::tell::{Tell, tell_all};
use self::voice::Pending;
use crate::VoiceError;
use crate::audio::Clip;
use crate::browser::GONE_MS;
use crate::call::hearing::Part;
use crate::call::{Call, Effect, Event, Line, Standing, Terms};
use crate::house::House;
use crate::media::leg::{Leg, MediaEvent};
use crate::media::vad::{Listener, Patience};
use crate::recording::Tape;
use crate::sdp;
use crate::sip::{CallRef, Signal};
use crate::speech::SpeechError;

/// Rows are looked at this often even without a hint.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What reaches a session.
pub(crate) enum Input {
    /// From the signalling.
    Signal(Signal),
    /// From the caller's leg.
    Caller(MediaEvent),
    /// An utterance was recognised, or not.
    Words(Result<crate::speech::Recognised, SpeechError>),
    /// A part of an item is ready: item, part of how many.
    Part(u32, usize, usize, Result<Clip, SpeechError>),
    /// The agent sends the caller a key.
    Press(char),
    /// Somebody takes part in the call from now on, or no longer.
    Assist(StaffId, Option<(Arc<Leg>, Part)>),
    /// A colleague is asked into the call, comes or goes.
    Asked(Asked),
    /// The machine is to know this.
    Event(Event),
}

/// The caller's side.
pub(crate) struct Caller {
    /// The number dialled, or the line's own name.
    dialled: String,
    /// The caller's number; empty when withheld or none.
    number: String,
    leg: Arc<Leg>,
    way: Way,
}

enum Way {
    /// SIP: the dialog, and the numbers of our description.
    Sip { call: CallRef, versions: (u64, u64) },
    /// A page: the call's name.
    Page(String),
}

impl Caller {
    /// A caller at a page.
    pub(crate) const fn page(line: String, leg: Arc<Leg>, name: String) -> Self {
        Self { dialled: line, number: String::new(), leg, way: Way::Page(name) }
    }
}

struct Session<'a> {
    house: &'a House,
    caller: Caller,
    contact: ContactId,
    call: Call,
    inputs: UnboundedSender<Input>,
    tells: UnboundedSender<Tell>,
    pending: VecDeque<Pending>,
    agent: Option<AgentSide>,
    /// The colleague whom the agent asked.
    guest: Option<Guest>,
    /// Those who take part besides.
    others: Vec<(StaffId, Arc<Leg>, Part)>,
    /// Where routing last said it rings.
    offer: Option<StaffId>,
    last_seq: i64,
    /// How often the far side was asked since it last sent a packet.
    asked: u64,
}

/// Lives a call whose way is up, to its end.
pub(crate) async fn live(
    house: &House,
    caller: Caller,
    mut from_leg: UnboundedReceiver<MediaEvent>,
    inputs: UnboundedSender<Input>,
    inbox: UnboundedReceiver<Input>,
) {
    let leg = Arc::clone(&caller.leg);
    let to_inbox = inputs.clone();
    tokio::spawn(async move {
        while let Some(event) = from_leg.recv().await {
            if to_inbox.send(Input::Caller(event)).is_err() {
                return;
            }
        }
    });
    if let Err(error) = talk(house, caller, inputs, inbox).await {
        tracing::warn!(%error, "a call broke off");
    }
    drop(leg.record(None));
}

async fn talk(
    house: &House,
    caller: Caller,
    inputs: UnboundedSender<Input>,
    mut inbox: UnboundedReceiver<Input>,
) -> Result<(), VoiceError> {
    let hotline = house.0.hotline.clone();
    let config = &house.0.config;
    let line = line_of(&hotline, &caller.dialled);
    let of_line = hotline.site().lines.get(&line).and_then(|line| line.lane.clone());
    let elderly = config.elderly_numbers.contains(&caller.number) || of_line.as_deref() == Some("elderly");
    let opening = Opening {
        line,
        lane: if elderly { Lane::Elderly } else { Lane::Normal },
        phone: Some(caller.number.clone()).filter(|caller| caller.chars().any(|c| c.is_ascii_digit())),
        ..Opening::default()
    };
    let (contact, token) = hotline.call_open(opening).await?;
    if let Err(error) = house.call_begins(&contact).await {
        tracing::warn!(%contact, %error, "a call is not noted; were this node killed it would not be made good");
    }
    if let Way::Page(name) = &caller.way
        && let Some(call) = house.0.browsers.calls().get_mut(name)
    {
        call.token = Some(token);
    }
    let terms = Terms {
        recogniser: house.0.pool.is_some(),
        notice: config.notice.clone(),
        record: config.record,
        silence_secs: config.silence_secs,
        silent: elderly,
        lost_secs: config.lost_secs,
    };
    let pause_ms = if elderly { config.pause_ms * 3 / 2 } else { config.pause_ms };
    caller.leg.listen_with(Some(Listener::new(Patience { pause_ms, ..Patience::default() })));
    let (tells, told) = unbounded_channel();
    let teller = tokio::spawn(tell_all(hotline.clone(), contact.clone(), told, inputs.clone()));
    let mut watch = hotline.hub().watch(&Hub::contact(contact.as_str()));
    let mut board = hotline.hub().watch(Hub::SUPERVISION);
    let mut session = Session {
        house,
        caller,
        call: Call::new(terms, hotline.now()),
        contact,
        inputs,
        tells,
        pending: VecDeque::new(),
        agent: None,
        guest: None,
        others: Vec::new(),
        offer: None,
        last_seq: 0,
        asked: 0,
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
    session.drop_guest();
    let contact = session.contact.clone();
    drop(session);
    // What was told last (the caller hung up) reaches the contact before the session is gone.
    drop(teller.await);
    house.call_is_over(&contact).await
}

/// The line whose number was dialled.
fn line_of(hotline: &Hotline, dialled: &str) -> String {
    let site = hotline.site();
    let found = site.lines.values().find(|line| line.number == dialled || line.id == dialled);
    found.map_or_else(|| "12345".to_owned(), |line| line.id.clone())
}

impl Session<'_> {
    const fn leg(&self) -> &Arc<Leg> {
        &self.caller.leg
    }

    async fn take(&mut self, input: Input) {
        match input {
            Input::Caller(event) => self.caller(event).await,
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
            Input::Press(key) => {
                if self.call.is_bridged() {
                    self.leg().press(key);
                }
            }
            Input::Assist(staff, part) => {
                self.assist(staff, part);
                self.show_desk();
            }
            Input::Asked(what) => self.asked(what).await,
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

    fn is_caller(&self, named: &CallRef) -> bool {
        matches!(&self.caller.way, Way::Sip { call, .. } if call == named)
    }

    fn is_agent(&self, named: &CallRef) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.is(named))
    }

    fn is_guest(&self, named: &CallRef) -> bool {
        self.guest.as_ref().is_some_and(|guest| guest.is(named))
    }

    async fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Ended(call) if self.is_caller(&call) => self.step(Event::CallerHungUp).await,
            Signal::Ended(call) | Signal::Refused(call, _) if self.is_guest(&call) => self.guest_goes().await,
            Signal::Answered(call, body) if self.is_guest(&call) => self.guest_lifted(&body).await,
            Signal::Ended(call) if self.is_agent(&call) && self.heir().is_some() => {
                let from = self.agent.as_ref().map(|side| side.agent().clone());
                let to = self.heir();
                self.forget_agent(&call);
                if let (Some(from), Some(to)) = (from, to) {
                    self.tell(Tell::HandOver(from, to));
                }
            }
            Signal::Ended(call) if self.is_agent(&call) => {
                let answered = self.agent.as_ref().is_some_and(|agent| agent.leg().is_some());
                self.forget_agent(&call);
                let event = if answered { Event::AgentHungUp } else { Event::AgentUnreachable };
                self.step(event).await;
            }
            Signal::Refused(call, status) if self.is_agent(&call) => {
                tracing::info!(contact = %self.contact, status, "a desk telephone did not take the call");
                self.forget_agent(&call);
                self.step(Event::AgentUnreachable).await;
            }
            Signal::Answered(call, body) if self.is_agent(&call) => self.lifted(&body).await,
            Signal::Answered(call, _) => self.house.0.signalling.end(&call),
            Signal::Key(call, key) if self.is_caller(&call) => self.step(Event::Key(key)).await,
            Signal::Changed(call, body, reply) => drop(reply.send(self.changed(&call, &body))),
            _ => {}
        }
    }

    /// A re-INVITE: hold, resume, another address.
    fn changed(&mut self, named: &CallRef, body: &[u8]) -> Result<String, u16> {
        let ip = self.house.0.media_ip;
        // A call that began sealed stays so, and one in the clear has no safe way for keys.
        let leg = match &self.caller.way {
            Way::Sip { call, .. } if call == named => Some(self.leg()),
            _ => self.agent.as_ref().and_then(AgentSide::leg),
        };
        let key = leg.and_then(|leg| leg.key());
        let offer = sdp::read_secured(body, key.is_some()).map_err(status_of)?;
        if key.is_some() && offer.media.secure.is_none() {
            return Err(488);
        }
        match &mut self.caller.way {
            Way::Sip { call, versions } if call == named => {
                self.caller.leg.change(&offer.media);
                versions.1 += 1;
                Ok(sdp::answer_secured(&offer, ip, self.caller.leg.port(), *versions, key.as_ref()))
            }
            _ => {
                let leg = self.agent.as_ref().and_then(AgentSide::leg).ok_or(481_u16)?;
                leg.change(&offer.media);
                let number = self.house.random(kernel::Rng::next_u64) >> 1;
                Ok(sdp::answer(&offer, ip, leg.port(), number, 1))
            }
        }
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
        self.watch_agent().await;
        let silent_ms = self.leg().stats().silent_ms;
        match &self.caller.way {
            // Silence is no proof of death: a telephone on hold or one that saves packets sends nothing. It is asked.
            Way::Sip { call, .. } => {
                let asked = silent_ms / (u64::from(self.house.0.config.quiet_ask_secs) * 1000);
                if asked > std::mem::replace(&mut self.asked, asked) {
                    self.house.0.signalling.ask(call);
                }
            }
            Way::Page(_) if silent_ms > GONE_MS => self.step(Event::CallerHungUp).await,
            Way::Page(_) => {}
        }
        self.step(Event::Tick).await;
    }

    async fn step(&mut self, event: Event) {
        let effects = self.call.step(event, self.house.0.hotline.now());
        for effect in effects {
            self.perform(effect).await;
        }
        self.show_desk();
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Speak { item, text, interruptible } => self.speak(item, &text, interruptible),
            Effect::Attention => self.sound(&self.house.0.attention.clone()),
            Effect::Regret => self.sound(&self.house.0.regret.clone()),
            Effect::Hush => {
                self.pending.retain(|pending| !pending.interruptible);
                self.leg().hush();
            }
            Effect::Clear => {
                self.pending.clear();
                self.leg().clear();
            }
            Effect::Comfort(on) => self.leg().comfort(on.then(|| Arc::clone(&self.house.0.comfort))),
            Effect::Record => {
                let tape = Tape::new(self.contact.clone(), self.house.0.archive.clone());
                drop(self.leg().record(Some(tape)));
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
            Effect::Bridge => self.join(true),
            Effect::Part => self.join(false),
            // The end of the session ends the dialog.
            Effect::HangUp => {}
        }
    }

    fn tell(&self, tell: Tell) {
        drop(self.tells.send(tell));
    }
}
