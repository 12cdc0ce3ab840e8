//! Sentences as sound, kept: what was spoken once is not synthesised again. A folder of files named by what they say serves
//! as the cache and as the store of prompts rendered beforehand, so that a node without a synthesiser can still speak them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sm3::{Digest as _, Sm3};

use super::{SpeechError, Synthesiser};
use crate::audio::g711::Law;
use crate::audio::{Clip, wav};

/// Clips held in memory; beyond that all are forgotten (they are on disk).
const HELD: usize = 2_000;

/// Sentences as sound.
pub struct Prompts {
    folder: PathBuf,
    /// Prompts that come with the knowledge pack.
    shipped: Option<PathBuf>,
    voice: String,
    synthesiser: Option<Arc<dyn Synthesiser>>,
    deadline: Duration,
    held: Mutex<HashMap<String, Clip>>,
}

impl std::fmt::Debug for Prompts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prompts").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Prompts {
    /// Prompts in a folder, in a voice.
    pub fn new(
        folder: PathBuf,
        voice: &str,
        synthesiser: Option<Arc<dyn Synthesiser>>,
        deadline: Duration,
    ) -> Self {
        Self { folder, shipped: None, voice: voice.to_owned(), synthesiser, deadline, held: Mutex::default() }
    }

    /// Also looks into a folder of prompts rendered beforehand.
    #[must_use]
    pub fn with_shipped(self, folder: PathBuf) -> Self {
        Self { shipped: Some(folder), ..self }
    }

    fn key(&self, text: &str) -> String {
        let hash =
            Sm3::new().chain_update(self.voice.as_bytes()).chain_update([0]).chain_update(text.as_bytes());
        hex::encode(hash.finalize()).chars().take(32).collect()
    }

    /// The sound of a sentence.
    ///
    /// # Errors
    /// When it was never rendered and cannot be now.
    pub async fn clip(&self, text: &str) -> Result<Clip, SpeechError> {
        let key = self.key(text);
        if let Some(clip) = self.held.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(clip));
        }
        let name = format!("{key}.wav");
        let file = self.folder.join(&name);
        for known in
            [Some(file.clone()), self.shipped.as_ref().map(|folder| folder.join(&name))].into_iter().flatten()
        {
            if let Some(sound) = tokio::fs::read(&known).await.ok().and_then(|bytes| wav::read(&bytes)) {
                return Ok(self.hold(key, wav::to_telephone(&sound)));
            }
        }
        let Some(synthesiser) = &self.synthesiser else { return Err(SpeechError::None) };
        let spoken = tokio::time::timeout(self.deadline, synthesiser.speak(text)).await;
        let samples = spoken.unwrap_or(Err(SpeechError::Slow))?;
        let bytes = a_law_file(&samples);
        let folder = self.folder.clone();
        // A full disk costs the cache, not the call.
        let kept = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            let making = file.with_extension(format!("{:?}.part", std::thread::current().id()));
            std::fs::write(&making, bytes)?;
            std::fs::rename(making, file)
        });
        if !matches!(kept.await, Ok(Ok(()))) {
            tracing::debug!("a prompt could not be kept");
        }
        Ok(self.hold(key, samples))
    }

    fn hold(&self, key: String, samples: Vec<i16>) -> Clip {
        let clip: Clip = samples.into();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(key, Arc::clone(&clip));
        clip
    }
}

/// A WAV file of A-law codes: half the size, and exactly what goes over the wire.
fn a_law_file(samples: &[i16]) -> Vec<u8> {
    let length = samples.len() as u32;
    let mut file = Vec::with_capacity(44 + samples.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    for half in [6_u16, 1] {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(&8000_u32.to_le_bytes());
    file.extend_from_slice(&8000_u32.to_le_bytes());
    for half in [1_u16, 8] {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend(samples.iter().map(|sample| Law::A.encode(*sample)));
    file
}

#[cfg(test)]
mod tests {
    use super::super::scripted::ScriptedVoice;
    use super::*;

    #[tokio::test]
    async fn what_was_said_once_needs_no_voice_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_path_buf();
        let deadline = Duration::from_secs(1);
        let voiced = Prompts::new(place.clone(), "a", Some(Arc::new(ScriptedVoice::default())), deadline);
        let first = voiced.clip("您好").await.unwrap();
        let mute = Prompts::new(place.clone(), "a", None, deadline);
        let again = mute.clip("您好").await.unwrap();
        assert_eq!(first.len(), again.len());
        assert_eq!(mute.clip("再见").await, Err(SpeechError::None));
        let other = Prompts::new(place, "b", None, deadline);
        assert_eq!(other.clip("您好").await, Err(SpeechError::None), "another voice is another sound");
    }
}
