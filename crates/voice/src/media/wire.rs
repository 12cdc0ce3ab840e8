//! How the packets of a leg travel: plain RTP over a socket of its own, or through the connection of a browser.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::Sender;

use super::latch::Latch;
use super::rtp::{self, Packet};
use super::srtp::{Key, Opener, Sealer};

/// A packet for a browser: how it is numbered, sealed and sent is the connection's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Counts samples.
    pub timestamp: u32,
    /// The codes.
    pub payload: Vec<u8>,
}

/// What seals the sound of a leg, both ways.
#[derive(Debug)]
pub struct Guard {
    ours: Key,
    theirs: Key,
    sealer: Sealer,
    opener: Opener,
}

impl Guard {
    /// Under both keys.
    pub fn new(ours: Key, theirs: Key) -> Self {
        Self { ours, theirs, sealer: Sealer::new(&ours), opener: Opener::new(&theirs) }
    }

    /// Our key.
    pub const fn ours(&self) -> Key {
        self.ours
    }

    /// The far side uses another key from now on.
    pub fn change(&mut self, theirs: Key) {
        if theirs != self.theirs {
            self.theirs = theirs;
            self.opener = Opener::new(&theirs);
        }
    }

    /// Opens a packet.
    pub fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.opener.open(packet)
    }
}

/// The way out.
#[derive(Debug)]
pub enum Wire {
    /// Plain RTP towards whom the latch believes.
    Rtp {
        /// The socket.
        socket: Arc<UdpSocket>,
        /// Whose packets are believed.
        latch: Latch,
        /// Our source number.
        source: u32,
        /// What seals it; none: in the clear.
        guard: Option<Box<Guard>>,
    },
    /// A browser's connection.
    Browser(Sender<Sealed>),
    /// Nowhere: the browser is away.
    Loose,
}

impl Wire {
    /// Sends. What the system or a stuck connection does not take is a packet lost, as on the way.
    pub fn send(&mut self, packet: &Packet<'_>, buffer: &mut Vec<u8>) {
        match self {
            Self::Rtp { socket, latch, source, guard } => {
                buffer.clear();
                rtp::write(&Packet { source: *source, ..*packet }, buffer);
                // What cannot be sealed is not sent.
                if guard.as_mut().is_some_and(|guard| !guard.sealer.seal(buffer)) {
                    return;
                }
                drop(socket2::SockRef::from(socket.as_ref()).send_to(buffer, &latch.target().into()));
            }
            Self::Browser(connection) => {
                drop(
                    connection
                        .try_send(Sealed { timestamp: packet.timestamp, payload: packet.payload.to_vec() }),
                );
            }
            Self::Loose => {}
        }
    }

    /// Whether a packet that came over the socket is believed.
    pub fn accept(&mut self, from: SocketAddr, now_ms: u64) -> bool {
        match self {
            Self::Rtp { latch, .. } => latch.accept(from, now_ms),
            Self::Browser(_) | Self::Loose => false,
        }
    }

    /// Packets from strangers.
    pub const fn refused(&self) -> u64 {
        match self {
            Self::Rtp { latch, .. } => latch.refused,
            Self::Browser(_) | Self::Loose => 0,
        }
    }
}
