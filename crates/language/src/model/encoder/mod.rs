//! A sentence encoder: what words mean where no word of theirs was ever seen in training.
//!
//! The shape is that of BERT (Devlin et al. 2019): pieces, position, self-attention, feed-forward, mean over the pieces; on it one linear
//! head a task. Its first weights were those of multilingual-e5-small (Wang et al. 2024, MIT); they were then trained on this project's
//! labelled lines, all tasks at once (`tools/encoder`). The heads' logits are added to the margins of the [`super::Linear`] models.
//!
//! Pure and without native code: about 20 ms for 20 pieces on one core, so everything that must be instant does without it.

mod kernel;
mod pieces;
mod stored;
mod transformer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use pieces::{Pieces, Vocabulary};
pub use stored::Damaged;
use transformer::Transformer;

use super::Part;

/// Pieces of a text that are read; a longer text is told by its beginning.
const LONGEST: usize = 60;
/// Pieces of what was said before that are read.
const LONGEST_BEFORE: usize = 20;
/// Sentences remembered, so that what is said often (好的, 转人工) costs nothing.
const REMEMBERED: usize = 8_192;

/// Sentences by words and what was said before them.
type Remembered = HashMap<(String, String), Arc<[f32]>>;

/// The encoder, loaded.
#[derive(Debug)]
pub struct Encoder {
    pieces: Pieces,
    body: Transformer,
    heads: Vec<Head>,
    remembered: Mutex<Remembered>,
}

/// One task's linear layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    part: String,
    labels: Vec<String>,
    /// How much a logit counts beside a margin.
    pub blend: f32,
    /// How sharply the sums become probabilities.
    pub sharpness: f32,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// The labels it knows.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    fn logits(&self, sentence: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(sentence.len().max(1)).zip(&self.bias);
        rows.map(|(weights, bias)| bias + weights.iter().zip(sentence).map(|(w, v)| w * v).sum::<f32>())
            .collect()
    }

    /// What it adds to each label's margin; labels it does not know get nothing.
    pub fn adds(&self, sentence: &[f32], labels: &[String]) -> Vec<f32> {
        let logits = self.logits(sentence);
        let mean = logits.iter().sum::<f32>() / (logits.len().max(1) as f32);
        labels
            .iter()
            .map(|label| {
                let known = self.labels.iter().position(|own| own == label).and_then(|at| logits.get(at));
                known.map_or(0.0, |logit| (logit - mean) * self.blend)
            })
            .collect()
    }
}

impl Encoder {
    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        stored::read(bytes)
    }

    /// The head of a part.
    pub fn head(&self, part: Part) -> Option<&Head> {
        self.heads.iter().find(|head| head.part == part.name())
    }

    /// What the first head makes of words, brought to length 1: for an encoder that was trained to tell how near texts are.
    pub fn direction(&self, words: &str) -> Vec<f32> {
        let Some(head) = self.heads.first() else { return Vec::new() };
        let mut vector = head.logits(&self.sentence(words, ""));
        let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for v in &mut vector {
            *v /= length;
        }
        vector
    }

    /// How many numbers [`Encoder::direction`] gives.
    pub fn directions(&self) -> usize {
        self.heads.first().map_or(0, |head| head.labels.len())
    }

    /// The meaning of words, said after `before` (empty: nothing, or it does not matter).
    pub fn sentence(&self, words: &str, before: &str) -> Arc<[f32]> {
        let lock = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = |text: &str, pieces: usize| text.chars().take(pieces * 2).collect::<String>();
        let key = (cut(words, LONGEST), cut(before, LONGEST_BEFORE));
        if let Some(known) = lock().get(&key) {
            return Arc::clone(known);
        }
        let ids = self.ids(&key.0, &key.1);
        let sentence: Arc<[f32]> = self.body.mean(&ids).into();
        let mut remembered = lock();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(key, Arc::clone(&sentence));
        sentence
    }

    fn ids(&self, words: &str, before: &str) -> Vec<u32> {
        let mut ids = self.pieces.cut(words, LONGEST);
        if !before.is_empty() {
            let mut both = self.pieces.cut(before, LONGEST_BEFORE);
            both.extend(ids.into_iter().skip(1));
            ids = both;
        }
        ids.truncate(LONGEST + 4);
        ids
    }
}
