//! Sound on the wire: packets, jitter, keys, listening, playing, and the one thread that sends.

pub mod digits;
pub mod jitter;
pub mod latch;
pub mod leg;
pub mod player;
pub mod rtp;
pub mod srtp;
pub mod vad;
pub mod wheel;
pub mod wire;
