//! A SIP call comes in: its description is answered, its sound begins, and it is confirmed.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Caller, Input, Way, live};
use crate::VoiceError;
use crate::house::House;
use crate::media::latch::Latch;
use crate::media::leg::{Leg, MediaEvent};
use crate::media::srtp::Key;
use crate::sdp::{self, Media};
use crate::sip::{Invited, Signal};

/// A caller who does not confirm our answer within this is gone.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(10);

/// Lives a SIP call from its INVITE to its end. Every way out closes the socket and ends both dialogs.
pub(crate) async fn run(
    house: &House,
    invited: Invited,
    inputs: UnboundedSender<Input>,
    mut inbox: UnboundedReceiver<Input>,
) {
    let call = invited.call.clone();
    let stack = Arc::clone(&house.0.signalling);
    let secured = invited.secured || house.trusts_keys_of(invited.source);
    let offer = match sdp::read_secured(&invited.offer, secured) {
        Ok(offer) => offer,
        Err(error) => {
            tracing::debug!(%call, %error, "an offer cannot be served");
            house.count_refused();
            return stack.refuse(&call, status_of(error));
        }
    };
    let (media_events, from_leg) = unbounded_channel();
    let leg = match open_leg(house, &offer.media, invited.source, media_events) {
        Ok(leg) => leg,
        Err(error) => {
            tracing::warn!(%error, "no sound for a call");
            return stack.refuse(&call, 503);
        }
    };
    let session_number = house.random(kernel::Rng::next_u64) >> 1;
    let (ip, key) = (house.0.media_ip, leg.key());
    let answer = sdp::answer_secured(&offer, ip, leg.port(), (session_number, 1), key.as_ref());
    if stack.answer(&call, answer).is_ok() && confirmed(&mut inbox).await {
        house.count_answered();
        let way = Way::Sip { call: call.clone(), versions: (session_number, 1) };
        let caller = Caller { dialled: invited.dialled, number: invited.caller, leg: Arc::clone(&leg), way };
        live(house, caller, from_leg, inputs, inbox).await;
    }
    leg.close();
    stack.end(&call);
}

fn open_leg(
    house: &House,
    media: &Media,
    source: std::net::IpAddr,
    events: UnboundedSender<MediaEvent>,
) -> Result<Arc<Leg>, VoiceError> {
    let socket = house.socket()?;
    Ok(start_leg(house, socket, media, source, events))
}

pub(super) fn start_leg(
    house: &House,
    socket: UdpSocket,
    media: &Media,
    source: std::net::IpAddr,
    events: UnboundedSender<MediaEvent>,
) -> Arc<Leg> {
    // The first number in the lower half: a lost first packet then hides no rollover (RFC 3711, section 3.3.1).
    let first =
        house.random(|rng| (rng.next_u64() as u16 >> 1, rng.next_u64() as u32, rng.next_u64() as u32));
    let leg = Leg::new(socket, media, Latch::new(media.address, source), first, events);
    if let Some((_, theirs)) = media.secure {
        let mut ours = [0_u8; 30];
        house.random(|rng| rng.fill(&mut ours));
        leg.protect(Key::new(ours), theirs);
    }
    house.0.wheel.add(Arc::clone(&leg));
    tokio::spawn(Arc::clone(&leg).listen());
    leg
}

/// Waits for the caller's ACK: a call that nobody confirms leaves no trace in the database.
async fn confirmed(inbox: &mut UnboundedReceiver<Input>) -> bool {
    let wait = async {
        while let Some(input) = inbox.recv().await {
            match input {
                Input::Signal(Signal::Confirmed(..)) => return true,
                Input::Signal(Signal::Ended(_)) => return false,
                _ => {}
            }
        }
        false
    };
    tokio::time::timeout(CONFIRMED_WITHIN, wait).await.unwrap_or(false)
}

/// What a description that cannot be used is answered with.
pub(super) const fn status_of(error: sdp::SdpError) -> u16 {
    match error {
        sdp::SdpError::Malformed => 400,
        sdp::SdpError::NothingShared => 488,
    }
}
