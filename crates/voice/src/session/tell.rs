//! What a call tells its contact, one thing after another, so that the sound never waits for the database.

use contact::Hotline;
use dialogue::SpeechFeatures;
use kernel::{ContactId, StaffId};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::Input;
use crate::call::Event;

/// What is told to the contact, in order.
pub(super) enum Tell {
    Words(String, u8),
    Key(char),
    Silence(u32),
    SpeechDown,
    HungUp,
    Lifted(StaffId),
    Declined(StaffId),
    AgentHungUp(StaffId),
    Parted,
    /// From the agent who goes to the colleague who stays.
    HandOver(StaffId, StaffId),
}

/// Tells until the session is gone.
pub(super) async fn tell_all(
    hotline: Hotline,
    contact: ContactId,
    mut told: UnboundedReceiver<Tell>,
    inputs: UnboundedSender<Input>,
) {
    let mut number = 0_u32;
    while let Some(tell) = told.recv().await {
        number += 1;
        let client_id = format!("call-{number}");
        let lifting = matches!(tell, Tell::Lifted(_));
        let speech =
            |confidence: u8| SpeechFeatures { confidence: f32::from(confidence) / 100.0, dialect: false };
        let done = match tell {
            Tell::Words(text, sure) => hotline.call_said(&contact, &client_id, &text, speech(sure)).await,
            Tell::Key(key) => hotline.call_key(&contact, &client_id, key).await,
            Tell::Silence(secs) => hotline.call_silence(&contact, secs).await,
            Tell::SpeechDown => hotline.call_speech_down(&contact).await,
            Tell::HungUp => hotline.call_hung_up(&contact).await,
            Tell::Lifted(agent) => hotline.call_lifted(&contact, &agent).await,
            Tell::Declined(agent) => hotline.call_declined(&contact, &agent).await,
            Tell::AgentHungUp(agent) => hotline.call_hung_up_by(&contact, &agent).await,
            Tell::Parted => hotline.call_parted(&contact).await,
            Tell::HandOver(from, to) => hotline.call_hand_over(&contact, &from, &to).await,
        };
        if let Err(error) = done {
            tracing::warn!(%contact, %error, "a call could not tell its contact something");
            if lifting {
                drop(inputs.send(Input::Event(Event::LiftRefused)));
            }
        }
    }
}
