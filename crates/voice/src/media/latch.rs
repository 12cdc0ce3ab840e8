//! Whose packets are believed. A stranger who guesses the port must neither be heard nor get the other side's voice.
//!
//! The far side announces an address in SDP; behind NAT it sends from another. Believed is the announced address; besides it
//! only the host the signalling came from, or the announced host on another port, and only until packets from one of them
//! have arrived: then nobody else, unless that one has been silent for two seconds.

use std::net::{IpAddr, SocketAddr};

/// Silence after which another source from a believed host may take over, in milliseconds.
const SILENT_MS: u64 = 2_000;

/// The far side's address.
#[derive(Debug, Clone)]
pub struct Latch {
    announced: SocketAddr,
    signalled: IpAddr,
    locked: Option<(SocketAddr, u64)>,
    /// Packets from strangers.
    pub refused: u64,
}

impl Latch {
    /// From SDP and the address the signalling came from.
    pub const fn new(announced: SocketAddr, signalled: IpAddr) -> Self {
        Self { announced, signalled, locked: None, refused: 0 }
    }

    /// The far side announces another address.
    pub fn announce(&mut self, announced: SocketAddr) {
        if announced != self.announced {
            self.announced = announced;
            self.locked = None;
        }
    }

    /// Whether a packet from this address at this instant is believed.
    pub fn accept(&mut self, from: SocketAddr, now_ms: u64) -> bool {
        if let Some((locked, last)) = &mut self.locked {
            if *locked == from {
                *last = now_ms;
                return true;
            }
            if now_ms.saturating_sub(*last) < SILENT_MS {
                self.refused += 1;
                return false;
            }
        }
        let known = from == self.announced || from.ip() == self.announced.ip() || from.ip() == self.signalled;
        if known {
            self.locked = Some((from, now_ms));
        } else {
            self.refused += 1;
        }
        known
    }

    /// Where to send.
    pub fn target(&self) -> SocketAddr {
        self.locked.map_or(self.announced, |(from, _)| from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_is_neither_heard_nor_answered() {
        let mut latch = Latch::new(at("10.0.0.5:4000"), "203.0.113.9".parse().unwrap());
        assert!(!latch.accept(at("198.51.100.1:4000"), 0));
        assert_eq!(latch.target(), at("10.0.0.5:4000"));
        assert!(latch.accept(at("203.0.113.9:61000"), 10), "behind NAT: the host the signalling came from");
        assert_eq!(latch.target(), at("203.0.113.9:61000"));
        assert!(!latch.accept(at("203.0.113.9:61001"), 20), "somebody else behind the same NAT");
        assert!(!latch.accept(at("10.0.0.5:4000"), 30));
        assert!(!latch.accept(at("198.51.100.1:4000"), 60_000), "a stranger never, however long the silence");
        assert!(
            latch.accept(at("203.0.113.9:61001"), 60_000),
            "the same host with a new port after a silence"
        );
        assert_eq!(latch.refused, 4);
    }

    #[test]
    fn a_new_offer_opens_the_latch() {
        let mut latch = Latch::new(at("10.0.0.5:4000"), "10.0.0.5".parse().unwrap());
        assert!(latch.accept(at("10.0.0.5:4000"), 0));
        latch.announce(at("10.0.0.6:5000"));
        assert_eq!(latch.target(), at("10.0.0.6:5000"));
        assert!(latch.accept(at("10.0.0.6:5000"), 1));
    }
}
