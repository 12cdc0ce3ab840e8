//! The calls of this node: who may ring, which session a signal belongs to, which agents have a telephone.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::Voice;
use contact::{Hotline, Hub};
use kernel::{Ctx, Rng, StaffId};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::VoiceError;
use crate::audio::{Clip, tone};
use crate::browser::Registry;
use crate::media::wheel::{Punctuality, Wheel};
use crate::recording::{Archive, Reel};
use crate::session::{self, Asked, Input};
use crate::sip::gate::Gate;
use crate::sip::stack::{Setup, Stack};
use crate::sip::timer;
use crate::sip::tls::Tls;
use crate::sip::{CallRef, Signal, Signalling};
use crate::speech::http::HttpSpeech;
use crate::speech::pool::Pool;
use crate::speech::prompts::Prompts;
use crate::speech::{Recogniser, Synthesiser};

/// Ports tried before there is none.
const PORT_TRIES: u16 = 400;

/// What a house is made of, so that tests bring their own.
pub struct Parts {
    /// Contacts.
    pub hotline: Hotline,
    /// The section of the configuration.
    pub config: Voice,
    /// Chance.
    pub rng: Rng,
    /// Sound to words.
    pub recogniser: Option<Arc<dyn Recogniser>>,
    /// Words to sound.
    pub synthesiser: Option<Arc<dyn Synthesiser>>,
    /// Prompts rendered beforehand that come with the knowledge pack.
    pub shipped_prompts: Option<PathBuf>,
}

/// The calls of this node. Cheap to clone.
#[derive(Clone)]
pub struct House(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub hotline: Hotline,
    pub config: Voice,
    pub signalling: Arc<dyn Signalling>,
    pub wheel: Wheel,
    pub prompts: Arc<Prompts>,
    pub pool: Option<Pool>,
    pub comfort: Clip,
    pub attention: Clip,
    pub regret: Clip,
    pub media_ip: IpAddr,
    pub archive: UnboundedSender<Reel>,
    srtp_trunks: Vec<IpAddr>,
    bind_ip: IpAddr,
    next_port: AtomicU16,
    rng: Mutex<Rng>,
    sessions: Mutex<HashMap<CallRef, UnboundedSender<Input>>>,
    agents: Mutex<HashMap<StaffId, String>>,
    desks: Mutex<HashMap<StaffId, Desk>>,
    assisting: Mutex<HashMap<StaffId, StaffId>>,
    guests: Mutex<HashMap<StaffId, GuestAt>>,
    pub browsers: Registry,
    answered: AtomicU64,
    refused: AtomicU64,
}

/// The session that rings or speaks at an agent's desk.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    inputs: UnboundedSender<Input>,
    pub state: DeskState,
}

/// How a call stands at a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DeskState {
    /// Caller and agent hear each other.
    pub talking: bool,
    /// The caller is on hold.
    pub held: bool,
    /// So many others take part.
    pub others: usize,
}

/// How a colleague stands who was asked into a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuestState {
    /// Asked; not there yet.
    Ringing,
    /// With the agent alone.
    Consult,
    /// With agent and caller.
    Join,
}

impl GuestState {
    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Consult => "consult",
            Self::Join => "join",
        }
    }
}

/// A colleague in, or asked into, an agent's call.
#[derive(Debug, Clone)]
pub(crate) struct GuestAt {
    pub agent: StaffId,
    pub state: GuestState,
    inputs: UnboundedSender<Input>,
}

impl GuestAt {
    /// Tells the session. False when it is gone.
    pub(crate) fn tell(&self, what: Asked) -> bool {
        self.inputs.send(what.into()).is_ok()
    }
}

/// Counts of this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Calls answered since the start.
    pub answered: u64,
    /// Calls declined for what they offered.
    pub refused: u64,
    /// Sides of calls with a session now (a call with an agent has two).
    pub sides: usize,
    /// Legs on the sender's wheel.
    pub legs: usize,
    /// Dialogs the stack holds.
    pub dialogs: usize,
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("House").field("address", &self.address()).finish_non_exhaustive()
    }
}

fn setting(key: &'static str, error: impl std::fmt::Display) -> VoiceError {
    VoiceError::Setting { key, reason: error.to_string() }
}

impl Parts {
    /// Parts as the configuration names them.
    ///
    /// # Errors
    /// When a speech service cannot be set up.
    pub fn configured(hotline: Hotline, config: &Voice, rng: Rng) -> Result<Self, VoiceError> {
        let service = |url: &str, deadline: u32, key: &'static str| {
            HttpSpeech::new(url, &config.voice_name, Duration::from_millis(u64::from(deadline)))
                .map_err(|error| setting(key, error))
        };
        let mut parts = Self {
            hotline,
            config: config.clone(),
            rng,
            recogniser: None,
            synthesiser: None,
            shipped_prompts: None,
        };
        if !config.recogniser_url.is_empty() {
            let made = service(&config.recogniser_url, config.recogniser_deadline_ms, "recogniser_url")?;
            parts.recogniser = Some(Arc::new(made));
        }
        if !config.synthesiser_url.is_empty() {
            let made = service(&config.synthesiser_url, config.synthesiser_deadline_ms, "synthesiser_url")?;
            parts.synthesiser = Some(Arc::new(made));
        }
        Ok(parts)
    }
}

impl House {
    /// Opens the house: listens, and takes calls from now on.
    ///
    /// # Errors
    /// When a setting cannot be used or the address is taken.
    pub async fn open(parts: Parts) -> Result<Self, VoiceError> {
        let Parts { hotline, config, mut rng, recogniser, synthesiser, shipped_prompts } = parts;
        let address: SocketAddr =
            config.sip_address.parse().map_err(|error| setting("sip_address", error))?;
        let media_ip = if config.media_ip.is_empty() {
            address.ip()
        } else {
            config.media_ip.parse().map_err(|error| setting("media_ip", error))?
        };
        if media_ip.is_unspecified() {
            return Err(setting("media_ip", "监听所有地址时必须填写告诉对方的 IP"));
        }
        let mut trunks = Vec::new();
        for trunk in &config.trunks {
            trunks.push(trunk.parse().map_err(|error| setting("trunks", error))?);
        }
        let mut srtp_trunks = Vec::new();
        for trunk in &config.srtp_trunks {
            srtp_trunks.push(trunk.parse().map_err(|error| setting("srtp_trunks", error))?);
        }
        let tls = Tls::configured(&config)?;
        let (signals, inbox) = unbounded_channel();
        let keys = hotline.keys().clone();
        let secrets: crate::sip::stack::Secrets =
            Arc::new(move |user| (!user.is_empty()).then(|| keys.device_secret(user).expose().clone()));
        // Who is let in has a port: more calls than ports are told when to try again.
        let ports = (config.rtp_to.max(config.rtp_from + 2) - config.rtp_from) / 2;
        let most = config.max_calls.min(ports) as usize;
        let gate = Gate::new(trunks, most, config.calls_per_second);
        let timers =
            timer::Terms { interval_secs: config.session_secs, least_secs: config.session_least_secs };
        let setup = Setup { address, told: media_ip, gate, secrets, timers, tls };
        let stack = Stack::start(setup, &mut rng, signals).await?;
        let (archive, reels) = unbounded_channel();
        let folder = PathBuf::from(&config.recordings_dir);
        let archivist = Archive::new(hotline.store().clone(), hotline.keys().clone(), folder, rng.fork());
        let clock = hotline.clone();
        tokio::spawn(async move { archivist.run(clock.clock(), reels).await });
        let prompts = Prompts::new(
            PathBuf::from(&config.prompts_dir),
            &config.voice_name,
            synthesiser,
            Duration::from_millis(u64::from(config.synthesiser_deadline_ms)),
        );
        let prompts = match shipped_prompts {
            Some(folder) => prompts.with_shipped(folder),
            None => prompts,
        };
        let deadline = Duration::from_millis(u64::from(config.recogniser_deadline_ms));
        let workers = config.recogniser_workers as usize;
        hotline.call_reach_begin();
        let house = Self(Arc::new(Inner {
            hotline,
            signalling: Arc::new(stack),
            wheel: Wheel::start()?,
            prompts: Arc::new(prompts),
            pool: recogniser.map(|recogniser| Pool::new(recogniser, workers, deadline)),
            comfort: tone::comfort(),
            attention: tone::attention(),
            regret: tone::regret(),
            media_ip,
            archive,
            srtp_trunks,
            bind_ip: address.ip(),
            next_port: AtomicU16::new(0),
            rng: Mutex::new(rng),
            sessions: Mutex::default(),
            agents: Mutex::default(),
            desks: Mutex::default(),
            assisting: Mutex::default(),
            guests: Mutex::default(),
            browsers: Registry::default(),
            answered: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            config,
        }));
        let left = house.calls_left().await?;
        tokio::spawn(house.clone().dispatch(inbox));
        tokio::spawn(house.clone().make_good(left));
        house.0.hotline.phones_attach(Some(Arc::new(house.clone())));
        Ok(house)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.signalling.address()
    }

    /// Counts.
    pub fn counts(&self) -> Counts {
        Counts {
            answered: self.0.answered.load(Ordering::Relaxed),
            refused: self.0.refused.load(Ordering::Relaxed),
            sides: self.sessions().len(),
            legs: self.0.wheel.len(),
            dialogs: self.0.signalling.dialogs(),
        }
    }

    /// How punctual the sender has been since last asked.
    pub fn punctuality(&self) -> Punctuality {
        self.0.wheel.punctuality()
    }

    /// Closes the house. Calls that are up are cut off.
    pub fn close(&self) {
        self.0.hotline.phones_attach(None);
        self.0.signalling.stop();
        self.0.wheel.stop();
    }

    /// Renders the sentences every caller hears, so that the first one does not wait. Failures are left to the calls.
    pub async fn warm(&self) {
        let site = self.0.hotline.site();
        let mut sentences = vec![self.0.config.notice.clone()];
        sentences.extend(crate::ear::common());
        let brain = self.0.hotline.brain();
        sentences.extend(site.lines.values().map(|line| brain.guards.greeting(&line.greeting)));
        for sentence in sentences {
            for part in crate::ear::rewrite(&sentence) {
                if self.0.prompts.clip(&part).await.is_err() {
                    return;
                }
            }
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<CallRef, UnboundedSender<Input>>> {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, call: &CallRef, session: UnboundedSender<Input>) {
        self.sessions().insert(call.clone(), session);
    }

    pub(crate) fn leave(&self, call: &CallRef) {
        self.sessions().remove(call);
    }

    pub(crate) fn count_answered(&self) {
        self.0.answered.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn random<T>(&self, use_it: impl FnOnce(&mut Rng) -> T) -> T {
        use_it(&mut self.0.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The telephone of an agent.
    pub(crate) fn telephone_of(&self, agent: &StaffId) -> Option<String> {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner).get(agent).cloned()
    }

    fn desks(&self) -> MutexGuard<'_, HashMap<StaffId, Desk>> {
        self.0.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session at an agent's desk.
    pub(crate) fn desk(&self, agent: &StaffId) -> Option<Desk> {
        self.desks().get(agent).cloned()
    }

    /// A session rings at an agent's desk, or its state there changes.
    pub(crate) fn at_desk(&self, agent: &StaffId, inputs: &UnboundedSender<Input>, state: DeskState) {
        self.desks().insert(agent.clone(), Desk { inputs: inputs.clone(), state });
        self.0.hotline.hub().poke(&Hub::desk(agent.as_str()));
    }

    /// A session has left an agent's desk.
    pub(crate) fn left_desk(&self, agent: &StaffId, inputs: &UnboundedSender<Input>) {
        let mut desks = self.desks();
        if desks.get(agent).is_some_and(|desk| desk.inputs.same_channel(inputs)) {
            desks.remove(agent);
        }
        drop(desks);
        self.0.hotline.hub().poke(&Hub::desk(agent.as_str()));
    }

    /// Tells the session at an agent's desk. False when there is none.
    pub(crate) fn to_desk(&self, agent: &StaffId, input: Input) -> bool {
        self.desks().get(agent).is_some_and(|desk| desk.inputs.send(input).is_ok())
    }

    /// Who takes part in whose call.
    pub(crate) fn assisting(&self) -> MutexGuard<'_, HashMap<StaffId, StaffId>> {
        self.0.assisting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn guests(&self) -> MutexGuard<'_, HashMap<StaffId, GuestAt>> {
        self.0.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a colleague stands in the call of an agent; nothing: no longer.
    pub(crate) fn guest(
        &self,
        staff: &StaffId,
        agent: Option<&StaffId>,
        state: Option<GuestState>,
        inputs: &UnboundedSender<Input>,
    ) {
        let before = match (agent, state) {
            (Some(agent), Some(state)) => {
                let at = GuestAt { agent: agent.clone(), state, inputs: inputs.clone() };
                self.guests().insert(staff.clone(), at)
            }
            _ => self.guests().remove(staff),
        };
        let agent = agent.cloned().or(before.map(|at| at.agent));
        for whom in agent.iter().chain([staff]) {
            self.0.hotline.hub().poke(&Hub::desk(whom.as_str()));
        }
    }

    /// Where a colleague is asked to, or is.
    pub(crate) fn guest_at(&self, staff: &StaffId) -> Option<GuestAt> {
        self.guests().get(staff).cloned()
    }

    /// The colleague in, or asked into, the call of an agent.
    pub(crate) fn guest_of(&self, agent: &StaffId) -> Option<(StaffId, GuestState)> {
        let guests = self.guests();
        guests.iter().find(|(_, at)| at.agent == *agent).map(|(staff, at)| (staff.clone(), at.state))
    }

    /// Somebody takes part in nobody's call any more.
    pub(crate) fn leave_others(&self, staff: &StaffId) {
        if let Some(at) = self.guest_at(staff) {
            at.tell(Asked::Goes);
        }
        let whose = self.assisting().remove(staff);
        if let Some(agent) = whose {
            self.to_desk(&agent, Input::Assist(staff.clone(), None));
            self.0.hotline.hub().poke(&Hub::desk(staff.as_str()));
        }
    }

    /// An agent's telephone or browser came or went: calls can be offered, or no longer.
    pub(crate) async fn reach(&self, agent: &StaffId) {
        let there = self.telephone_of(agent).is_some() || self.line_of(agent).is_some();
        if let Err(error) = self.0.hotline.call_reach(agent, there).await {
            tracing::warn!(%agent, %error, "an agent's telephone could not be noted");
        }
        self.0.hotline.hub().poke(&Hub::desk(agent.as_str()));
    }

    /// Whether keys in the descriptions of this trunk are taken though its signalling is in the clear.
    pub(crate) fn trusts_keys_of(&self, source: IpAddr) -> bool {
        self.0.srtp_trunks.contains(&source)
    }

    /// A socket for sound: the next even port that is free.
    pub(crate) fn socket(&self) -> Result<UdpSocket, VoiceError> {
        let (from, to) = (self.0.config.rtp_from, self.0.config.rtp_to.max(self.0.config.rtp_from + 2));
        let span = u16::try_from((to - from) / 2).unwrap_or(u16::MAX).max(1);
        for _ in 0..PORT_TRIES.min(span) {
            let step = self.0.next_port.fetch_add(1, Ordering::Relaxed) % span;
            let port = u16::try_from(from).unwrap_or(20_000).saturating_add(step * 2);
            if let Ok(socket) = std::net::UdpSocket::bind((self.0.bind_ip, port)) {
                socket.set_nonblocking(true)?;
                return Ok(UdpSocket::from_std(socket)?);
            }
        }
        Err(VoiceError::NoPort)
    }

    async fn dispatch(self, mut inbox: UnboundedReceiver<Signal>) {
        while let Some(signal) = inbox.recv().await {
            let call = match &signal {
                Signal::Invited(invited) => {
                    let (session, input) = unbounded_channel();
                    self.enter(&invited.call, session.clone());
                    let (house, invited) = (self.clone(), invited.clone());
                    tokio::spawn(async move {
                        let call = invited.call.clone();
                        session::run(&house, invited, session, input).await;
                        house.leave(&call);
                    });
                    continue;
                }
                Signal::Phone(user, there) => {
                    if let Err(error) = self.phone(user, *there).await {
                        tracing::warn!(%error, "a desk telephone could not be noted");
                    }
                    continue;
                }
                Signal::Confirmed(call, _)
                | Signal::Answered(call, _)
                | Signal::Refused(call, _)
                | Signal::Changed(call, ..)
                | Signal::Key(call, _)
                | Signal::Ended(call) => call.clone(),
            };
            let session = self.sessions().get(&call).cloned();
            if let Some(session) = session {
                drop(session.send(Input::Signal(signal)));
            }
        }
    }

    /// A desk telephone came or went: its agent can be offered calls, or no longer.
    async fn phone(&self, user: &str, there: bool) -> Result<(), VoiceError> {
        let hotline = &self.0.hotline;
        let ctx = Ctx::system("voice", hotline.clock());
        let staff = hotline.accounts().staff_list(&ctx).await.map_err(contact::ContactError::from)?;
        let Some(member) = staff.into_iter().find(|member| member.login == user && !member.disabled) else {
            return Ok(());
        };
        {
            let mut agents = self.0.agents.lock().unwrap_or_else(PoisonError::into_inner);
            if there {
                agents.insert(member.id.clone(), user.to_owned());
            } else {
                agents.remove(&member.id);
            }
        }
        tracing::info!(user, there, "desk telephone");
        self.reach(&member.id).await;
        Ok(())
    }
}
