//! How a question and a head (title or similar question) compare, as numbers a ranker weighs.

use super::near::{Aligner, NgramVectors};
use super::terms::{Term, pairs};
use super::text::{Asks, Text};

/// Number of features.
pub const COUNT: usize = 38;

/// Characters of a text that are compared one by one; terms and vectors see more.
const COMPARED: usize = 120;

/// Names, in the order of the values; training reads them.
pub const NAMES: [&str; COUNT] = [
    "bm25_of_best",
    "query_covered",
    "head_covered",
    "pair_query_covered",
    "pair_head_covered",
    "lcs_query",
    "lcs_head",
    "run",
    "edit",
    "length_ratio",
    "query_length",
    "head_length",
    "query_missed",
    "head_missed",
    "asks",
    "denies",
    "numbers",
    "sound_query",
    "concepts",
    "order",
    "cosine",
    "cosine_of_best",
    "exact",
    "align_query",
    "align_head",
    "apart",
    "rest_cosine",
    "rest",
    "deep",
    "deep_of_best",
    "whole_of_best",
    "whole_chars",
    "whole_pairs",
    "tag",
    "middle",
    "answer",
    "heads",
    "whole_pairs_of_best",
];

/// What is known of a candidate before it is compared.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Weighted BM25.
    pub bm25: f32,
    /// The best BM25 of this query.
    pub best_bm25: f32,
    /// Dot product of the vectors.
    pub cosine: f32,
    /// The best dot product of this query.
    pub best_cosine: f32,
    /// Cosine by the sentence encoder, 0 without one.
    pub deep: f32,
}

/// What is known of a candidate's entry as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whole {
    /// BM25 over all texts of the entry, of the best of this query.
    pub of_best: f32,
    /// Share of the query's characters, by rarity, found anywhere in the entry.
    pub chars: f32,
    /// The same for pairs of characters.
    pub pairs: f32,
    /// The best of it for this query.
    pub best_pairs: f32,
    /// Share of the query's characters that the longest tag named in it makes up.
    pub tag: f32,
    /// Cosine with the entry's heads together.
    pub middle: f32,
    /// Cosine with the answer.
    pub answer: f32,
    /// Number of heads.
    pub heads: usize,
    /// Cosine of the nearest head by the sentence encoder, 0 without one.
    pub deep: f32,
    /// The best of it for this query.
    pub best_deep: f32,
}

/// A query ready to be compared with many heads.
pub struct Asked<'a> {
    text: &'a Text,
    chars: Weighed,
    pairs: Weighed,
    near: Aligner<'a>,
    idf: &'a dyn Fn(Term) -> f32,
}

/// Terms with their rarity.
#[derive(Default)]
struct Weighed {
    terms: Vec<Term>,
    weights: Vec<f32>,
}

impl Weighed {
    fn new(terms: impl Iterator<Item = Term>, idf: &dyn Fn(Term) -> f32) -> Self {
        let terms: Vec<Term> = terms.collect();
        Self { weights: terms.iter().map(|term| idf(*term)).collect(), terms }
    }

    /// Share of the rarity that the other holds too, and the rarity of the rarest term that it does not.
    fn covered(&self, other: &Self) -> (f32, f32) {
        let (mut all, mut held, mut missed) = (0.0f32, 0.0f32, 0.0f32);
        for (term, weight) in self.terms.iter().zip(&self.weights) {
            all += weight;
            if other.terms.contains(term) {
                held += weight;
            } else {
                missed = missed.max(*weight);
            }
        }
        (if all > 0.0 { held / all } else { 0.0 }, missed)
    }
}

fn compared(text: &Text) -> &[char] {
    text.chars.get(..COMPARED).unwrap_or(&text.chars)
}

impl<'a> Asked<'a> {
    /// `idf` tells how rare a term is over the whole index.
    pub fn new(text: &'a Text, near: &'a NgramVectors, idf: &'a dyn Fn(Term) -> f32) -> Self {
        let chars = compared(text);
        Self {
            text,
            chars: Weighed::new(chars.iter().map(|c| Term::char(*c)), idf),
            pairs: Weighed::new(pairs(chars).map(|(a, b)| Term::pair(a, b)), idf),
            near: Aligner::new(near, &text.sense),
            idf,
        }
    }

    /// Compares the query with a head.
    pub fn compare(&mut self, head: &Text, found: Found, whole: Whole) -> [f32; COUNT] {
        let (q, h) = (compared(self.text), compared(head));
        let aligned = self.near.align(&head.sense);
        let chars = Weighed::new(h.iter().map(|c| Term::char(*c)), self.idf);
        let grams = Weighed::new(pairs(h).map(|(a, b)| Term::pair(a, b)), self.idf);
        let (query_covered, query_missed) = self.chars.covered(&chars);
        let (head_covered, head_missed) = chars.covered(&self.chars);
        let (pair_query, _) = self.pairs.covered(&grams);
        let (pair_head, _) = grams.covered(&self.pairs);
        let common = lcs(q, h);
        let (short, long) = (q.len().min(h.len()).max(1) as f32, q.len().max(h.len()).max(1) as f32);
        let shared = q.iter().filter(|c| h.contains(c)).count();
        let sounds = self.text.sounds.iter().filter(|s| **s != 0 && head.sounds.contains(s)).count();
        [
            found.bm25 / found.best_bm25.max(1e-6),
            query_covered,
            head_covered,
            pair_query,
            pair_head,
            common as f32 / q.len().max(1) as f32,
            common as f32 / h.len().max(1) as f32,
            longest_run(q, h) as f32 / short,
            1.0 - edit_distance(q, h) as f32 / long,
            short / long,
            (q.len() as f32).ln_1p(),
            (h.len() as f32).ln_1p(),
            query_missed,
            head_missed,
            same_question(self.text.asks, head.asks),
            if self.text.denies == head.denies { 1.0 } else { 0.0 },
            same_numbers(&self.text.numbers, &head.numbers),
            sounds as f32 / q.len().max(1) as f32,
            same_concepts(&self.text.concepts, &head.concepts),
            common as f32 / shared.max(1) as f32,
            found.cosine,
            found.cosine - found.best_cosine,
            if q == h { 1.0 } else { 0.0 },
            aligned.first,
            aligned.second,
            aligned.apart,
            aligned.rest_cosine,
            aligned.rest,
            whole.deep,
            whole.deep - whole.best_deep,
            whole.of_best,
            whole.chars,
            whole.pairs,
            whole.tag,
            whole.middle,
            whole.answer,
            (whole.heads as f32).ln_1p(),
            whole.pairs - whole.best_pairs,
        ]
    }
}

fn same_question(a: Asks, b: Asks) -> f32 {
    match (a, b) {
        (Asks::Nothing, Asks::Nothing) => 0.5,
        (Asks::Nothing, _) | (_, Asks::Nothing) => 0.0,
        _ if a == b => 1.0,
        _ => -1.0,
    }
}

fn same_numbers(a: &[u64], b: &[u64]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return if a.is_empty() && b.is_empty() { 0.5 } else { 0.0 };
    }
    if a.iter().any(|n| b.contains(n)) { 1.0 } else { -1.0 }
}

fn same_concepts(a: &[u32], b: &[u32]) -> f32 {
    a.iter().filter(|n| b.contains(n)).count() as f32 / a.len().max(1) as f32
}

/// Length of the longest common subsequence.
fn lcs(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        let mut left = 0;
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let above = *cell;
            left = if x == y { diagonal + 1 } else { above.max(left) };
            diagonal = above;
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Length of the longest common run of neighbouring characters.
fn longest_run(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0usize; b.len() + 1];
    let mut best = 0;
    for x in a {
        let mut diagonal = 0;
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let above = *cell;
            *cell = if x == y { diagonal + 1 } else { 0 };
            best = best.max(*cell);
            diagonal = above;
        }
    }
    best
}

/// Levenshtein distance.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, x) in a.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let above = *cell;
            left = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let of = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(lcs(&of("医保卡丢了"), &of("医保卡挂失")), 3);
        assert_eq!(longest_run(&of("补办医保卡"), &of("医保卡补办")), 3);
        assert_eq!(edit_distance(&of("医保卡"), &of("社保卡号")), 2);
        assert_eq!(edit_distance(&[], &of("卡")), 1);
    }
}
