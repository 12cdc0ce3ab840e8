//! The OpenAI-compatible protocol: `/v1/audio/transcriptions` and `/v1/audio/speech`. `tools/speech-server` is one such
//! service; so are many vendors'.

use std::time::Duration;

use async_trait::async_trait;

use super::{Recognised, Recogniser, SpeechError, Synthesiser};
use crate::audio::{RATE, wav};

/// Confidence where the service tells none.
const UNTOLD: f32 = 0.8;
/// Largest answer read: two minutes of sound at 48 kHz.
const LARGEST: usize = 12 << 20;

/// A service at an address.
#[derive(Debug, Clone)]
pub struct HttpSpeech {
    client: reqwest::Client,
    base: String,
    voice: String,
}

#[derive(Debug, serde::Deserialize)]
struct Transcription {
    text: String,
    #[serde(default)]
    confidence: Option<f32>,
}

fn failed(error: impl std::fmt::Display) -> SpeechError {
    SpeechError::Failed(error.to_string())
}

impl HttpSpeech {
    /// A service, and the voice it speaks with.
    ///
    /// # Errors
    /// When the system gives no client.
    pub fn new(base: &str, voice: &str, deadline: Duration) -> Result<Self, SpeechError> {
        let client = reqwest::Client::builder().timeout(deadline).build().map_err(failed)?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned(), voice: voice.to_owned() })
    }
}

#[async_trait]
impl Recogniser for HttpSpeech {
    async fn recognise(&self, sound: &[i16]) -> Result<Recognised, SpeechError> {
        let file = reqwest::multipart::Part::bytes(wav::write(&[sound], RATE))
            .file_name("speech.wav")
            .mime_str("audio/wav")
            .map_err(failed)?;
        let form = reqwest::multipart::Form::new()
            .part("file", file)
            .text("model", "whisper-1")
            .text("language", "zh")
            .text("response_format", "json");
        let response = self
            .client
            .post(format!("{}/v1/audio/transcriptions", self.base))
            .multipart(form)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?;
        let read: Transcription = response.json().await.map_err(failed)?;
        let confidence = read.confidence.unwrap_or(UNTOLD).clamp(0.0, 1.0);
        Ok(Recognised { text: read.text.trim().to_owned(), confidence })
    }
}

#[async_trait]
impl Synthesiser for HttpSpeech {
    async fn speak(&self, text: &str) -> Result<Vec<i16>, SpeechError> {
        let body = serde_json::json!({
            "model": "tts-1", "input": text, "voice": self.voice, "response_format": "wav",
        });
        let response = self
            .client
            .post(format!("{}/v1/audio/speech", self.base))
            .json(&body)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?;
        let bytes = response.bytes().await.map_err(failed)?;
        if bytes.len() > LARGEST {
            return Err(failed("the sound is too long"));
        }
        let sound = wav::read(&bytes).ok_or_else(|| failed("the answer is no WAV file"))?;
        Ok(wav::to_telephone(&sound))
    }
}
