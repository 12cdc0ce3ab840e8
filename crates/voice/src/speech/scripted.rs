//! Speech by script, for tests and demonstrations without models: words are tones, tones are words.
//!
//! The synthesiser gives each text a tone of its own pitch, so that a test knows from the sound alone which sentence it hears.
//! The recogniser knows an utterance by its length in steps of 200 ms.

use std::time::Duration;

use async_trait::async_trait;

use super::{Recognised, Recogniser, SpeechError, Synthesiser};
use crate::audio::tone;

/// Speaks in tones.
#[derive(Debug, Clone, Default)]
pub struct ScriptedVoice {
    /// Milliseconds a sentence lasts; 0: 60 a character.
    pub millis: usize,
}

/// The pitch a text is spoken at: 400 to 1,600 Hz in steps of 50.
pub fn pitch(text: &str) -> f32 {
    let sum = text.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    400.0 + (sum % 25) as f32 * 50.0
}

#[async_trait]
impl Synthesiser for ScriptedVoice {
    async fn speak(&self, text: &str) -> Result<Vec<i16>, SpeechError> {
        let millis = if self.millis == 0 { text.chars().count() * 60 } else { self.millis };
        Ok(tone::tone(pitch(text), millis.max(60), 0.3))
    }
}

/// Hears by script.
#[derive(Debug, Clone, Default)]
pub struct ScriptedEar {
    /// What utterances of so many steps of 200 ms mean.
    pub words: std::collections::BTreeMap<usize, String>,
    /// How long it takes.
    pub takes: Duration,
    /// It fails.
    pub broken: bool,
}

#[async_trait]
impl Recogniser for ScriptedEar {
    async fn recognise(&self, sound: &[i16]) -> Result<Recognised, SpeechError> {
        tokio::time::sleep(self.takes).await;
        if self.broken {
            return Err(SpeechError::Failed("by script".to_owned()));
        }
        let loud = sound.chunks(160).filter(|frame| crate::audio::level_db(frame) > -40.0).count();
        let steps = (loud + 5) / 10;
        let text = self.words.get(&steps).cloned().unwrap_or_default();
        Ok(Recognised { text, confidence: 0.9 })
    }
}
