//! From how a question and a head compare to one score, and from the scores of a search to a confidence.

use super::features::COUNT;

/// Weighs the features of [`super::features::compare`].
#[derive(Debug, Clone)]
pub struct Ranker {
    weights: [f32; COUNT],
}

impl Default for Ranker {
    fn default() -> Self {
        // Set by hand; replaced by learned ones.
        let mut weights = [0.0; COUNT];
        for (at, weight) in [(1, 4.0), (2, 1.5), (3, 1.0), (6, 1.0), (7, 0.7), (9, 1.0), (15, 0.3), (16, 0.2), (17, 0.4), (19, 0.8)] {
            if let Some(cell) = weights.get_mut(at) {
                *cell = weight;
            }
        }
        Self { weights }
    }
}

impl Ranker {
    /// Higher: the head asks the same as the question.
    pub fn score(&self, features: &[f32; COUNT]) -> f32 {
        self.weights.iter().zip(features).map(|(w, x)| w * x).sum()
    }

    /// Probability that the best entry answers: from its features, and how far it is ahead of the next entry.
    pub fn confidence(&self, features: &[f32; COUNT], ahead: f32) -> f32 {
        let at = |n: usize| features.get(n).copied().unwrap_or(0.0);
        let x = 5.0 * at(2) + 2.0 * at(3) + 1.5 * at(19) + 0.8 * ahead.min(1.5) - 4.2;
        1.0 / (1.0 + (-x).exp())
    }
}
