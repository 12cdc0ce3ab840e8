//! The layers: attention and feed-forward over the pieces of one text.

use super::kernel::{Layer, Norm, Rounded, gelu};

/// Weights of a block of 32 numbers in 4 bits: a half-float scale, then pairs (first half of the block in the low bits).
pub const BLOCK: usize = 32;
/// Bytes of such a block.
pub const BLOCK_BYTES: usize = 18;

#[derive(Debug, Default)]
pub struct Transformer {
    pub width: usize,
    pub heads: usize,
    /// One row of blocks a piece.
    pub words: Vec<u8>,
    pub positions: Vec<f32>,
    pub first: Norm,
    pub layers: Vec<Block>,
}

#[derive(Debug, Default)]
pub struct Block {
    pub query: Layer,
    pub key: Layer,
    pub value: Layer,
    pub out: Layer,
    pub after_attention: Norm,
    pub wide: Layer,
    pub narrow: Layer,
    pub after_feed: Norm,
}

impl Transformer {
    /// The mean of what the last layer makes of the pieces.
    pub fn mean(&self, ids: &[u32]) -> Vec<f32> {
        let width = self.width;
        let mut x = Vec::with_capacity(ids.len() * width);
        for (id, position) in ids.iter().zip(self.positions.chunks_exact(width)) {
            x.extend(self.word(*id as usize).zip(position).map(|(word, position)| word + position));
        }
        self.first.apply(&mut x, None);
        for layer in &self.layers {
            let rounded = Rounded::new(&x, width);
            let (query, key, value) =
                (layer.query.apply(&rounded), layer.key.apply(&rounded), layer.value.apply(&rounded));
            let seen = self.attend(&query, &key, &value);
            let seen = layer.out.apply(&Rounded::new(&seen, width));
            layer.after_attention.apply(&mut x, Some(&seen));
            let mut wide = layer.wide.apply(&Rounded::new(&x, width));
            for v in &mut wide {
                *v = gelu(*v);
            }
            let fed = layer.narrow.apply(&Rounded::new(&wide, layer.narrow.columns));
            layer.after_feed.apply(&mut x, Some(&fed));
        }
        let mut mean = vec![0.0_f32; width];
        let share = (x.len() / width.max(1)).max(1) as f32;
        for piece in x.chunks_exact(width) {
            mean.iter_mut().zip(piece).for_each(|(sum, v)| *sum += v / share);
        }
        mean
    }

    fn word(&self, id: usize) -> impl Iterator<Item = f32> + '_ {
        let bytes = self.width / BLOCK * BLOCK_BYTES;
        let row = self.words.get(id * bytes..(id + 1) * bytes).unwrap_or_default();
        row.as_chunks::<BLOCK_BYTES>().0.iter().flat_map(|[low, high, pairs @ ..]| {
            let scale = half(u16::from_le_bytes([*low, *high]));
            let value = move |nibble: u8| (f32::from(nibble) - 8.0) * scale;
            pairs
                .iter()
                .map(move |pair| value(pair & 15))
                .chain(pairs.iter().map(move |pair| value(pair >> 4)))
        })
    }

    fn attend(&self, query: &[f32], key: &[f32], value: &[f32]) -> Vec<f32> {
        let part = self.width / self.heads.max(1);
        let scale = (part as f32).sqrt().recip();
        let mut out = vec![0.0_f32; query.len()];
        let mut weights = Vec::new();
        for (query, out) in query.chunks_exact(self.width).zip(out.chunks_exact_mut(self.width)) {
            for (head, (query, out)) in query.chunks_exact(part).zip(out.chunks_exact_mut(part)).enumerate() {
                let of = |all: &'_ [f32], row: usize| -> std::ops::Range<usize> {
                    let from = row * self.width + head * part;
                    from..(from + part).min(all.len())
                };
                let rows = key.len() / self.width;
                weights.clear();
                weights.extend((0..rows).map(|row| {
                    let key = key.get(of(key, row)).unwrap_or_default();
                    query.iter().zip(key).map(|(a, b)| a * b).sum::<f32>() * scale
                }));
                let most = weights.iter().fold(f32::MIN, |a, b| a.max(*b));
                for weight in &mut weights {
                    *weight = (*weight - most).exp();
                }
                let sum: f32 = weights.iter().sum();
                for (row, weight) in weights.iter().enumerate() {
                    let value = value.get(of(value, row)).unwrap_or_default();
                    out.iter_mut().zip(value).for_each(|(cell, v)| *cell += weight / sum * v);
                }
            }
        }
        out
    }
}

/// A half-precision float.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 => f32::INFINITY,
        _ => (1.0 + fraction / 1024.0) * 2_f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn halves_are_whole() {
        assert_eq!(half(0x3c00).to_bits(), 1.0_f32.to_bits());
        assert_eq!(half(0xc000).to_bits(), (-2.0_f32).to_bits());
        assert!((half(0x0001) - 5.960_464_5e-8).abs() < 1e-12);
    }
}
