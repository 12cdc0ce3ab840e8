//! A telephone in the program: it dials, speaks, presses keys, listens and hangs up; it registers as a desk telephone and
//! answers. For tests, measurements, `minsheng call` and `minsheng eval calls`. Its signalling is plain text over UDP, written apart from the
//! stack, so that the two check each other.

mod message;
mod page;
mod played;
pub mod script;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kernel::{ContactId, Rng};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::VoiceError;
use crate::audio::g711::Law;
use crate::audio::{Clip, FRAME, Frame, SILENCE};
use crate::media::latch::Latch;
use crate::media::leg::{Leg, LegStats};
use crate::media::player::Item;
use crate::media::srtp::Key;
use crate::media::wheel::Wheel;
use crate::recording::{Reel, Tape};
use crate::sdp::{self, Media};

pub use self::message::Message;
pub use self::page::Page;
pub use self::played::{Manner, Played, Protocol, Track, play};

const RETRANSMIT: Duration = Duration::from_millis(500);

fn failed(reason: impl std::fmt::Display) -> VoiceError {
    VoiceError::Signalling(reason.to_string())
}

/// A telephone, not in a call.
#[derive(Debug)]
pub struct Telephone {
    socket: Arc<UdpSocket>,
    server: SocketAddr,
    user: String,
    own: SocketAddr,
    mark: u64,
    wheel: Wheel,
    sequence: AtomicU32,
    sealed: bool,
}

/// A telephone in a call.
#[derive(Debug)]
pub struct Caller {
    telephone: Telephone,
    leg: Arc<Leg>,
    sound: tokio::sync::Mutex<UnboundedReceiver<Reel>>,
    from: String,
    to: String,
    call_id: String,
    target: String,
    ended: Arc<AtomicBool>,
    state: Arc<State>,
    /// From the INVITE to the 200.
    pub set_up: Duration,
}

/// How a telephone in a call behaves and what it has seen.
#[derive(Debug, Default)]
struct State {
    /// It answers nothing any more, like one whose plug was pulled.
    dead: AtomicBool,
    /// Requests that ask whether it lives.
    asked: AtomicU32,
}

impl Telephone {
    /// A telephone of a user, towards a server.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn new(server: SocketAddr, user: &str, wheel: &Wheel) -> Result<Self, VoiceError> {
        let local: IpAddr = if server.ip().is_loopback() { server.ip() } else { IpAddr::from([0, 0, 0, 0]) };
        let socket = UdpSocket::bind((local, 0)).await?;
        socket.connect(server).await?;
        let own = socket.local_addr()?;
        let mark = Rng::from_system().map_err(|error| failed(format!("{error:?}")))?.next_u64();
        Ok(Self {
            socket: Arc::new(socket),
            server,
            user: user.to_owned(),
            own,
            mark,
            wheel: wheel.clone(),
            sequence: AtomicU32::new(1),
            sealed: false,
        })
    }

    /// The same, with sealed sound (SRTP) in the calls it makes.
    #[must_use]
    pub const fn sealed(mut self) -> Self {
        self.sealed = true;
        self
    }

    fn branch(&self) -> String {
        format!("z9hG4bK{:x}.{}", self.mark, self.sequence.fetch_add(1, Ordering::Relaxed))
    }

    async fn receive(&self) -> Option<Message> {
        let mut buffer = vec![0_u8; 8192];
        loop {
            let length = self.socket.recv(&mut buffer).await.ok()?;
            if let Some(message) = Message::read(buffer.get(..length)?) {
                return Some(message);
            }
        }
    }

    /// Sends until there is a final response.
    async fn ask(&self, request: &str, within: Duration) -> Result<Message, VoiceError> {
        let deadline = Instant::now() + within;
        let mut provisional = false;
        while Instant::now() < deadline {
            if !provisional {
                self.socket.send(request.as_bytes()).await?;
            }
            let until = Instant::now() + RETRANSMIT;
            while let Ok(Some(message)) =
                tokio::time::timeout(until.saturating_duration_since(Instant::now()), self.receive()).await
            {
                match message.status() {
                    0 => {}
                    100..200 => provisional = true,
                    _ => return Ok(message),
                }
            }
        }
        Err(failed("no answer"))
    }

    async fn sound_socket(&self) -> Result<UdpSocket, VoiceError> {
        Ok(UdpSocket::bind((self.own.ip(), 0)).await?)
    }

    fn leg(
        &self,
        socket: UdpSocket,
        media: &Media,
        key: Option<Key>,
    ) -> Result<(Arc<Leg>, UnboundedReceiver<Reel>), VoiceError> {
        let mut rng = Rng::from_system().map_err(|error| failed(format!("{error:?}")))?;
        let first = (rng.next_u64() as u16 >> 1, rng.next_u64() as u32, rng.next_u64() as u32);
        let (events, _nobody) = unbounded_channel();
        let leg = Leg::new(socket, media, Latch::new(media.address, self.server.ip()), first, events);
        if let (Some(ours), Some((_, theirs))) = (key, media.secure) {
            leg.protect(ours, theirs);
        }
        let (tape, sound) = unbounded_channel();
        drop(leg.record(Some(Tape::in_chunks(ContactId("call".to_owned()), tape, FRAME))));
        tokio::spawn(Arc::clone(&leg).listen());
        self.wheel.add(Arc::clone(&leg));
        Ok((leg, sound))
    }

    fn invite(&self, number: &str, call_id: &str, from: &str, body: &str) -> String {
        format!(
            "INVITE sip:{number}@{} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={};rport\r\nFrom: {from}\r\nTo: <sip:{number}@{}>\r\n\
             Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\nContact: <sip:{}@{}>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.server,
            self.own,
            self.branch(),
            self.server,
            self.user,
            self.own,
            body.len()
        )
    }

    /// Dials a number and waits until it is answered. Refused: the status.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn dial(self, number: &str) -> Result<Result<Caller, u16>, VoiceError> {
        let socket = self.sound_socket().await?;
        let port = socket.local_addr()?.port();
        let key = self.sealed.then(|| Key::new(std::array::from_fn(|at| (self.mark >> (at % 8)) as u8)));
        let offer = match &key {
            Some(key) => sdp::offer_secured(self.own.ip(), port, self.mark >> 1, 1, key),
            None => sdp::offer(self.own.ip(), port, self.mark >> 1, 1),
        };
        let call_id = format!("{:x}@{}", self.mark, self.own);
        let from = format!("<sip:{}@{}>;tag={:x}", self.user, self.own, self.mark);
        let request = self.invite(number, &call_id, &from, &offer);
        let began = Instant::now();
        let answer = self.ask(&request, Duration::from_secs(20)).await?;
        let set_up = began.elapsed();
        let to = answer.header("to").to_owned();
        let status = answer.status();
        let target = match answer.header("contact").split_once('<').and_then(|(_, rest)| rest.split_once('>'))
        {
            Some((target, _)) => target.to_owned(),
            None => format!("sip:{number}@{}", self.server),
        };
        // A refusal is confirmed within the INVITE's own transaction: the same branch.
        let via = request.lines().nth(1).unwrap_or_default().to_owned();
        let via = if status < 300 {
            format!("Via: SIP/2.0/UDP {};branch={};rport", self.own, self.branch())
        } else {
            via
        };
        let ack = format!(
            "ACK {target} SIP/2.0\r\n{via}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: 1 ACK\r\n\
             Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        self.socket.send(ack.as_bytes()).await?;
        if status >= 300 {
            return Ok(Err(status));
        }
        let media = sdp::read_secured(answer.body.as_bytes(), self.sealed).map_err(failed)?.media;
        let (leg, sound) = self.leg(socket, &media, key)?;
        Ok(Ok(Caller::begin(self, leg, sound, (from, to, call_id, target), set_up, (Some(ack), offer))))
    }

    /// Registers as a desk telephone. The final status.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn register(&self, secret: &str, secs: u32) -> Result<u16, VoiceError> {
        let uri = format!("sip:{}", self.server);
        let request = |number: u32, proof: &str| {
            format!(
                "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={};rport\r\nFrom: <sip:{}@{}>;tag={:x}\r\nTo: <sip:{}@{}>\r\n\
                 Call-ID: reg-{:x}\r\nCSeq: {number} REGISTER\r\nContact: <sip:{}@{}>\r\nExpires: {secs}\r\n{proof}\
                 Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                self.own,
                self.branch(),
                self.user,
                self.server,
                self.mark,
                self.user,
                self.server,
                self.mark,
                self.user,
                self.own
            )
        };
        let asked = self.ask(&request(1, ""), Duration::from_secs(5)).await?;
        if asked.status() != 401 {
            return Ok(asked.status());
        }
        let challenge = asked.header("www-authenticate");
        let nonce =
            challenge.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let answer = crate::sip::digest_answer(&self.user, secret, nonce, &uri);
        let proof = format!("Authorization: {answer}\r\n");
        Ok(self.ask(&request(2, &proof), Duration::from_secs(5)).await?.status())
    }

    /// Waits for a call and lifts the handset after a while.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn lift(self, within: Duration, after: Duration) -> Result<Caller, VoiceError> {
        let wait = async {
            loop {
                let message = self.receive().await?;
                if message.first.starts_with("INVITE ") {
                    return Some(message);
                }
            }
        };
        let invite =
            tokio::time::timeout(within, wait).await.ok().flatten().ok_or_else(|| failed("no call came"))?;
        let began = Instant::now();
        let tag = format!("{:x}", self.mark);
        let contact = format!("Contact: <sip:{}@{}>\r\n", self.user, self.own);
        self.socket.send(invite.reply("180 Ringing", &tag, &contact, "").as_bytes()).await?;
        tokio::time::sleep(after).await;
        let offer = sdp::read(invite.body.as_bytes()).map_err(failed)?;
        let socket = self.sound_socket().await?;
        let answer = sdp::answer(&offer, self.own.ip(), socket.local_addr()?.port(), self.mark >> 1, 1);
        let extra = format!("{contact}Content-Type: application/sdp\r\n");
        let ok = invite.reply("200 OK", &tag, &extra, &answer);
        self.socket.send(ok.as_bytes()).await?;
        let (leg, sound) = self.leg(socket, &offer.media, None)?;
        let target = match invite.header("contact").split_once('<').and_then(|(_, rest)| rest.split_once('>'))
        {
            Some((target, _)) => target.to_owned(),
            None => format!("sip:{}", self.server),
        };
        let from = format!("{};tag={tag}", invite.header("to"));
        let dialog = (from, invite.header("from").to_owned(), invite.header("call-id").to_owned(), target);
        Ok(Caller::begin(self, leg, sound, dialog, began.elapsed(), (None, answer)))
    }
}

impl Caller {
    fn begin(
        telephone: Telephone,
        leg: Arc<Leg>,
        sound: UnboundedReceiver<Reel>,
        (from, to, call_id, target): (String, String, String, String),
        set_up: Duration,
        (ack, own): (Option<String>, String),
    ) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let state = Arc::new(State::default());
        let seen = Arc::clone(&state);
        let contact = format!("Contact: <sip:{}@{}>\r\n", telephone.user, telephone.own);
        let (socket, over, closing) = (Arc::clone(&telephone.socket), Arc::clone(&ended), Arc::clone(&leg));
        tokio::spawn(async move {
            let mut buffer = vec![0_u8; 8192];
            while !closing.is_closed() {
                let read = tokio::time::timeout(Duration::from_secs(1), socket.recv(&mut buffer)).await;
                let Ok(Ok(length)) = read else { continue };
                let Some(message) = buffer.get(..length).and_then(Message::read) else { continue };
                if seen.dead.load(Ordering::Acquire) {
                    continue;
                }
                if message.first.starts_with("INVITE ") {
                    seen.asked.fetch_add(1, Ordering::Relaxed);
                    let extra = format!("{contact}Content-Type: application/sdp\r\n");
                    drop(socket.send(message.reply("200 OK", "x", &extra, &own).as_bytes()).await);
                } else if message.first.starts_with("UPDATE ") || message.first.starts_with("OPTIONS ") {
                    seen.asked.fetch_add(1, Ordering::Relaxed);
                    drop(socket.send(message.reply("200 OK", "x", &contact, "").as_bytes()).await);
                } else if message.first.starts_with("BYE ") || message.first.starts_with("CANCEL ") {
                    drop(socket.send(message.reply("200 OK", "x", "", "").as_bytes()).await);
                    over.store(true, Ordering::Release);
                } else if message.status() == 200
                    && message.header("cseq").ends_with("INVITE")
                    && let Some(ack) = &ack
                {
                    drop(socket.send(ack.as_bytes()).await);
                }
            }
        });
        Self {
            telephone,
            leg,
            sound: tokio::sync::Mutex::new(sound),
            from,
            to,
            call_id,
            target,
            ended,
            state,
            set_up,
        }
    }

    /// Presses a key.
    pub fn press(&self, key: char) {
        self.leg.press(key);
    }

    /// Says something, after what it is saying already.
    pub fn say(&self, sound: &[i16]) {
        let clip: Clip = sound.into();
        self.leg.play(Item { id: 0, clip, interruptible: true });
    }

    /// What has been heard since last asked.
    pub async fn heard(&self) -> Vec<i16> {
        let mut sound = self.sound.lock().await;
        let mut heard = Vec::new();
        while let Ok(reel) = sound.try_recv() {
            if let Reel::Chunk(_, both) = reel {
                heard.extend(both.iter().take(both.len() / 2).map(|code| Law::A.decode(*code)));
            }
        }
        heard
    }

    /// The next 20 ms heard.
    pub async fn next_frame(&self) -> Option<Vec<i16>> {
        let mut sound = self.sound.lock().await;
        loop {
            if let Reel::Chunk(_, both) = sound.recv().await? {
                return Some(both.iter().take(both.len() / 2).map(|code| Law::A.decode(*code)).collect());
            }
        }
    }

    /// The next 20 ms, heard and said.
    pub async fn next_both(&self) -> Option<(Frame, Frame)> {
        let mut sound = self.sound.lock().await;
        loop {
            if let Reel::Chunk(_, both) = sound.recv().await? {
                let (heard, said) = both.split_at_checked(FRAME)?;
                let frame = |codes: &[u8]| {
                    let mut frame = SILENCE;
                    frame.iter_mut().zip(codes).for_each(|(sample, code)| *sample = Law::A.decode(*code));
                    frame
                };
                return Some((frame(heard), frame(said)));
            }
        }
    }

    /// Whether the far side has hung up.
    pub fn is_over(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Waits until the far side hangs up.
    pub async fn ended(&self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            if self.is_over() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Where the server takes this call's sound.
    pub fn stats(&self) -> LegStats {
        self.leg.stats()
    }

    /// Sends no sound any more, as a telephone that saves packets.
    pub fn mute(&self) {
        self.leg.mute();
    }

    /// Pulls the plug: neither sound nor an answer from now on, and no BYE.
    pub fn die(&self) {
        self.state.dead.store(true, Ordering::Release);
        self.leg.mute();
    }

    /// How often it was asked whether it lives.
    pub fn asked(&self) -> u32 {
        self.state.asked.load(Ordering::Relaxed)
    }

    /// Hangs up.
    pub async fn hang_up(&self) {
        if !self.is_over() {
            let bye = format!(
                "BYE {} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={};rport\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 2 BYE\r\n\
                 Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                self.target,
                self.telephone.own,
                self.telephone.branch(),
                self.from,
                self.to,
                self.call_id
            );
            drop(self.telephone.socket.send(bye.as_bytes()).await);
        }
        self.leg.close();
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.leg.close();
    }
}
