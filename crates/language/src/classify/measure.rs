//! How a classifier does on labelled texts.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;

use super::Classifier;
use super::table::Sample;
use crate::eval::{Class, classes};

/// How often each text is timed; the shortest counts, so that the machine's interruptions do not.
const TIMINGS: usize = 3;

/// The result over a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Its rows.
    pub rows: usize,
    /// The share of rows given their label.
    pub accuracy: f64,
    /// The mean of the labels' F1, over the labels that occur.
    pub macro_f1: f64,
    /// By label.
    pub classes: BTreeMap<String, Class>,
    /// 99 % of the texts are classified within this many microseconds.
    pub p99_us: f64,
}

/// Judges every row.
pub fn evaluate(classifier: &Classifier, samples: &[Sample]) -> Outcome {
    // The dictionary is read at first use; that is no ticket's time.
    let _ = classifier.label("开始");
    let mut times = Vec::with_capacity(samples.len());
    let mut pairs = Vec::with_capacity(samples.len());
    for sample in samples {
        let mut least = f64::MAX;
        let mut label = "";
        for _ in 0..TIMINGS {
            let at = Instant::now();
            label = std::hint::black_box(classifier.label(&sample.text));
            least = least.min(at.elapsed().as_secs_f64() * 1e6);
        }
        times.push(least);
        pairs.push((sample.label.as_str(), label));
    }
    times.sort_by(f64::total_cmp);
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    let p99_us = (times.get(at).copied().unwrap_or(0.0) * 10.0).round() / 10.0;
    let (accuracy, macro_f1, classes) = classes(&pairs);
    Outcome { rows: samples.len(), accuracy, macro_f1, classes, p99_us }
}
