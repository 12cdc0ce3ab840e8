//! Telephone calls: from the INVITE to the recording.
//!
//! Pure cores: [`sdp`], [`audio`], jitter, keys, listening and playing in [`media`], [`ear`] (how a text is said), [`call`]
//! (the life of one call). Thin shells: the SIP stack behind [`sip::Signalling`], [`browser`] (telephones that are browsers),
//! sockets and the sender's thread, speech behind [`speech`]'s two ports, [`house`] (the calls of this node) and its sessions.
//!
//! Invariants: a key reaches the conversation whatever plays and whether or not there is any speech model; a call that is
//! let in has sound both ways or ends; when words cannot be recognised or spoken the caller goes to a person; a stranger's
//! packet is neither heard nor answered; nothing is recorded before the notice has been played, and what is recorded is
//! sealed. docs/voice.md says how, and what is missing.
//!
//! Deliberately absent: what is said and when a person is called (`dialogue`), who gets the call (`routing`), HTTP.

mod afoot;
pub mod audio;
pub mod browser;
pub mod call;
pub mod caller;
pub mod ear;
mod error;
pub mod house;
pub mod media;
pub mod recording;
pub mod sdp;
mod session;
pub mod sip;
pub mod speech;
pub mod sql;

pub use error::VoiceError;
pub use house::{Counts, House, Parts};
