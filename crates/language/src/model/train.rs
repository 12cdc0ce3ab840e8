//! Training, deterministic: one support vector machine a label (squared hinge, L2), by dual coordinate descent.
//!
//! Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM", algorithm 1. Feature values are
//! rarities (inverse document frequency), each text scaled to length one; the bias is a feature of value one.

use std::collections::HashMap;

use super::features::Features;
use super::linear::{Linear, Weights, rarity_byte, rarity_of};
use super::meaning::WIDTH;

/// One labelled text.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its features.
    pub features: Features,
    /// Its meaning.
    pub meaning: [f32; WIDTH],
    /// Its label.
    pub label: String,
    /// The wording family it belongs to; families are never split between training and judging.
    pub family: String,
    /// How much a mistake on it costs, against 1.
    pub weight: f32,
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The cost of a mistake.
    pub cost: f32,
    /// A feature must stand in this many texts.
    pub least: usize,
    /// The number of passes.
    pub passes: usize,
    /// How long the meaning is beside the features, whose length is one.
    pub meaning: f32,
    /// The most features to keep.
    pub keep: usize,
    /// Whether rare labels count as much as frequent ones.
    pub balance: Balance,
}

/// What each label's examples weigh together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Balance {
    /// Each example the same.
    None,
    /// Each label the same.
    Labels,
}

impl Default for Plan {
    fn default() -> Self {
        Self { cost: 1.0, least: 1, passes: 60, meaning: 0.7, keep: 60_000, balance: Balance::Labels }
    }
}

/// A text as places in the vocabulary and values.
type Row = Vec<(usize, f32)>;

/// Trains a model on the examples.
pub fn train(examples: &[&Example], plan: &Plan) -> Linear {
    let mut labels: Vec<String> = examples.iter().map(|e| e.label.clone()).collect();
    labels.sort();
    labels.dedup();
    let (features, rarity) = vocabulary(examples, plan.least);
    let size = features.len();
    let rows: Vec<Row> = examples
        .iter()
        .map(|e| {
            let mut row = row(&e.features, &features, &rarity);
            row.extend(e.meaning.iter().enumerate().map(|(at, m)| (size + at, m * plan.meaning)));
            row
        })
        .collect();
    let costs = costs(examples, &labels, plan);
    let weights: Vec<Weights> = labels
        .iter()
        .map(|label| {
            let sides: Vec<f32> =
                examples.iter().map(|e| if e.label == *label { 1.0 } else { -1.0 }).collect();
            let mut w = descend(&rows, &sides, &costs, size + WIDTH, plan.passes);
            let bias = w.pop().unwrap_or(0.0);
            let mut meaning = [0.0; WIDTH];
            for (to, from) in meaning.iter_mut().zip(w.drain(size..)) {
                *to = from * plan.meaning;
            }
            Weights { label: label.clone(), features: w, meaning, bias }
        })
        .collect();
    Linear::new(&features, &rarity, &weights, 3.0, plan.keep)
}

fn costs(examples: &[&Example], labels: &[String], plan: &Plan) -> Vec<f32> {
    let mut of: HashMap<&str, f32> = HashMap::new();
    for example in examples {
        *of.entry(&example.label).or_default() += example.weight;
    }
    let total: f32 = of.values().sum();
    examples
        .iter()
        .map(|e| {
            let share = match plan.balance {
                Balance::None => 1.0,
                Balance::Labels => {
                    total / (labels.len() as f32 * of.get(e.label.as_str()).copied().unwrap_or(1.0))
                }
            };
            plan.cost * e.weight * share.clamp(0.2, 5.0)
        })
        .collect()
}

fn vocabulary(examples: &[&Example], least: usize) -> (Vec<u32>, Vec<u8>) {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for example in examples {
        for feature in &example.features {
            *counts.entry(*feature).or_default() += 1;
        }
    }
    let mut kept: Vec<(u32, usize)> = counts.into_iter().filter(|(_, count)| *count >= least).collect();
    kept.sort_unstable();
    let all = examples.len() as f32;
    let rarity = kept.iter().map(|(_, count)| rarity_byte(((1.0 + all) / (1.0 + *count as f32)).ln() + 1.0));
    (kept.iter().map(|(feature, _)| *feature).collect(), rarity.collect())
}

fn row(features: &Features, known: &[u32], rarity: &[u8]) -> Row {
    let mut row: Row = features
        .iter()
        .filter_map(|f| known.binary_search(f).ok())
        .map(|at| (at, rarity_of(rarity.get(at).copied().unwrap_or(0))))
        .collect();
    let length: f32 = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(1e-9);
    for (_, value) in &mut row {
        *value /= length;
    }
    row
}

fn descend(rows: &[Row], sides: &[f32], costs: &[f32], size: usize, passes: usize) -> Vec<f32> {
    let mut w = vec![0.0_f32; size + 1];
    let lengths: Vec<f32> =
        rows.iter().map(|row| 1.0 + row.iter().map(|(_, v)| v * v).sum::<f32>()).collect();
    let mut alpha = vec![0.0_f32; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..passes {
        shuffle(&mut order, &mut seed);
        let mut moved = 0.0_f32;
        for &at in &order {
            let (Some(row), Some(side), Some(cost), Some(a), Some(length)) =
                (rows.get(at), sides.get(at), costs.get(at), alpha.get_mut(at), lengths.get(at))
            else {
                continue;
            };
            let softness = 0.5 / cost;
            let margin: f32 = row.iter().map(|(f, v)| w.get(*f).copied().unwrap_or(0.0) * v).sum::<f32>()
                + w.get(size).copied().unwrap_or(0.0);
            let slope = side * margin - 1.0 + softness * *a;
            if *a == 0.0 && slope >= 0.0 {
                continue;
            }
            let next = (*a - slope / (length + softness)).max(0.0);
            let step = (next - *a) * side;
            *a = next;
            moved = moved.max(step.abs());
            for (f, v) in row {
                if let Some(weight) = w.get_mut(*f) {
                    *weight += step * v;
                }
            }
            if let Some(bias) = w.last_mut() {
                *bias += step;
            }
        }
        if moved < 1e-3 {
            break;
        }
    }
    w
}

fn shuffle(order: &mut [usize], seed: &mut u64) {
    for at in (1..order.len()).rev() {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        order.swap(at, (*seed % (at as u64 + 1)) as usize);
    }
}

/// The part, of `parts`, in which a family is held out; the same in every run.
pub fn part_of(family: &str, parts: u64) -> u64 {
    let hash = family
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 29)) % parts
}

/// Margins of every example by a model trained without its family.
pub fn held_out(examples: &[Example], plan: &Plan, parts: u64) -> Vec<(String, super::Scores, Vec<String>)> {
    let mut out: Vec<Option<(String, super::Scores, Vec<String>)>> = vec![None; examples.len()];
    for part in 0..parts {
        let kept: Vec<&Example> = examples.iter().filter(|e| part_of(&e.family, parts) != part).collect();
        if kept.is_empty() {
            continue;
        }
        let model = train(&kept, plan);
        for (example, place) in examples.iter().zip(&mut out) {
            if part_of(&example.family, parts) == part {
                *place = Some((
                    example.label.clone(),
                    model.scores(&example.features, &example.meaning),
                    model.labels.clone(),
                ));
            }
        }
    }
    out.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(features: &[u32], label: &str) -> Example {
        Example {
            features: features.to_vec(),
            meaning: [0.0; WIDTH],
            label: label.into(),
            family: label.into(),
            weight: 1.0,
        }
    }

    #[test]
    fn it_learns_and_learns_the_same_each_time() {
        let examples: Vec<Example> = (0..40)
            .map(|i| if i % 2 == 0 { example(&[1, 5, 100 + i], "a") } else { example(&[2, 5, 100 + i], "b") })
            .collect();
        let all: Vec<&Example> = examples.iter().collect();
        let plan = Plan { least: 1, ..Plan::default() };
        let model = train(&all, &plan);
        assert_eq!(model, train(&all, &plan));
        assert_eq!(model.labels[model.scores(&vec![1, 5], &[0.0; WIDTH]).best()], "a");
        assert_eq!(model.labels[model.scores(&vec![2, 5], &[0.0; WIDTH]).best()], "b");
    }
}
