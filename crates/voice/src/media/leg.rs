//! One side of a call: a socket, what comes in, what goes out.
//!
//! Packets are taken in by a task of the leg ([`Leg::listen`]); everything else happens once every 20 ms on the sender's
//! thread ([`Leg::tick`]): one frame is pulled from the jitter buffer, listened to, recorded, and one frame is sent.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::UnboundedSender;

use super::digits::Digits;
use super::jitter::{Jitter, Pulled};
use super::latch::Latch;
use super::player::{Item, Player};
use super::rtp::{self, Packet};
use super::vad::{Heard, Listener};
use crate::audio::g711::Law;
use crate::audio::{Clip, Frame, SILENCE, mixer};
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
    socket: UdpSocket,
    started: Instant,
    closed: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    latch: Latch,
    law: Law,
    event_type: Option<u8>,
    sends: bool,
    jitter: Jitter,
    digits: Digits,
    keys: usize,
    source: Option<u32>,
    player: Player,
    listener: Option<Listener>,
    peer: Option<Arc<Leg>>,
    heard: Frame,
    tape: Option<Tape>,
    sequence: u16,
    timestamp: u32,
    own_source: u32,
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
    fn send_key(&mut self, socket: &UdpSocket, buffer: &mut Vec<u8>) {
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
        buffer.clear();
        rtp::write(
            &Packet {
                marker: number == 0,
                payload_type,
                sequence: self.sequence,
                timestamp: began,
                source: self.own_source,
                payload: &payload,
            },
            buffer,
        );
        drop(socket2::SockRef::from(socket).send_to(buffer, &self.latch.target().into()));
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
        let inner = Inner {
            latch,
            law: media.law,
            event_type: media.event_type,
            sends: media.receives,
            jitter: Jitter::default(),
            digits: Digits::default(),
            keys: 0,
            source: None,
            player: Player::default(),
            listener: None,
            peer: None,
            heard: SILENCE,
            tape: None,
            sequence: first.0,
            timestamp: first.1,
            own_source: first.2,
            marker: true,
            pressing: VecDeque::new(),
            last_ms: 0,
            received: 0,
            sent: 0,
            events,
        };
        Arc::new(Self {
            socket,
            started: Instant::now(),
            closed: AtomicBool::new(false),
            inner: Mutex::new(inner),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    /// Takes packets in until the leg is closed.
    pub async fn listen(self: Arc<Self>) {
        let mut buffer = [0_u8; 2048];
        while !self.is_closed() {
            let received =
                tokio::time::timeout(std::time::Duration::from_secs(1), self.socket.recv_from(&mut buffer));
            match received.await {
                Ok(Ok((length, from))) => self.take(buffer.get(..length).unwrap_or_default(), from),
                // An ICMP message about an earlier packet; the next read goes on.
                Ok(Err(_)) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                Err(_) => {}
            }
        }
    }

    fn take(&self, bytes: &[u8], from: SocketAddr) {
        let now = self.now_ms();
        let Some(packet) = rtp::read(bytes) else { return };
        let mut inner = self.inner();
        let inner = &mut *inner;
        let is_event = inner.event_type == Some(packet.payload_type);
        if !is_event && Law::of_payload_type(packet.payload_type).is_none() {
            return;
        }
        if !inner.latch.accept(from, now) {
            return;
        }
        inner.received += 1;
        inner.last_ms = now;
        if inner.source != Some(packet.source) {
            inner.source = Some(packet.source);
            inner.digits = Digits::default();
            inner.jitter = Jitter::default();
        }
        if is_event {
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

    /// The frame of this tick as the far side spoke it.
    fn heard(&self) -> Frame {
        self.inner().heard
    }

    /// One step of 20 ms.
    pub fn tick(&self, buffer: &mut Vec<u8>) {
        // The peer's lock is never held together with ours.
        let peer = self.inner().peer.clone();
        let others = peer.map(|peer| peer.heard());
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
        let out = match others {
            Some(other) if speaks => mixer::mix([&own, &other]),
            Some(other) => other,
            None => own,
        };
        if let Some(tape) = &mut inner.tape {
            tape.add(&inner.heard, &out);
        }
        if inner.sends && !inner.pressing.is_empty() {
            inner.send_key(&self.socket, buffer);
        } else if inner.sends {
            buffer.clear();
            let mut codes = [0_u8; crate::audio::FRAME];
            codes.iter_mut().zip(out).for_each(|(to, sample)| *to = inner.law.encode(sample));
            rtp::write(
                &Packet {
                    marker: inner.marker,
                    payload_type: inner.law.payload_type(),
                    sequence: inner.sequence,
                    timestamp: inner.timestamp,
                    source: inner.own_source,
                    payload: &codes,
                },
                buffer,
            );
            // A full buffer of the system is a packet lost, as on the way.
            drop(socket2::SockRef::from(&self.socket).send_to(buffer, &inner.latch.target().into()));
            inner.sequence = inner.sequence.wrapping_add(1);
            inner.sent += 1;
            inner.marker = false;
        }
        inner.timestamp = inner.timestamp.wrapping_add(crate::audio::FRAME as u32);
    }

    /// Sends a key as telephone events: eight packets, the last three saying that it is released.
    pub fn press(&self, key: char) {
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

    /// Stops everything.
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

    /// Joins two sides: each hears the other.
    pub fn bridge(one: &Arc<Self>, other: &Arc<Self>) {
        one.inner().peer = Some(Arc::clone(other));
        other.inner().peer = Some(Arc::clone(one));
    }

    /// Parts this side from whomever it is joined with.
    pub fn part(&self) {
        let peer = self.inner().peer.take();
        if let Some(peer) = peer {
            peer.inner().peer = None;
        }
    }

    /// The far side announces something else: another address, hold, another law.
    pub fn change(&self, media: &Media) {
        let mut inner = self.inner();
        inner.latch.announce(media.address);
        inner.law = media.law;
        inner.event_type = media.event_type;
        inner.sends = media.receives;
    }

    /// Counts.
    pub fn stats(&self) -> LegStats {
        let now = self.now_ms();
        let inner = self.inner();
        LegStats {
            received: inner.received,
            sent: inner.sent,
            refused: inner.latch.refused,
            made_up: inner.jitter.made_up,
            silent_ms: now.saturating_sub(inner.last_ms),
        }
    }

    /// The port packets are taken in at.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().map_or(0, |address| address.port())
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
