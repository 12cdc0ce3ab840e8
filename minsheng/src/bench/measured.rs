//! Times and ranks of one engine.

use std::time::Duration;

use serde_json::{Value, json};

/// What asking every question gave.
#[derive(Debug, Default)]
pub struct Measured {
    times: Vec<f64>,
    ranks: Vec<Option<usize>>,
}

impl Measured {
    /// One question: how long it took, and at which place, from 0, the right entry stood.
    pub fn add(&mut self, took: Duration, rank: Option<usize>) {
        self.times.push(took.as_secs_f64() * 1e3);
        self.ranks.push(rank);
    }

    /// Each question's shorter time of this run and another over the same questions.
    pub fn quieter(&mut self, other: &Self) {
        for (time, again) in self.times.iter_mut().zip(&other.times) {
            *time = time.min(*again);
        }
    }

    /// A percentile of the times, in milliseconds.
    pub fn at(&self, share: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        let at = ((times.len() as f64 - 1.0) * share).round() as usize;
        rounded(times.get(at).copied().unwrap_or_default())
    }

    fn within(&self, places: usize) -> f64 {
        let right = self.ranks.iter().flatten().filter(|rank| **rank < places).count();
        rounded(right as f64 / self.ranks.len().max(1) as f64)
    }

    /// As printed.
    pub fn told(&self, engine: &str, index_s: f64, entries: usize) -> Value {
        json!({
            "engine": engine, "questions": self.ranks.len(), "recall@1": self.within(1), "recall@5": self.within(5),
            "p50_ms": self.at(0.5), "p99_ms": self.at(0.99), "index_s": rounded(index_s),
            "entries_per_s": (entries as f64 / index_s.max(1e-9)).round(),
        })
    }
}

/// Three places are enough to read.
pub fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

/// Percentiles of times in milliseconds.
pub fn spread(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        values.get(((values.len() as f64 - 1.0).max(0.0) * share).round() as usize).map(|value| value.round())
    };
    json!({"n": values.len(), "p50": at(0.5), "p95": at(0.95), "max": at(1.0)})
}
