//! When to keep silent: thresholds with a guarantee, from questions whose right answer is known.
//!
//! Two guarantees for the wrong answers, both without assumptions on the confidence itself, only that later questions come
//! from where the known ones came from:
//! - of all questions asked: conformal risk control (Angelopoulos et al. 2022, arXiv 2208.02814); holds on average;
//! - of the answered ones: exact binomial tests of twenty thresholds with Bonferroni's correction ("Learn then Test",
//!   Angelopoulos et al. 2021, arXiv 2110.01052); holds with 95 % probability.

use serde::Serialize;

/// Probability of error that the bounds allow.
const DELTA: f64 = 0.05;
/// Thresholds tested: those that answer one, two ... twenty twentieths of the known questions.
const TESTS: usize = 20;

/// What is known of the best entry found for a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answered {
    /// How sure the search is.
    pub confidence: f64,
    /// Whether the entry is the right one.
    pub right: bool,
}

/// What a threshold does on questions it was not fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outcome {
    /// Answer at or above this confidence; `None` when no threshold keeps the promise.
    pub threshold: Option<f64>,
    /// Share of all questions that are answered.
    pub coverage: f64,
    /// Wrong answers, of all questions.
    pub wrong: f64,
    /// Upper 95 % bound of it.
    pub wrong_upper95: f64,
    /// Wrong answers, of those answered.
    pub wrong_of_answered: f64,
    /// Upper 95 % bound of it.
    pub wrong_of_answered_upper95: f64,
}

/// The lowest threshold whose wrong answers stay within `target` of all questions, by conformal risk control.
///
/// The loss of a question is 1 if it is answered wrongly, which never rises with the threshold, so the smallest threshold
/// with (wrong + 1) / (n + 1) <= target keeps the expected loss of the next question within the target.
pub fn of_all(known: &[Answered], target: f64) -> Option<f64> {
    let allowed = (target * (known.len() as f64 + 1.0) - 1.0).floor();
    let mut wrong = 0;
    let mut threshold = None;
    for same in falling(known).chunk_by(|a, b| a.confidence.total_cmp(&b.confidence).is_eq()) {
        wrong += same.iter().filter(|one| !one.right).count();
        if wrong as f64 > allowed {
            break;
        }
        threshold = same.first().map(|one| one.confidence);
    }
    threshold
}

/// The lowest threshold whose wrong answers stay within `target` of the answered, with 95 % probability.
pub fn of_answered(known: &[Answered], target: f64) -> Option<f64> {
    let sorted = falling(known);
    let tested = (1..=TESTS).filter_map(|twentieth| {
        let threshold = sorted.get((sorted.len() * twentieth / TESTS).checked_sub(1)?)?.confidence;
        let answered = sorted.iter().take_while(|one| one.confidence >= threshold).count();
        let wrong = sorted.iter().take(answered).filter(|one| !one.right).count();
        (bound(wrong, answered, DELTA / TESTS as f64) <= target).then_some(threshold)
    });
    tested.last()
}

fn falling(known: &[Answered]) -> Vec<Answered> {
    let mut sorted = known.to_vec();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    sorted
}

/// What a threshold does.
pub fn outcome(asked: &[Answered], threshold: Option<f64>) -> Outcome {
    let answered: Vec<&Answered> =
        asked.iter().filter(|one| threshold.is_some_and(|t| one.confidence >= t)).collect();
    let wrong = answered.iter().filter(|one| !one.right).count();
    let share = |part: usize, all: usize| if all == 0 { 0.0 } else { part as f64 / all as f64 };
    Outcome {
        threshold,
        coverage: share(answered.len(), asked.len()),
        wrong: share(wrong, asked.len()),
        wrong_upper95: upper_bound(wrong, asked.len()),
        wrong_of_answered: share(wrong, answered.len()),
        wrong_of_answered_upper95: upper_bound(wrong, answered.len()),
    }
}

/// Clopper-Pearson: the largest rate under which `events` or fewer of `trials` still have a probability of 5 %.
pub fn upper_bound(events: usize, trials: usize) -> f64 {
    bound(events, trials, DELTA)
}

fn bound(events: usize, trials: usize, delta: f64) -> f64 {
    if events >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_most(events, trials, middle) > delta {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Probability of `events` or fewer of `trials` at a rate strictly between 0 and 1.
fn at_most(events: usize, trials: usize, rate: f64) -> f64 {
    let n = trials as f64;
    let odds = rate.ln() - (-rate).ln_1p();
    let mut term = n * (-rate).ln_1p();
    let mut sum = term.exp();
    for k in 1..=events {
        let k = k as f64;
        term += ((n - k + 1.0) / k).ln() + odds;
        sum += term.exp();
    }
    sum
}

/// Turns what a search says of its best entry into one confidence, learned from known questions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Judge {
    mean: [f64; SAYS],
    spread: [f64; SAYS],
    weights: [f64; SAYS],
    bias: f64,
}

/// What a search says of its best entry: log odds of its confidence, score, lead over the next.
pub const SAYS: usize = 3;

impl Judge {
    /// Logistic regression by gradient descent with a little shrinkage.
    pub fn learn(rows: &[([f64; SAYS], bool)]) -> Self {
        let n = rows.len().max(1) as f64;
        let mut judge = Self::default();
        for at in 0..SAYS {
            let values = || rows.iter().filter_map(|(row, _)| row.get(at).copied());
            let mean = values().sum::<f64>() / n;
            let variance = values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            if let (Some(m), Some(s)) = (judge.mean.get_mut(at), judge.spread.get_mut(at)) {
                (*m, *s) = (mean, variance.sqrt().max(1e-9));
            }
        }
        let scaled: Vec<([f64; SAYS], f64)> =
            rows.iter().map(|(row, right)| (judge.scaled(row), f64::from(u8::from(*right)))).collect();
        for _ in 0..500 {
            let (mut slope, mut lift) = ([0.0; SAYS], 0.0);
            for (row, right) in &scaled {
                let missed = judge.logistic(row) - right;
                slope.iter_mut().zip(row).for_each(|(g, x)| *g += missed * x / n);
                lift += missed / n;
            }
            judge.weights.iter_mut().zip(slope).for_each(|(w, g)| *w -= g + 1e-4 * *w);
            judge.bias -= lift;
        }
        judge
    }

    /// Probability that the best entry is right.
    pub fn confidence(&self, says: &[f64; SAYS]) -> f64 {
        self.logistic(&self.scaled(says))
    }

    fn scaled(&self, row: &[f64; SAYS]) -> [f64; SAYS] {
        let mut out = *row;
        out.iter_mut().zip(self.mean.iter().zip(&self.spread)).for_each(|(x, (m, s))| *x = (*x - m) / s);
        out
    }

    fn logistic(&self, scaled: &[f64; SAYS]) -> f64 {
        let x = self.bias + self.weights.iter().zip(scaled).map(|(w, x)| w * x).sum::<f64>();
        1.0 / (1.0 + (-x).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        // One-sided 95 %: the rule of three, and values of R's qbeta.
        assert!((upper_bound(0, 100) - 0.029_513).abs() < 1e-5);
        assert!((upper_bound(5, 100) - 0.102_253).abs() < 1e-4);
        assert_eq!(upper_bound(3, 3), 1.0);
        assert_eq!(upper_bound(0, 0), 1.0);
    }

    #[test]
    fn thresholds_keep_their_promise() {
        // The surer, the more often right: of confidence c the share c is right.
        let known: Vec<Answered> = (0..4_000u32)
            .map(|n| {
                let confidence = f64::from(n % 1_000) / 1_000.0;
                let drawn = f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1u32 << 24);
                Answered { confidence, right: drawn < confidence }
            })
            .collect();
        for target in [0.02, 0.05, 0.1] {
            let all = outcome(&known, of_all(&known, target));
            assert!(all.wrong <= target && all.coverage > 0.1, "{all:?}");
            let answered = outcome(&known, of_answered(&known, target));
            assert!(answered.wrong_of_answered_upper95 <= target || answered.threshold.is_none());
            assert!(answered.coverage <= all.coverage);
        }
        assert_eq!(of_all(&[], 0.05), None);
        assert_eq!(outcome(&known, None).coverage, 0.0);
    }

    #[test]
    fn a_judge_learns_what_matters() {
        let rows: Vec<([f64; SAYS], bool)> =
            (0..200).map(|n| ([f64::from(n % 7), f64::from(n % 10), 1.0], n % 10 > 4)).collect();
        let judge = Judge::learn(&rows);
        assert!(judge.confidence(&[3.0, 9.0, 1.0]) > 0.8 && judge.confidence(&[3.0, 0.0, 1.0]) < 0.2);
    }
}
