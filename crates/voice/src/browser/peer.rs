//! One browser's connection: ICE, DTLS and SRTP round a leg (RFC 8825, RFC 8445, RFC 5764). The one file that knows str0m.
//!
//! We are the lite side with one host candidate: the browser looks for the way, we answer. G.711 alone is taken, so nothing
//! is transcoded. What comes out of SRTP is believed; whatever else arrives at the port changes nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::audio::g711::Law;
use crate::media::leg::Leg;
use crate::media::rtp::Packet;
use crate::media::wire::Sealed;

/// Longest description read; a browser's is about 4 KiB.
const LONGEST: usize = 32 * 1024;
/// The browser has to be through within this.
const UP_WITHIN: Duration = Duration::from_secs(10);
/// Packets that may wait for the connection's task: 200 ms.
const WAITING: usize = 10;

/// How a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// The browser looks for the way.
    Finding,
    /// Sound can flow.
    Up,
    /// Over.
    Down,
}

/// Why a description cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// It is not a session description, or lacks what is needed.
    #[error("not a usable description: {0}")]
    Malformed(String),
    /// It holds no G.711 audio.
    #[error("no G.711 audio")]
    NothingShared,
}

/// A browser's connection. Dropped, it ends.
#[derive(Debug)]
pub struct Peer {
    stop: CancellationToken,
    state: watch::Receiver<Link>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn malformed(error: impl std::fmt::Display) -> OfferError {
    OfferError::Malformed(error.to_string())
}

impl Peer {
    /// Answers a browser's offer and wires the leg to it. `told` is the address the browser is told.
    ///
    /// # Errors
    /// When the offer cannot be served.
    pub fn answer(
        offer: &str,
        socket: UdpSocket,
        told: IpAddr,
        leg: &Arc<Leg>,
    ) -> Result<(Self, String), OfferError> {
        if offer.len() > LONGEST {
            return Err(malformed("too long"));
        }
        let offer = SdpOffer::from_sdp_string(offer).map_err(malformed)?;
        let port = socket.local_addr().map_err(malformed)?.port();
        let local = SocketAddr::new(told, port);
        let mut rtc = config().build(Instant::now());
        let candidate = Candidate::host(local, "udp").map_err(malformed)?;
        rtc.add_local_candidate(candidate);
        let answer = rtc.sdp_api().accept_offer(offer).map_err(malformed)?.to_sdp_string();
        let law = law_of(&answer).ok_or(OfferError::NothingShared)?;
        Ok((Self::start(rtc, socket, local, leg, law, None), answer))
    }

    fn start(
        rtc: Rtc,
        socket: UdpSocket,
        local: SocketAddr,
        leg: &Arc<Leg>,
        law: Law,
        mid: Option<Mid>,
    ) -> Self {
        let (frames, to_send) = channel(WAITING);
        let (told_state, state) = watch::channel(Link::Finding);
        let stop = CancellationToken::new();
        leg.rewire(Some((frames, law)));
        let connection =
            Connection { rtc, socket, local, leg: Arc::downgrade(leg), law, mid, next: 1, state: told_state };
        tokio::spawn(connection.live(to_send, stop.clone()));
        Self { stop, state }
    }

    /// The browser's side of it, for tests and measurements: the offer, to be completed by the answer.
    ///
    /// # Errors
    /// When the system gives no address.
    pub fn offer(socket: UdpSocket, leg: &Arc<Leg>) -> Result<(Draft, String), OfferError> {
        let local = socket.local_addr().map_err(malformed)?;
        let mut rtc = config().set_ice_lite(false).build(Instant::now());
        rtc.add_local_candidate(Candidate::host(local, "udp").map_err(malformed)?);
        let mut api = rtc.sdp_api();
        let mid = api.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = api.apply().ok_or_else(|| malformed("nothing to offer"))?;
        let text = offer.to_sdp_string();
        Ok((Draft { rtc, socket, local, leg: Arc::clone(leg), mid, pending }, text))
    }

    /// How it stands.
    pub fn link(&self) -> Link {
        *self.state.borrow()
    }

    /// Follows how it stands.
    pub fn follow(&self) -> watch::Receiver<Link> {
        self.state.clone()
    }
}

/// An offer that waits for its answer.
pub struct Draft {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    leg: Arc<Leg>,
    mid: Mid,
    pending: SdpPendingOffer,
}

impl Draft {
    /// Completes it.
    ///
    /// # Errors
    /// When the answer cannot be used.
    pub fn accept(mut self, answer: &str) -> Result<Peer, OfferError> {
        let law = law_of(answer).ok_or(OfferError::NothingShared)?;
        let answer = SdpAnswer::from_sdp_string(answer).map_err(malformed)?;
        self.rtc.sdp_api().accept_answer(self.pending, answer).map_err(malformed)?;
        Ok(Peer::start(self.rtc, self.socket, self.local, &self.leg, law, Some(self.mid)))
    }
}

/// Waits until a connection is up. False when it will not be.
pub async fn up(mut state: watch::Receiver<Link>) -> bool {
    matches!(state.wait_for(|link| *link != Link::Finding).await.as_deref(), Ok(Link::Up))
}

fn config() -> RtcConfig {
    RtcConfig::new()
        .set_crypto_provider(Arc::new(str0m::crypto::from_feature_flags()))
        .clear_codecs()
        .enable_pcma(true, false)
        .enable_pcmu(true, false)
        .set_ice_lite(true)
        // Our own jitter buffer takes packets as they come.
        .set_rtp_mode(true)
}

/// The law of an answer; A-law where both are taken.
fn law_of(answer: &str) -> Option<Law> {
    let audio = answer.lines().find(|line| line.starts_with("m=audio "))?;
    let mut words = audio.split_whitespace();
    let port = words.nth(1)?;
    let formats: Vec<&str> = words.skip(1).collect();
    let taken =
        [Law::A, Law::Mu].into_iter().find(|law| formats.contains(&law.payload_type().to_string().as_str()));
    taken.filter(|_| port != "0")
}

struct Connection {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    leg: Weak<Leg>,
    law: Law,
    mid: Option<Mid>,
    /// The next packet's number, its rollovers counted (RFC 3711, 3.3.1).
    next: u64,
    state: watch::Sender<Link>,
}

impl Connection {
    async fn live(mut self, mut to_send: Receiver<Sealed>, stop: CancellationToken) {
        let began = Instant::now();
        let mut buffer = vec![0_u8; 2048];
        while let Some(until) = self.drain().await {
            let finding = *self.state.borrow() == Link::Finding;
            let lost = finding && began.elapsed() > UP_WITHIN;
            if lost || self.leg.upgrade().is_none_or(|leg| leg.is_closed()) {
                break;
            }
            let pause = until.saturating_duration_since(Instant::now()).min(Duration::from_secs(1));
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => self.input(Input::Timeout(Instant::now())),
                packet = to_send.recv() => match packet {
                    Some(packet) => self.send(packet),
                    // The leg is wired to a newer connection.
                    None => break,
                },
                received = self.socket.recv_from(&mut buffer) => match received {
                    Ok((length, from)) => self.receive(buffer.get(..length).unwrap_or_default(), from),
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                },
            }
        }
        self.state.send_replace(Link::Down);
    }

    /// Sends and tells what has become due. When to come back; None: it is over.
    async fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(until)) => return self.rtc.is_alive().then_some(until),
                Ok(Output::Transmit(datagram)) => {
                    drop(self.socket.send_to(&datagram.contents, datagram.destination).await);
                }
                Ok(Output::Event(event)) => self.event(event),
                Err(error) => {
                    tracing::debug!(%error, "a browser's connection broke off");
                    return None;
                }
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.state.send_replace(Link::Up);
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.rtc.disconnect(),
            Event::MediaAdded(media) => self.mid = self.mid.or(Some(media.mid)),
            Event::RtpPacket(packet) => {
                if let Some(leg) = self.leg.upgrade() {
                    leg.take(&Packet {
                        marker: packet.header.marker,
                        payload_type: *packet.header.payload_type,
                        sequence: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        source: *packet.header.ssrc,
                        payload: &packet.payload,
                    });
                }
            }
            _ => {}
        }
    }

    fn input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, "a browser's packet was not taken");
        }
    }

    fn receive(&mut self, bytes: &[u8], from: SocketAddr) {
        // What is neither STUN, DTLS nor RTP is dropped here.
        let Ok(contents) = bytes.try_into() else { return };
        let receive = Receive { proto: Protocol::Udp, source: from, destination: self.local, contents };
        self.input(Input::Receive(Instant::now(), receive));
    }

    fn send(&mut self, packet: Sealed) {
        if *self.state.borrow() != Link::Up {
            return;
        }
        let Some(mid) = self.mid else { return };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else { return };
        let payload_type = Pt::from(self.law.payload_type());
        let now = Instant::now();
        stream.write_rtp(RtpWrite::new(
            payload_type,
            self.next.into(),
            packet.timestamp,
            now,
            packet.payload,
        ));
        self.next += 1;
        self.input(Input::Timeout(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_is_a_where_both_are_taken() {
        assert_eq!(law_of("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\n"), Some(Law::A));
        assert_eq!(law_of("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), Some(Law::Mu));
        assert_eq!(law_of("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"), None);
        assert_eq!(law_of("v=0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 8\r\n"), None);
        assert_eq!(law_of("m=video 9 UDP/TLS/RTP/SAVPF 8\r\n"), None);
    }
}
