//! Learns from a site's own labelled tickets to which of its labels (a category, a unit) a new one belongs.
//!
//! One linear support vector machine a label over three views of the words: character sequences, words, and the
//! opening, where writers say what it is about. Given with blanks between the words or without, with function
//! words or without, a text has the same views. Training is deterministic and needs nothing but the table.

mod features;
mod file;
mod measure;
mod solve;
mod table;
mod text;
mod train;

use std::collections::BTreeMap;

pub use file::FileError;
pub use measure::{Outcome, evaluate};
pub use table::{Columns, Sample, TableError, samples};
pub use train::{TrainError, Trained, train};

use features::{Counted, Vocabulary, counted};
use solve::Value;

/// A trained classifier. Cheap to share behind an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    /// The labels, ascending.
    labels: Vec<String>,
    /// How sharply margins become shares; chosen on held-out rows.
    sharpness: f32,
    bias: Vec<f32>,
    /// What one step of a label's weights is worth.
    step: Vec<f32>,
    vocabulary: Vocabulary,
    /// Weights in steps, feature by feature, one a label.
    weights: Vec<i8>,
}

/// A label with how sure the classifier is of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The label.
    pub label: String,
    /// 0 to 1; over all labels they add up to 1.
    pub share: f32,
}

impl Classifier {
    /// The labels it knows, ascending.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The likeliest label.
    pub fn label(&self, text: &str) -> &str {
        let margins = self.margins(&counted(text));
        self.labels.get(best(&margins)).map_or("", String::as_str)
    }

    /// All labels with their shares, the likeliest first.
    pub fn guesses(&self, text: &str) -> Vec<Guess> {
        let shares = shares(&self.margins(&counted(text)), self.sharpness);
        let mut all: Vec<Guess> = self
            .labels
            .iter()
            .zip(shares)
            .map(|(label, share)| Guess { label: label.clone(), share })
            .collect();
        all.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.label.cmp(&b.label)));
        all
    }

    /// The pieces of a text that speak most for a label, as they stand in it: what a person is shown as the reason.
    pub fn reasons(&self, text: &str, label: &str, most: usize) -> Vec<String> {
        let Some(at) = self.labels.iter().position(|known| known == label) else { return Vec::new() };
        let mut weights: BTreeMap<String, f32> = BTreeMap::new();
        for word in text::words(text).into_iter().filter(|word| word.chars().count() > 1) {
            let Some(place) = self.vocabulary.place(features::word_key(&word)) else { continue };
            let weight = self.weight(place, at) * self.vocabulary.rarity(place);
            if weight > 0.0 {
                *weights.entry(word).or_default() += weight;
            }
        }
        let mut all: Vec<(String, f32)> = weights.into_iter().collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.into_iter().take(most).map(|(word, _)| word).collect()
    }

    fn weight(&self, place: usize, label: usize) -> f32 {
        let steps = self.weights.get(place * self.labels.len() + label).copied().unwrap_or(0);
        f32::from(steps) * self.step.get(label).copied().unwrap_or(0.0)
    }

    fn margins(&self, counted: &Counted) -> Vec<f32> {
        let row = self.vocabulary.row(counted);
        let labels = self.labels.len();
        let mut sums = vec![0.0_f32; labels];
        for Value { at, value } in row {
            let from = at as usize * labels;
            let weights = self.weights.get(from..from + labels).unwrap_or_default();
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * f32::from(*weight);
            }
        }
        sums.iter().zip(&self.step).zip(&self.bias).map(|((sum, step), bias)| sum * step + bias).collect()
    }
}

/// The number of the greatest; the first of equals.
fn best(margins: &[f32]) -> usize {
    let mut best = 0;
    let mut top = f32::MIN;
    for (at, margin) in margins.iter().enumerate() {
        if *margin > top {
            (best, top) = (at, *margin);
        }
    }
    best
}

/// Margins as shares of one.
fn shares(margins: &[f32], sharpness: f32) -> Vec<f32> {
    let top = margins.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = margins.iter().map(|margin| ((margin - top) * sharpness).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
