//! Arithmetic on rows: matrices of bytes with one scale a row, activations rounded to 12 bits a row, exact sums between.

use multiversion::multiversion;

/// The largest rounded activation: 1,536 products of it with a byte still fit 32 bits.
const STEPS: f32 = 2047.0;

/// A linear layer; one row of weights an output.
#[derive(Debug, Default)]
pub struct Layer {
    pub columns: usize,
    pub weights: Vec<i8>,
    pub scales: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Layer {
    /// The layer's outputs for rows of inputs.
    pub fn apply(&self, rows: &Rounded) -> Vec<f32> {
        let outputs = self.bias.len();
        let mut sums = vec![0_i32; rows.scales.len() * outputs];
        products(&rows.values, &self.weights, &mut sums, self.columns, outputs);
        let mut out = Vec::with_capacity(sums.len());
        for (sums, scale) in sums.chunks_exact(outputs.max(1)).zip(&rows.scales) {
            let rows = sums.iter().zip(&self.scales).zip(&self.bias);
            out.extend(rows.map(|((sum, own), bias)| *sum as f32 * (scale * own) + bias));
        }
        out
    }
}

/// Rows of numbers as whole steps of a scale a row.
#[derive(Debug)]
pub struct Rounded {
    values: Vec<i16>,
    scales: Vec<f32>,
}

impl Rounded {
    pub fn new(rows: &[f32], columns: usize) -> Self {
        let mut values = Vec::with_capacity(rows.len());
        let mut scales = Vec::with_capacity(rows.len() / columns.max(1));
        for row in rows.chunks_exact(columns.max(1)) {
            let scale = row.iter().fold(0.0_f32, |most, v| most.max(v.abs())) / STEPS;
            let inverse = if scale > 0.0 { scale.recip() } else { 0.0 };
            values.extend(row.iter().map(|v| (v * inverse).round() as i16));
            scales.push(scale);
        }
        Self { values, scales }
    }
}

/// All rows times all rows of weights. Compiled for several processors; the one at hand is asked once a call.
#[multiversion(targets("x86_64+avx2", "x86_64+avx512f+avx512bw", "aarch64+neon"))]
fn products(rows: &[i16], weights: &[i8], sums: &mut [i32], columns: usize, outputs: usize) {
    for (at, weights) in weights.chunks_exact(columns).enumerate() {
        for (row, sums) in rows.chunks_exact(columns).zip(sums.chunks_exact_mut(outputs)) {
            let sum = row.iter().zip(weights).fold(0_i32, |sum, (x, w)| {
                sum.wrapping_add(i32::from(*x).wrapping_mul(i32::from(i16::from(*w))))
            });
            if let Some(place) = sums.get_mut(at) {
                *place = sum;
            }
        }
    }
}

/// A layer norm.
#[derive(Debug, Default)]
pub struct Norm {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Norm {
    /// Normalises each row of `x`, after adding the rows of `more`.
    pub fn apply(&self, x: &mut [f32], more: Option<&[f32]>) {
        const EPSILON: f32 = 1e-12;
        if let Some(more) = more {
            x.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        let width = self.weight.len().max(1);
        for row in x.chunks_exact_mut(width) {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / width as f32;
            let inverse = (variance + EPSILON).sqrt().recip();
            for ((v, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *v = (*v - mean) * inverse * weight + bias;
            }
        }
    }
}

/// Gaussian error linear unit in the form with the hyperbolic tangent (Hendrycks and Gimpel 2016, section 2).
pub fn gelu(x: f32) -> f32 {
    const ROOT: f32 = 0.797_884_6;
    let inner = ROOT * (x + 0.044_715 * x * x * x);
    // tanh by one exponential: the standard library's is several times slower.
    0.5 * x * (2.0 - 2.0 / (1.0 + (2.0 * inner).exp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_a_matrix_and_a_bias() {
        let layer = Layer {
            columns: 3,
            weights: vec![127, 0, -127, 64, 64, 64],
            scales: vec![1.0 / 127.0, 1.0 / 64.0],
            bias: vec![0.5, 0.0],
        };
        let out = layer.apply(&Rounded::new(&[1.0, 2.0, 3.0, 0.0, 0.0, 0.0], 3));
        let close = |a: f32, b: f32| (a - b).abs() < 0.01;
        assert!(close(out[0], -1.5) && close(out[1], 6.0) && close(out[2], 0.5) && close(out[3], 0.0));
    }

    #[test]
    fn a_norm_has_mean_and_spread_of_its_own() {
        let norm = Norm { weight: vec![1.0; 4], bias: vec![0.0; 4] };
        let mut x = [1.0, 2.0, 3.0, 4.0];
        norm.apply(&mut x, None);
        assert!(x.iter().sum::<f32>().abs() < 1e-5);
        assert!((x.iter().map(|v| v * v).sum::<f32>() - 4.0).abs() < 1e-3);
    }

    #[test]
    fn the_unit_bends_as_it_should() {
        assert!((gelu(1.0) - 0.841_192).abs() < 1e-4 && (gelu(-1.0) + 0.158_808).abs() < 1e-4);
        assert!(gelu(-100.0).abs() < 1e-6 && (gelu(100.0) - 100.0).abs() < 1e-3);
    }
}
