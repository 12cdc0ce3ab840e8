//! A browser in the program: offers as a browser does, speaks and listens through its own leg.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use kernel::{ContactId, Rng};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::failed;
use crate::VoiceError;
use crate::audio::g711::Law;
use crate::audio::{Clip, FRAME};
use crate::browser::{Peer, up};
use crate::media::leg::Leg;
use crate::media::player::Item;
use crate::media::wheel::Wheel;
use crate::recording::{Reel, Tape};

/// A browser's connection to the program. Dropped, it is gone without a word, like a window that is closed.
#[derive(Debug)]
pub struct Page {
    leg: Arc<Leg>,
    sound: tokio::sync::Mutex<UnboundedReceiver<Reel>>,
    _peer: Peer,
}

impl Page {
    /// Offers, and waits until sound can flow. `negotiate` takes the offer to the program and gives its answer.
    ///
    /// # Errors
    /// When the offer is refused or no way is found in ten seconds.
    pub async fn connect<F: Future<Output = Result<String, contact::ContactError>>>(
        wheel: &Wheel,
        negotiate: impl FnOnce(String) -> F,
    ) -> Result<Self, VoiceError> {
        let mut rng = Rng::from_system().map_err(|error| failed(format!("{error:?}")))?;
        let (events, _nobody) = unbounded_channel();
        let leg = Leg::loose((rng.next_u64() as u16, rng.next_u64() as u32), events);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (draft, offer) = Peer::offer(socket, &leg).map_err(failed)?;
        let answer = negotiate(offer).await?;
        let peer = draft.accept(&answer).map_err(failed)?;
        let (tape, sound) = unbounded_channel();
        drop(leg.record(Some(Tape::in_chunks(ContactId("page".to_owned()), tape, FRAME))));
        wheel.add(Arc::clone(&leg));
        let is_up = tokio::time::timeout(Duration::from_secs(10), up(peer.follow())).await;
        if is_up != Ok(true) {
            return Err(failed("no way was found"));
        }
        Ok(Self { leg, sound: tokio::sync::Mutex::new(sound), _peer: peer })
    }

    /// Says something, after what it is saying already.
    pub fn say(&self, sound: &[i16]) {
        let clip: Clip = sound.into();
        self.leg.play(Item { id: 0, clip, interruptible: true });
    }

    /// The next 20 ms heard.
    pub async fn next_frame(&self) -> Option<Vec<i16>> {
        let mut sound = self.sound.lock().await;
        loop {
            if let Reel::Chunk(_, both) = sound.recv().await? {
                return Some(both.iter().take(both.len() / 2).map(|code| Law::A.decode(*code)).collect());
            }
        }
    }

    /// Forgets what has been heard so far.
    pub async fn forget(&self) {
        let mut sound = self.sound.lock().await;
        while sound.try_recv().is_ok() {}
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.leg.close();
    }
}
