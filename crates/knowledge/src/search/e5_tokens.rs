//! Pieces of a text for [`super::e5`]: the unigram vocabulary in the model's file, the likeliest cut.

use std::collections::HashMap;

use super::e5::{ModelError, Reader};

const SPACE: char = '\u{2581}';

#[derive(Debug)]
pub(super) struct Tokens {
    pieces: HashMap<Box<[u8]>, (u32, f32)>,
    normal: HashMap<u32, Vec<char>>,
    begin: u32,
    end: u32,
    unknown: u32,
    unknown_score: f32,
    longest: usize,
}

impl Tokens {
    pub fn read(at: &mut Reader<'_>) -> Result<Self, ModelError> {
        let count = at.size()?;
        let (begin, end, _pad, unknown) = (at.u32()?, at.u32()?, at.u32()?, at.u32()?);
        let blob_length = u64::from_le_bytes(at.bytes()?) as usize;
        let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
        let table = count.checked_add(1).and_then(|n| n.checked_mul(4)).ok_or(ModelError::Damaged)?;
        let offsets: Vec<usize> =
            at.take(table)?.as_chunks::<4>().0.iter().map(|b| word(b) as usize).collect();
        let scores: Vec<f32> =
            at.take(table - 4)?.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let blob = at.take(blob_length)?;
        let normal_count = at.size()?;
        let normal_bytes = at.size()?;
        let mut rest = Reader(at.take(normal_bytes)?);
        let mut normal = HashMap::new();
        for _ in 0..normal_count {
            let from = rest.u32()?;
            let [length] = rest.bytes()?;
            let to = (0..length).map(|_| rest.u32()).collect::<Result<Vec<u32>, _>>()?;
            normal.insert(from, to.into_iter().filter_map(char::from_u32).collect());
        }
        let mut pieces = HashMap::with_capacity(count);
        let (mut longest, mut lowest) = (1, f32::MAX);
        for (number, (span, score)) in offsets.iter().zip(offsets.iter().skip(1)).zip(&scores).enumerate() {
            let piece = blob.get(*span.0..*span.1).ok_or(ModelError::Damaged)?;
            longest = longest.max(piece.len());
            lowest = lowest.min(*score);
            if !piece.is_empty() && number != unknown as usize {
                pieces.entry(piece.into()).or_insert((number as u32, *score));
            }
        }
        Ok(Self { pieces, normal, begin, end, unknown, unknown_score: lowest - 10.0, longest })
    }

    /// The likeliest pieces with the marks of beginning and end, at most `limit` between them.
    pub fn pieces(&self, text: &str, limit: usize) -> Vec<u32> {
        let mut chars: Vec<char> = Vec::new();
        for c in text.chars() {
            match self.normal.get(&(c as u32)) {
                Some(other) => chars.extend(other),
                None => chars.push(c),
            }
        }
        chars.dedup_by(|a, b| *a == ' ' && *b == ' ');
        let lead = (chars.first() != Some(&' ')).then_some(SPACE);
        let chars = lead.into_iter().chain(chars.into_iter().map(|c| if c == ' ' { SPACE } else { c }));
        let joined: String = chars.collect();
        let mut starts: Vec<usize> = joined.char_indices().map(|(at, _)| at).collect();
        starts.push(joined.len());
        // Best score, piece and start of the best cut that ends before each character.
        let mut best: Vec<(f32, u32, usize)> = vec![(f32::MIN, self.unknown, 0); starts.len()];
        if let Some(first) = best.first_mut() {
            first.0 = 0.0;
        }
        for (at, from) in starts.iter().enumerate() {
            let Some((score, ..)) = best.get(at).copied() else { break };
            let ends = starts
                .iter()
                .enumerate()
                .skip(at + 1)
                .take_while(|(_, to)| **to - from <= self.longest.max(4));
            for (end, to) in ends {
                let known = joined.as_bytes().get(*from..*to).and_then(|span| self.pieces.get(span));
                let single = (end == at + 1).then_some((self.unknown, self.unknown_score));
                let options = known.copied().into_iter().chain(single);
                for (piece, own) in options {
                    if let Some(cell) = best.get_mut(end).filter(|cell| score + own > cell.0) {
                        *cell = (score + own, piece, at);
                    }
                }
            }
        }
        let mut cut = Vec::new();
        let mut at = starts.len().saturating_sub(1);
        while at > 0 {
            let Some((_, piece, from)) = best.get(at).copied() else { break };
            cut.push(piece);
            at = from;
        }
        cut.reverse();
        cut.truncate(limit);
        std::iter::once(self.begin).chain(cut).chain([self.end]).collect()
    }
}
