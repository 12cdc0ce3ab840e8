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

    /// Whether the vector of a text is there already and costs nothing.
    fn knows(&self, _text: &str) -> bool {
        true
    }

    /// Reads a text that will be asked for again.
    fn learn(&self, _text: &str) {}
}

/// Dot product of two rows of signed bytes.
///
/// Wrapping on purpose: it cannot overflow below 130,000 components, and checked sums are ten times slower.
pub(super) fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .fold(0i32, |sum, (x, y)| sum.wrapping_add(i32::from(i16::from(*x).wrapping_mul(i16::from(*y)))))
}

/// A vector in signed bytes: a quarter of the memory, and the dot product is exact integer arithmetic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Packed {
    bytes: Box<[i8]>,
    scale: f32,
    length: f32,
}

impl Packed {
    /// Packs a vector; the largest component becomes 127.
    pub fn new(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        if largest <= 0.0 {
            return Self::default();
        }
        let scale = largest / 127.0;
        let bytes: Box<[i8]> = vector.iter().map(|x| (x / scale).round() as i8).collect();
        Self { length: (dot(&bytes, &bytes) as f32).sqrt() * scale, bytes, scale }
    }

    /// The mean direction of vectors: each counts alike, whatever its length.
    pub fn middle<'a>(vectors: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum: Vec<f32> = Vec::new();
        for vector in vectors.filter(|vector| vector.length > 0.0) {
            sum.resize(vector.bytes.len(), 0.0);
            for (cell, byte) in sum.iter_mut().zip(&vector.bytes) {
                *cell += f32::from(*byte) * vector.scale / vector.length;
            }
        }
        Self::new(&sum)
    }

    /// Cosine with another vector; 0 where either says nothing.
    pub fn cosine(&self, other: &Self) -> f32 {
        let lengths = self.length * other.length;
        if lengths > 0.0 { self.dot(other) / lengths } else { 0.0 }
    }

    /// Length of the vector.
    pub const fn length(&self) -> f32 {
        self.length
    }

    /// The components, and what one unit of them is worth.
    pub const fn parts(&self) -> (&[i8], f32) {
        (&self.bytes, self.scale)
    }

    /// Dot product; 0 where either says nothing.
    pub fn dot(&self, other: &Self) -> f32 {
        dot(&self.bytes, &other.bytes) as f32 * self.scale * other.scale
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
