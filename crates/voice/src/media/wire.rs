//! How the packets of a leg travel: plain RTP over a socket of its own, or through the connection of a browser.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::Sender;

use super::latch::Latch;
use super::rtp::{self, Packet};

/// A packet for a browser: how it is numbered, sealed and sent is the connection's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Counts samples.
    pub timestamp: u32,
    /// The codes.
    pub payload: Vec<u8>,
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
    },
    /// A browser's connection.
    Browser(Sender<Sealed>),
    /// Nowhere: the browser is away.
    Loose,
}

impl Wire {
    /// Sends. What the system or a stuck connection does not take is a packet lost, as on the way.
    pub fn send(&self, packet: &Packet<'_>, buffer: &mut Vec<u8>) {
        match self {
            Self::Rtp { socket, latch, source } => {
                buffer.clear();
                rtp::write(&Packet { source: *source, ..*packet }, buffer);
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
