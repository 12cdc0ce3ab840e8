//! The vocabulary in the file of [`super::e5`].

use std::collections::HashMap;

use language::model::encoder::{Pieces, Vocabulary};

use super::e5::{ModelError, Reader};

/// Reads the vocabulary.
pub(super) fn read(at: &mut Reader<'_>) -> Result<Pieces, ModelError> {
    let count = at.size()?;
    let (begin, end, _pad, unknown) = (at.u32()?, at.u32()?, at.u32()?, at.u32()?);
    let blob_length = u64::from_le_bytes(at.bytes()?) as usize;
    let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    let table = count.checked_add(1).and_then(|n| n.checked_mul(4)).ok_or(ModelError::Damaged)?;
    let offsets: Vec<usize> = at.take(table)?.as_chunks::<4>().0.iter().map(|b| word(b) as usize).collect();
    let scores: Vec<f32> =
        at.take(table - 4)?.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let blob = at.take(blob_length)?;
    let normal_count = at.size()?;
    let normal_bytes = at.size()?;
    let mut rest = Reader(at.take(normal_bytes)?);
    let mut normal = HashMap::new();
    for _ in 0..normal_count {
        let from = char::from_u32(rest.u32()?).ok_or(ModelError::Damaged)?;
        let [length] = rest.bytes()?;
        let to = (0..length).map(|_| rest.u32()).collect::<Result<Vec<u32>, _>>()?;
        normal.insert(from, to.into_iter().filter_map(char::from_u32).collect());
    }
    let lowest = scores.iter().copied().fold(f32::MAX, f32::min);
    let mut pieces = Vec::with_capacity(count);
    for (number, (span, score)) in offsets.iter().zip(offsets.iter().skip(1)).zip(&scores).enumerate() {
        let piece = blob.get(*span.0..*span.1).ok_or(ModelError::Damaged)?;
        pieces.push((piece.into(), number as u32, *score));
    }
    Ok(Pieces::new(Vocabulary { pieces, normal, begin, end, unknown, unknown_score: lowest - 10.0 }))
}
