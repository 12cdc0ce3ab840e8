//! One side of a call: what comes in, what goes out, over a [`Wire`] that may be exchanged while it lives.
//!
//! Packets are taken in by a task of the leg ([`Leg::listen`]) or of a browser's connection ([`Leg::take`]); everything else happens once every 20 ms on the sender's
//! thread ([`Leg::tick`]): one frame is pulled from the jitter buffer, listened to, recorded, and one frame is sent.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::UnboundedSender;

use super::digits::Digits;
use super::jitter::{Jitter, Pulled};
use super::latch::Latch;
use super::player::{Item, Player};
use super::rtp::{self, Packet};
use super::srtp::Key;
use super::vad::{Heard, Listener};
use super::wire::{Guard, Wire};
use crate::audio::g711::Law;
use crate::audio::{Clip, Frame, SILENCE, mixer, tone};
use crate::recording::Tape;
use crate::sdp::Media;

/// Two keys at once, ten a second: more is no finger.
const KEYS_KEPT: usize = 256;
/// How loud a key is said to be: -10 dBm0.
const VOLUME: u8 = 0x0A;
/// Packets of one key.
const KEY_PACKETS: u8 = 8;

/// What a leg tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEvent {
    /// A key.
    Key(char),
    /// The far side begins to speak.
    Began,
    /// The far side has spoken: the sound.
    Ended(Vec<i16>),
    /// It was no speech after all.
    Dropped,
    /// An item has been played to its end.
    Played(u32),
}

/// Counts of one leg.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LegStats {
    /// Packets taken in.
    pub received: u64,
    /// Packets sent.
    pub sent: u64,
    /// Packets from strangers.
    pub refused: u64,
    /// Frames made up for missing packets.
    pub made_up: u32,
    /// Milliseconds since the last packet.
    pub silent_ms: u64,
}

/// One side of a call.
#[derive(Debug)]
pub struct Leg {
    started: Instant,
    closed: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    wire: Wire,
    law: Law,
    event_type: Option<u8>,
    sends: bool,
    jitter: Jitter,
    digits: Digits,
    keys: usize,
    source: Option<u32>,
    player: Player,
    listener: Option<Listener>,
    /// Whom the far side hears besides our own words.
    hears: Vec<Weak<Leg>>,
    heard: Frame,
    tape: Option<Tape>,
    sequence: u16,
    timestamp: u32,
    marker: bool,
    /// Keys to be sent: event, and how many of its packets are left.
    pressing: VecDeque<(u8, u8)>,
    last_ms: u64,
    received: u64,
    sent: u64,
    events: UnboundedSender<MediaEvent>,
}

impl Inner {
    /// One packet of a key: the timestamp stays, the duration grows.
    fn send_key(&mut self, buffer: &mut Vec<u8>) {
        let Some((event, left)) = self.pressing.front_mut() else { return };
        let number = KEY_PACKETS - *left;
        let began = self.timestamp.wrapping_sub(u32::from(number) * crate::audio::FRAME as u32);
        let [high, low] = ((u16::from(number) + 1) * crate::audio::FRAME as u16).to_be_bytes();
        let released = if *left <= 3 { 0x80 } else { 0 };
        let payload = [*event, released | VOLUME, high, low];
        let Some(payload_type) = self.event_type else {
            self.pressing.clear();
            return;
        };
        *left -= 1;
        if *left == 0 {
            self.pressing.pop_front();
        }
        let packet = Packet {
            marker: number == 0,
            payload_type,
            sequence: self.sequence,
            timestamp: began,
            source: 0,
            payload: &payload,
        };
        self.wire.send(&packet, buffer);
        self.sequence = self.sequence.wrapping_add(1);
        self.sent += 1;
    }
}

impl Leg {
    /// A leg over a socket, towards what the far side announced.
    pub fn new(
        socket: UdpSocket,
        media: &Media,
        latch: Latch,
        first: (u16, u32, u32),
        events: UnboundedSender<MediaEvent>,
    ) -> Arc<Self> {
        let wire = Wire::Rtp { socket: Arc::new(socket), latch, source: first.2, guard: None };
        Self::with(wire, media.law, media.event_type, media.receives, (first.0, first.1), events)
    }

    /// A leg that waits for a browser ([`Self::rewire`]).
    pub fn loose(first: (u16, u32), events: UnboundedSender<MediaEvent>) -> Arc<Self> {
        Self::with(Wire::Loose, Law::A, None, true, first, events)
    }

    fn with(
        wire: Wire,
        law: Law,
        event_type: Option<u8>,
        sends: bool,
        first: (u16, u32),
        events: UnboundedSender<MediaEvent>,
    ) -> Arc<Self> {
        let inner = Inner {
            wire,
            law,
            event_type,
            sends,
            jitter: Jitter::default(),
            digits: Digits::default(),
            keys: 0,
            source: None,
            player: Player::default(),
            listener: None,
            hears: Vec::new(),
            heard: SILENCE,
            tape: None,
            sequence: first.0,
            timestamp: first.1,
            marker: true,
            pressing: VecDeque::new(),
            last_ms: 0,
            received: 0,
            sent: 0,
            events,
        };
        Arc::new(Self { started: Instant::now(), closed: AtomicBool::new(false), inner: Mutex::new(inner) })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn socket(&self) -> Option<Arc<UdpSocket>> {
        match &self.inner().wire {
            Wire::Rtp { socket, .. } => Some(Arc::clone(socket)),
            Wire::Browser(_) | Wire::Loose => None,
        }
    }

    /// Takes packets in from the leg's own socket until the leg is closed.
    pub async fn listen(self: Arc<Self>) {
        let Some(socket) = self.socket() else { return };
        let mut buffer = [0_u8; 2048];
        while !self.is_closed() {
            let received =
                tokio::time::timeout(std::time::Duration::from_secs(1), socket.recv_from(&mut buffer));
            match received.await {
                Ok(Ok((length, from))) => self.arrived(buffer.get(..length).unwrap_or_default(), from),
                // An ICMP message about an earlier packet; the next read goes on.
                Ok(Err(_)) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                Err(_) => {}
            }
        }
    }

    fn arrived(&self, bytes: &[u8], from: SocketAddr) {
        // Only what was sealed with the far side's key says anything about where the far side is.
        let opened = match &mut self.inner().wire {
            Wire::Rtp { guard: Some(guard), .. } => match guard.open(bytes) {
                Some(opened) => Some(opened),
                None => return,
            },
            _ => None,
        };
        let bytes = opened.as_deref().unwrap_or(bytes);
        let Some(packet) = rtp::read(bytes) else { return };
        let known = self.inner().event_type == Some(packet.payload_type)
            || Law::of_payload_type(packet.payload_type).is_some();
        if known && self.inner().wire.accept(from, self.now_ms()) {
            self.take(&packet);
        }
    }

    /// Takes a packet of the far side's: believed already.
    pub fn take(&self, packet: &Packet<'_>) {
        let now = self.now_ms();
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.received += 1;
        inner.last_ms = now;
        if inner.source != Some(packet.source) {
            inner.source = Some(packet.source);
            inner.digits = Digits::default();
            inner.jitter = Jitter::default();
        }
        if inner.event_type == Some(packet.payload_type) {
            if let Some(key) = inner.digits.take(packet.timestamp, packet.payload)
                && inner.keys < KEYS_KEPT
            {
                inner.keys += 1;
                drop(inner.events.send(MediaEvent::Key(key)));
            }
        } else if let Some(law) = Law::of_payload_type(packet.payload_type) {
            let samples: Vec<i16> = packet.payload.iter().map(|code| law.decode(*code)).collect();
            inner.jitter.push(packet.timestamp, &samples);
        }
    }

    /// Goes on over another wire, in this law: the browser is back, or gone (None).
    pub fn rewire(&self, browser: Option<(tokio::sync::mpsc::Sender<super::wire::Sealed>, Law)>) {
        let mut inner = self.inner();
        match browser {
            Some((connection, law)) => {
                inner.wire = Wire::Browser(connection);
                inner.law = law;
            }
            None => inner.wire = Wire::Loose,
        }
    }

    /// The frame of this tick as the far side spoke it.
    fn heard(&self) -> Frame {
        self.inner().heard
    }

    /// One step of 20 ms.
    pub fn tick(&self, buffer: &mut Vec<u8>) {
        // The others' locks are never held together with ours.
        let hears = self.inner().hears.clone();
        let others: Vec<Frame> = hears.iter().filter_map(Weak::upgrade).map(|other| other.heard()).collect();
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.keys = inner.keys.saturating_sub(1);
        inner.heard = match inner.jitter.pull() {
            Pulled::Heard(frame) | Pulled::Concealed(frame) => frame,
            Pulled::Nothing => SILENCE,
        };
        let speaks = inner.player.speaks();
        if let Some(listener) = &mut inner.listener
            && let Some(heard) = listener.take(&inner.heard, speaks)
        {
            drop(inner.events.send(match heard {
                Heard::Began => MediaEvent::Began,
                Heard::Ended(sound) => MediaEvent::Ended(sound),
                Heard::Dropped => MediaEvent::Dropped,
            }));
        }
        let (own, finished) = inner.player.frame();
        if let Some(id) = finished {
            drop(inner.events.send(MediaEvent::Played(id)));
        }
        // Comfort sound is for waiting alone.
        let out = match others.as_slice() {
            [] => own,
            [other] if !speaks => *other,
            many => mixer::mix(many.iter().chain(speaks.then_some(&own))),
        };
        if let Some(tape) = &mut inner.tape {
            tape.add(&inner.heard, &out);
        }
        if inner.sends && !inner.pressing.is_empty() {
            inner.send_key(buffer);
        } else if inner.sends {
            let mut codes = [0_u8; crate::audio::FRAME];
            codes.iter_mut().zip(out).for_each(|(to, sample)| *to = inner.law.encode(sample));
            let packet = Packet {
                marker: inner.marker,
                payload_type: inner.law.payload_type(),
                sequence: inner.sequence,
                timestamp: inner.timestamp,
                source: 0,
                payload: &codes,
            };
            inner.wire.send(&packet, buffer);
            inner.sequence = inner.sequence.wrapping_add(1);
            inner.sent += 1;
            inner.marker = false;
        }
        inner.timestamp = inner.timestamp.wrapping_add(crate::audio::FRAME as u32);
    }

    /// Sends a key as telephone events: eight packets, the last three saying that it is released. To a far side without
    /// telephone events it is sounded.
    pub fn press(&self, key: char) {
        if self.inner().event_type.is_none() {
            if let Some(clip) = tone::key(key) {
                self.play(Item { id: 0, clip, interruptible: true });
            }
            return;
        }
        let event = match key {
            '0'..='9' => key as u8 - b'0',
            '*' => 10,
            '#' => 11,
            _ => return,
        };
        self.inner().pressing.push_back((event, KEY_PACKETS));
    }

    /// Adds words to be played.
    pub fn play(&self, item: Item) {
        self.inner().player.add(item);
    }

    /// Stops words that may be stopped.
    pub fn hush(&self) {
        self.inner().player.hush();
    }

    /// Stops every word.
    pub fn clear(&self) {
        self.inner().player.clear();
    }

    /// Comfort sound, or silence.
    pub fn comfort(&self, clip: Option<Clip>) {
        self.inner().player.comfort(clip);
    }

    /// Listens for speech from now on, or no longer.
    pub fn listen_with(&self, listener: Option<Listener>) {
        self.inner().listener = listener;
    }

    /// Records from now on, or no longer. The former tape is handed back.
    pub fn record(&self, tape: Option<Tape>) -> Option<Tape> {
        std::mem::replace(&mut self.inner().tape, tape)
    }

    /// From now on this side hears those others, and nobody else.
    pub fn hear<'a>(&self, others: impl IntoIterator<Item = &'a Arc<Self>>) {
        self.inner().hears = others.into_iter().map(Arc::downgrade).collect();
    }

    /// Joins two sides: each hears the other.
    pub fn bridge(one: &Arc<Self>, other: &Arc<Self>) {
        one.hear([other]);
        other.hear([one]);
    }

    /// Parts this side from those it hears: neither hears the other any more.
    pub fn part(&self) {
        let others = std::mem::take(&mut self.inner().hears);
        for other in others.iter().filter_map(Weak::upgrade) {
            other.inner().hears.retain(|heard| !std::ptr::eq(heard.as_ptr(), self));
        }
    }

    /// The far side announces something else: another address, hold, another law.
    pub fn change(&self, media: &Media) {
        let mut inner = self.inner();
        if let Wire::Rtp { latch, guard, .. } = &mut inner.wire {
            latch.announce(media.address);
            if let (Some(guard), Some((_, theirs))) = (guard, media.secure) {
                guard.change(theirs);
            }
        }
        inner.law = media.law;
        inner.event_type = media.event_type;
        inner.sends = media.receives;
    }

    /// Seals the sound both ways from now on: with our key what we send, with theirs what comes.
    pub fn protect(&self, ours: Key, theirs: Key) {
        if let Wire::Rtp { guard, .. } = &mut self.inner().wire {
            *guard = Some(Box::new(Guard::new(ours, theirs)));
        }
    }

    /// Our key, where the sound is sealed.
    pub fn key(&self) -> Option<Key> {
        match &self.inner().wire {
            Wire::Rtp { guard, .. } => guard.as_ref().map(|guard| guard.ours()),
            Wire::Browser(_) | Wire::Loose => None,
        }
    }

    /// Sends nothing any more.
    pub fn mute(&self) {
        self.inner().sends = false;
    }

    /// Counts.
    pub fn stats(&self) -> LegStats {
        let now = self.now_ms();
        let inner = self.inner();
        LegStats {
            received: inner.received,
            sent: inner.sent,
            refused: inner.wire.refused(),
            made_up: inner.jitter.made_up,
            silent_ms: now.saturating_sub(inner.last_ms),
        }
    }

    /// The port packets are taken in at.
    pub fn port(&self) -> u16 {
        self.socket().and_then(|socket| socket.local_addr().ok()).map_or(0, |address| address.port())
    }

    /// Ends the leg: no packet after this.
    pub fn close(&self) {
        self.part();
        self.closed.store(true, Ordering::Release);
    }

    /// Whether it has ended.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}
