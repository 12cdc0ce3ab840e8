//! One support vector machine (squared hinge, L2) by dual coordinate descent.
//!
//! Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM", algorithm 1, with the bias as a feature of
//! value one. Rows that have stood still on the right side are looked at in every fourth pass only.

/// One entry of a sparse row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// The feature's place.
    pub at: u32,
    /// Its value.
    pub value: f32,
}

/// The most passes over the rows.
const PASSES: usize = 60;
/// When no row's gradient exceeds this, it is done.
const CLOSE: f32 = 0.02;

/// Weights, the bias last. `mine` tells which rows have the label; `costs` what a mistake on a row costs.
pub fn solve(rows: &[Vec<Value>], mine: &[bool], costs: &[f32], features: usize) -> Vec<f32> {
    let mut w = vec![0.0_f32; features + 1];
    let lengths: Vec<f32> =
        rows.iter().map(|row| 1.0 + row.iter().map(|v| v.value * v.value).sum::<f32>()).collect();
    let mut alpha = vec![0.0_f32; rows.len()];
    let mut asleep = vec![false; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for pass in 0..PASSES {
        let all = pass % 4 == 0;
        shuffle(&mut order, &mut seed);
        let mut worst = 0.0_f32;
        for &at in &order {
            let (Some(row), Some(mine), Some(cost), Some(a), Some(length), Some(asleep)) = (
                rows.get(at),
                mine.get(at),
                costs.get(at),
                alpha.get_mut(at),
                lengths.get(at),
                asleep.get_mut(at),
            ) else {
                continue;
            };
            if *asleep && !all {
                continue;
            }
            let side = if *mine { 1.0 } else { -1.0 };
            let softness = 0.5 / cost;
            let bias = w.last().copied().unwrap_or(0.0);
            let margin: f32 =
                row.iter().map(|v| w.get(v.at as usize).copied().unwrap_or(0.0) * v.value).sum::<f32>()
                    + bias;
            let slope = side * margin - 1.0 + softness * *a;
            if *a == 0.0 && slope >= 0.0 {
                *asleep = true;
                continue;
            }
            *asleep = false;
            worst = worst.max(slope.abs());
            let next = (*a - slope / (length + softness)).max(0.0);
            let step = (next - *a) * side;
            *a = next;
            for v in row {
                if let Some(weight) = w.get_mut(v.at as usize) {
                    *weight += step * v.value;
                }
            }
            if let Some(bias) = w.last_mut() {
                *bias += step;
            }
        }
        if all && worst < CLOSE {
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
