//! What an utterance means, as a short vector: a sum over its character sequences.
//!
//! The table was learned by regression from a sentence encoder's vectors (multilingual-e5-small, MIT licence) over public
//! questions and the project's own lines; it carries which wordings mean alike into models that saw few examples.
//! Layout, little endian: `MSV1`, number of rows; the features in ascending order; then per row its scale and 64 bytes.

use super::features::Features;

const MAGIC: &[u8; 4] = b"MSV1";
/// The length of the vectors.
pub const WIDTH: usize = 64;

/// The table.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    features: Vec<u32>,
    scales: Vec<f32>,
    rows: Vec<i8>,
}

/// The table built in; empty, and then without effect, if it cannot be read.
pub fn builtin() -> &'static Meaning {
    static TABLE: std::sync::LazyLock<Meaning> = std::sync::LazyLock::new(|| {
        Meaning::from_bytes(include_bytes!("../../assets/model/meaning.bin")).unwrap_or_default()
    });
    &TABLE
}

impl Meaning {
    /// Packs rows for features in ascending order.
    pub fn new(features: Vec<u32>, rows: &[[f32; WIDTH]]) -> Self {
        let mut meaning = Self { features, ..Self::default() };
        for row in rows {
            let scale = row.iter().fold(1e-9_f32, |top, x| top.max(x.abs())) / 127.0;
            meaning.scales.push(scale);
            meaning.rows.extend(row.iter().map(|x| (x / scale).round() as i8));
        }
        meaning
    }

    /// The vector of an utterance's features, of length one, or zero where none is known.
    pub fn vector(&self, features: &Features) -> [f32; WIDTH] {
        let mut sum = [0.0_f32; WIDTH];
        let mut from = 0;
        for feature in features {
            let rest = self.features.get(from..).unwrap_or_default();
            let Ok(at) = rest.binary_search(feature).inspect_err(|at| from += at) else { continue };
            from += at;
            let scale = self.scales.get(from).copied().unwrap_or(0.0);
            let row = self.rows.get(from * WIDTH..(from + 1) * WIDTH).unwrap_or_default();
            for (cell, byte) in sum.iter_mut().zip(row) {
                *cell += scale * f32::from(*byte);
            }
            from += 1;
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 1e-9 {
            for cell in &mut sum {
                *cell /= length;
            }
        }
        sum
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend((self.features.len() as u32).to_le_bytes());
        out.extend(self.features.iter().flat_map(|f| f.to_le_bytes()));
        for (scale, row) in self.scales.iter().zip(self.rows.as_chunks::<WIDTH>().0) {
            out.extend(scale.to_le_bytes());
            out.extend(row.iter().map(|x| x.cast_unsigned()));
        }
        out
    }

    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(8)?;
        let (magic, count) = head.split_at_checked(4)?;
        let count = u32::from_le_bytes(count.try_into().ok()?) as usize;
        let (features, rows) = rest.split_at_checked(count.checked_mul(4)?)?;
        if magic != MAGIC || rows.len() != count.checked_mul(WIDTH + 4)? {
            return None;
        }
        let mut meaning = Self {
            features: features.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect(),
            ..Self::default()
        };
        for row in rows.chunks_exact(WIDTH + 4) {
            let (scale, row) = row.split_at_checked(4)?;
            meaning.scales.push(f32::from_le_bytes(scale.try_into().ok()?));
            meaning.rows.extend(row.iter().map(|x| x.cast_signed()));
        }
        meaning.features.is_sorted().then_some(meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut row = [0.0; WIDTH];
        row[3] = 2.0;
        let meaning = Meaning::new(vec![5, 9], &[row, [0.5; WIDTH]]);
        let again = Meaning::from_bytes(&meaning.to_bytes()).unwrap();
        assert!((again.vector(&vec![5])[3] - 1.0).abs() < 1e-5);
        assert!(again.vector(&vec![7]).iter().all(|x| *x == 0.0));
        assert!(Meaning::from_bytes(b"MSV1").is_none());
    }

    #[test]
    fn the_built_in_table_can_be_read() {
        assert!(!builtin().is_empty());
    }
}
