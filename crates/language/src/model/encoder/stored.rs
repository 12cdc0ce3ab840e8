//! The stored form of an encoder, little endian, written by `tools/encoder/export.py`:
//! `MSE1`; width, layers, attention heads, feed-forward width, positions; the pieces; embeddings (4 bits), positions, first norm;
//! the layers (one byte a weight, one scale a row); the heads.

use std::collections::HashMap;
use std::sync::Mutex;

use super::kernel::{Layer, Norm};
use super::pieces::{Pieces, Vocabulary};
use super::transformer::{BLOCK, BLOCK_BYTES, Block, Transformer};
use super::{Encoder, Head};

const MAGIC: &[u8; 4] = b"MSE1";

/// The file is cut short or of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("句子编码模型文件损坏或版本不符，请换一份完整的文件")]
pub struct Damaged;

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn four(&mut self) -> Result<[u8; 4], Damaged> {
        self.take(4)?.try_into().map_err(|_| Damaged)
    }

    fn number(&mut self) -> Result<u32, Damaged> {
        Ok(u32::from_le_bytes(self.four()?))
    }

    /// A size no sane file goes beyond.
    fn size(&mut self) -> Result<usize, Damaged> {
        const MOST: u32 = 1 << 20;
        let size = self.number()?;
        if size > MOST { Err(Damaged) } else { Ok(size as usize) }
    }

    fn float(&mut self) -> Result<f32, Damaged> {
        Ok(f32::from_le_bytes(self.four()?))
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, Damaged> {
        let bytes = self.take(count.checked_mul(4).ok_or(Damaged)?)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }

    fn short(&mut self) -> Result<&'a [u8], Damaged> {
        let length = *self.take(1)?.first().ok_or(Damaged)?;
        self.take(usize::from(length))
    }

    fn name(&mut self) -> Result<String, Damaged> {
        Ok(std::str::from_utf8(self.short()?).map_err(|_| Damaged)?.to_owned())
    }

    fn norm(&mut self, width: usize) -> Result<Norm, Damaged> {
        Ok(Norm { weight: self.floats(width)?, bias: self.floats(width)? })
    }

    fn layer(&mut self, columns: usize, outputs: usize) -> Result<Layer, Damaged> {
        Ok(Layer {
            columns,
            scales: self.floats(outputs)?,
            bias: self.floats(outputs)?,
            weights: self.take(columns * outputs)?.iter().map(|w| w.cast_signed()).collect(),
        })
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Encoder, Damaged> {
    let mut input = Input(bytes);
    if input.take(4)? != MAGIC {
        return Err(Damaged);
    }
    let (width, layers, heads) = (input.size()?, input.size()?, input.size()?);
    let (feed, positions) = (input.size()?, input.size()?);
    let sane =
        width > 0 && heads > 0 && width.is_multiple_of(heads) && width.is_multiple_of(BLOCK) && layers <= 64;
    if !sane {
        return Err(Damaged);
    }
    let count = input.size()?;
    let pieces = pieces(&mut input, count)?;
    let words = input.take(count * (width / BLOCK) * BLOCK_BYTES)?.to_vec();
    let positions = input.floats(positions * width)?;
    let first = input.norm(width)?;
    let mut list = Vec::new();
    for _ in 0..layers {
        list.push(Block {
            query: input.layer(width, width)?,
            key: input.layer(width, width)?,
            value: input.layer(width, width)?,
            out: input.layer(width, width)?,
            after_attention: input.norm(width)?,
            wide: input.layer(width, feed)?,
            narrow: input.layer(feed, width)?,
            after_feed: input.norm(width)?,
        });
    }
    let mut tasks = Vec::new();
    for _ in 0..input.size()? {
        let part = input.name()?;
        let (blend, sharpness) = (input.float()?, input.float()?);
        let labels = (0..input.size()?).map(|_| input.name()).collect::<Result<Vec<String>, Damaged>>()?;
        let weights = input.floats(labels.len() * width)?;
        let bias = input.floats(labels.len())?;
        tasks.push(Head { part, labels, blend, sharpness, weights, bias });
    }
    if !input.0.is_empty() {
        return Err(Damaged);
    }
    let body = Transformer { width, heads, words, positions, first, layers: list };
    Ok(Encoder { pieces, body, heads: tasks, remembered: Mutex::default() })
}

fn pieces(input: &mut Input<'_>, count: usize) -> Result<Pieces, Damaged> {
    let mut words = Vocabulary {
        begin: input.number()?,
        end: input.number()?,
        unknown: input.number()?,
        unknown_score: input.float()?,
        ..Vocabulary::default()
    };
    for number in 0..count {
        let piece = input.short()?.into();
        words.pieces.push((piece, number as u32, input.float()?));
    }
    let mut normal = HashMap::new();
    for _ in 0..input.size()? {
        let from = char::from_u32(input.number()?).ok_or(Damaged)?;
        let to = std::str::from_utf8(input.short()?).map_err(|_| Damaged)?.chars().collect();
        normal.insert(from, to);
    }
    words.normal = normal;
    Ok(Pieces::new(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told() {
        assert!(matches!(read(b"MSE1"), Err(Damaged)));
        assert!(matches!(read(b""), Err(Damaged)));
        assert!(matches!(read(&[b'M', b'S', b'E', b'1', 255, 255, 255, 255]), Err(Damaged)));
    }
}
