//! Sentence vectors behind one port.

use std::fmt::Debug;

/// Turns text into a vector of fixed length whose dot product with another tells how alike they mean.
///
/// Vectors have length 1, or 0 where nothing could be said about the text.
pub trait Embedder: Debug + Send + Sync {
    /// Name as given on the command line and kept with cached vectors.
    fn name(&self) -> &str;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// The vector of a text. Must not fail: an implementation that cannot answer gives zeros and reports by its own means.
    fn embed(&self, text: &str) -> Vec<f32>;
}

/// Says nothing about any text: search then works by terms alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Embedder for Silent {
    fn name(&self) -> &'static str {
        "none"
    }

    fn dimensions(&self) -> usize {
        0
    }

    fn embed(&self, _text: &str) -> Vec<f32> {
        Vec::new()
    }
}

/// A vector of length 1 in signed bytes: a quarter of the memory, and the dot product is exact integer arithmetic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Packed {
    bytes: Box<[i8]>,
    scale: f32,
}

impl Packed {
    /// Packs a vector; the largest component becomes 127.
    pub fn new(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        if largest <= 0.0 {
            return Self::default();
        }
        let scale = largest / 127.0;
        Self { bytes: vector.iter().map(|x| (x / scale).round() as i8).collect(), scale }
    }

    /// Dot product; 0 where either says nothing.
    pub fn dot(&self, other: &Self) -> f32 {
        let sum: i32 =
            self.bytes.iter().zip(&other.bytes).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        sum as f32 * self.scale * other.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_the_angle() {
        let a = Packed::new(&[0.6, 0.8]);
        assert!((a.dot(&a) - 1.0).abs() < 0.01);
        assert!(a.dot(&Packed::new(&[-0.8, 0.6])).abs() < 0.01);
        assert_eq!(a.dot(&Packed::new(&[0.0, 0.0])), 0.0);
    }
}
