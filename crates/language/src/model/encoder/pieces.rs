//! Cuts a text into the pieces of a unigram vocabulary (Kudo 2018): the likeliest cut, found by dynamic programming.

use std::collections::HashMap;

const SPACE: char = '\u{2581}';

/// What a [`Pieces`] is made of.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Pieces with their number and log probability.
    pub pieces: Vec<(Box<[u8]>, u32, f32)>,
    /// What a character is written as before cutting.
    pub normal: HashMap<char, Vec<char>>,
    /// The mark of the beginning.
    pub begin: u32,
    /// The mark of the end.
    pub end: u32,
    /// What stands for a character of no piece.
    pub unknown: u32,
    /// How unlikely such a character is.
    pub unknown_score: f32,
}

/// A vocabulary, ready to cut.
#[derive(Debug, Default)]
pub struct Pieces {
    known: HashMap<Box<[u8]>, (u32, f32)>,
    words: Vocabulary,
    longest: usize,
}

impl Pieces {
    /// Takes the vocabulary; of pieces written alike the first holds.
    pub fn new(mut words: Vocabulary) -> Self {
        let mut known = HashMap::with_capacity(words.pieces.len());
        let mut longest = 4;
        for (piece, number, score) in words.pieces.drain(..) {
            if !piece.is_empty() && number != words.unknown {
                longest = longest.max(piece.len());
                known.entry(piece).or_insert((number, score));
            }
        }
        Self { known, words, longest }
    }

    /// The likeliest pieces between the marks of beginning and end, at most `limit` of them.
    pub fn cut(&self, text: &str, limit: usize) -> Vec<u32> {
        let mut chars: Vec<char> = Vec::new();
        for c in text.chars() {
            match self.words.normal.get(&c) {
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
        let mut best: Vec<(f32, u32, usize)> = vec![(f32::MIN, self.words.unknown, 0); starts.len()];
        if let Some(first) = best.first_mut() {
            first.0 = 0.0;
        }
        for (at, from) in starts.iter().enumerate() {
            let Some((score, ..)) = best.get(at).copied() else { break };
            let ends =
                starts.iter().enumerate().skip(at + 1).take_while(|(_, to)| **to - from <= self.longest);
            for (end, to) in ends {
                let known = joined.as_bytes().get(*from..*to).and_then(|span| self.known.get(span));
                let single = (end == at + 1).then_some((self.words.unknown, self.words.unknown_score));
                for (piece, own) in known.copied().into_iter().chain(single) {
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
        std::iter::once(self.words.begin).chain(cut).chain([self.words.end]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_cut_wins_and_strange_characters_are_unknown() {
        let piece = |text: &str, number, score| (text.as_bytes().into(), number, score);
        let pieces = Pieces::new(Vocabulary {
            pieces: vec![
                piece("\u{2581}", 3, -2.0),
                piece("公", 4, -5.0),
                piece("公积金", 5, -6.0),
                piece("积", 6, -5.0),
            ],
            begin: 0,
            end: 1,
            unknown: 2,
            unknown_score: -20.0,
            ..Vocabulary::default()
        });
        assert_eq!(pieces.cut("公积金☃", 9), [0, 3, 5, 2, 1]);
        assert_eq!(pieces.cut("公积金公", 2), [0, 3, 5, 1]);
        assert_eq!(pieces.cut("", 9), [0, 3, 1]);
    }
}
