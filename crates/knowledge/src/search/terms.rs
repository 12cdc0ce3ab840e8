//! The terms a text is found by: characters, pairs of characters, dictionary words, pairs of sounds, concepts.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use language::pinyin;
use language::segment::Segmenter;
use language::synonyms::Synonyms;

/// Kinds of term; each has its own weight in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TermKind {
    /// One character.
    Char = 0,
    /// Two neighbouring characters.
    Pair = 1,
    /// A dictionary word of three or more characters.
    Word = 2,
    /// Two neighbouring toneless syllables.
    Sound = 3,
    /// A concept of the synonym table.
    Concept = 4,
}

/// A term of any kind as one number: the kind in the top bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Term(u64);

const KIND_SHIFT: u32 = 60;

impl Term {
    const fn of(kind: TermKind, value: u64) -> Self {
        Self(((kind as u64) << KIND_SHIFT) | (value & ((1 << KIND_SHIFT) - 1)))
    }

    /// One character.
    pub const fn char(c: char) -> Self {
        Self::of(TermKind::Char, c as u64)
    }

    /// Two neighbouring characters.
    pub const fn pair(a: char, b: char) -> Self {
        Self::of(TermKind::Pair, ((a as u64) << 24) | b as u64)
    }

    /// A word or concept by its hash or number.
    pub const fn numbered(kind: TermKind, number: u64) -> Self {
        Self::of(kind, number)
    }

    /// Which kind of term this is.
    pub const fn kind(self) -> TermKind {
        match self.0 >> KIND_SHIFT {
            0 => TermKind::Char,
            1 => TermKind::Pair,
            2 => TermKind::Word,
            3 => TermKind::Sound,
            _ => TermKind::Concept,
        }
    }
}

/// FNV-1a: stable over runs and platforms, good enough for words.
pub fn hash_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// A hasher for keys that are numbers already: one multiplication.
#[derive(Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u64(u64::from(b));
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// A map keyed by numbers.
pub type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// Neighbouring characters.
pub fn pairs(chars: &[char]) -> impl Iterator<Item = (char, char)> + '_ {
    chars.iter().zip(chars.iter().skip(1)).map(|(a, b)| (*a, *b))
}

/// Everything a head (title or question) is found by.
pub fn head_terms(chars: &[char], synonyms: &Synonyms) -> Vec<Term> {
    let mut terms: Vec<Term> = chars.iter().map(|c| Term::char(*c)).collect();
    terms.extend(pairs(chars).map(|(a, b)| Term::pair(a, b)));
    let text: String = chars.iter().collect();
    terms.extend(
        Segmenter::common()
            .words(&text)
            .into_iter()
            .filter(|word| word.chars().nth(2).is_some())
            .map(|word| Term::numbered(TermKind::Word, hash_text(word))),
    );
    terms.extend(pairs(chars).filter_map(|(a, b)| {
        let (a, b) = (pinyin::syllable(a)?, pinyin::syllable(b)?);
        Some(Term::numbered(TermKind::Sound, hash_text(a).rotate_left(17) ^ hash_text(b)))
    }));
    terms.extend(concepts(chars, synonyms));
    terms
}

/// What a whole entry is found by: characters, pairs and concepts of all its texts.
pub fn whole_terms(chars: &[char], synonyms: &Synonyms) -> Vec<Term> {
    let mut terms: Vec<Term> = chars.iter().map(|c| Term::char(*c)).collect();
    terms.extend(pairs(chars).map(|(a, b)| Term::pair(a, b)));
    terms.extend(concepts(chars, synonyms));
    terms
}

fn concepts(chars: &[char], synonyms: &Synonyms) -> impl Iterator<Item = Term> {
    synonyms.concepts(chars).into_iter().map(|n| Term::numbered(TermKind::Concept, u64::from(n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_do_not_collide() {
        assert_eq!(Term::char('医').kind(), TermKind::Char);
        assert_eq!(Term::pair('医', '保').kind(), TermKind::Pair);
        assert_ne!(Term::char('医'), Term::numbered(TermKind::Concept, '医' as u64));
    }
}
