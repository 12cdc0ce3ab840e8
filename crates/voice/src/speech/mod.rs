//! Speech as two ports: sound to words, words to sound. A real implementation speaks the OpenAI-compatible protocol to a
//! service on this machine or another; a scripted one serves tests. Both may be absent: then keys, tones and people remain.

pub mod coded;
pub mod http;
pub mod pool;
pub mod prompts;
pub mod scripted;

use async_trait::async_trait;

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// The words; empty for none.
    pub text: String,
    /// 0 to 1; models that do not tell give 0.8.
    pub confidence: f32,
}

/// Why speech could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// There is none on this node.
    #[error("no speech service")]
    None,
    /// It took too long, or too many wait.
    #[error("the speech service is too slow")]
    Slow,
    /// It failed.
    #[error("the speech service failed: {0}")]
    Failed(String),
}

/// Sound to words.
#[async_trait]
pub trait Recogniser: Send + Sync {
    /// Recognises one utterance of 8,000 samples a second.
    ///
    /// # Errors
    /// When the service fails.
    async fn recognise(&self, sound: &[i16]) -> Result<Recognised, SpeechError>;
}

/// Words to sound.
#[async_trait]
pub trait Synthesiser: Send + Sync {
    /// Speaks a text, 8,000 samples a second.
    ///
    /// # Errors
    /// When the service fails.
    async fn speak(&self, text: &str) -> Result<Vec<i16>, SpeechError>;
}
