//! Signalling: our own port, and the one implementation over a SIP stack.
//!
//! Nothing outside this folder knows the stack; calls are named by [`CallRef`] and talk in session descriptions.

pub mod digest;
pub mod gate;
mod outgoing;
mod reading;
mod refresh;
mod register;
pub mod registrar;
pub mod stack;
pub mod timer;
pub mod tls;

pub use register::digest_answer;

use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::VoiceError;

/// A dialog.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallRef(pub String);

impl std::fmt::Display for CallRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A call coming in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Its dialog.
    pub call: CallRef,
    /// The number dialled.
    pub dialled: String,
    /// The caller's number; empty when withheld.
    pub caller: String,
    /// Where the signalling came from.
    pub source: IpAddr,
    /// The signalling is sealed (TLS): keys in it are nobody else's.
    pub secured: bool,
    /// The offer; empty when the caller leaves it to us.
    pub offer: Vec<u8>,
}

/// What the far sides do.
#[derive(Debug)]
pub enum Signal {
    /// A call comes in. It is ringing already.
    Invited(Invited),
    /// The caller's side is set up: they have confirmed our answer. Holds the answer where the offer was ours.
    Confirmed(CallRef, Vec<u8>),
    /// A call of ours was answered.
    Answered(CallRef, Vec<u8>),
    /// A call of ours was not answered: the status.
    Refused(CallRef, u16),
    /// The far side changes its media (hold, another address). The answer is the description to reply with, or a status.
    Changed(CallRef, Vec<u8>, oneshot::Sender<Result<String, u16>>),
    /// A key by INFO, from far sides without telephone events.
    Key(CallRef, char),
    /// The far side hung up, cancelled or died.
    Ended(CallRef),
    /// A desk telephone registered (true) or left.
    Phone(String, bool),
}

/// What we do.
#[async_trait]
pub trait Signalling: Send + Sync {
    /// Answers an incoming call.
    ///
    /// # Errors
    /// When the call is gone.
    fn answer(&self, call: &CallRef, description: String) -> Result<(), VoiceError>;

    /// Declines an incoming call with a status. Overload is the gate's to refuse, which tells when to try again.
    fn refuse(&self, call: &CallRef, status: u16);

    /// Calls a desk telephone. The contact's id goes along in `X-Contact`. Gives the call and the host the telephone is at.
    ///
    /// # Errors
    /// When it is not registered.
    async fn ring(
        &self,
        phone: &str,
        caller: &str,
        contact: &str,
        offer: String,
    ) -> Result<(CallRef, IpAddr), VoiceError>;

    /// Ends a call, or stops one that rings.
    fn end(&self, call: &CallRef);

    /// Asks the far side of a call whether it still lives: when it does not, [`Signal::Ended`] follows.
    fn ask(&self, call: &CallRef);

    /// The address far sides are told.
    fn address(&self) -> SocketAddr;

    /// Dialogs held: none when there is no call.
    fn dialogs(&self) -> usize;

    /// Stops listening.
    fn stop(&self);
}
