//! Which texts hold which term, and how much that says: BM25 over one immutable set of texts.

use super::terms::{NumberMap, Term};

const K1: f32 = 1.2;
const B: f32 = 0.6;
/// Saturated frequencies reach K1 + 1 and are kept in one byte.
const STEP: f32 = (K1 + 1.0) / 255.0;

/// Texts holding a term, with the term's saturated frequency in each.
#[derive(Debug, Default)]
struct List {
    texts: Vec<u32>,
    /// In steps of [`STEP`].
    weights: Vec<u8>,
}

/// An inverted index over texts numbered from 0.
#[derive(Debug, Default)]
pub struct Postings {
    lists: NumberMap<Term, List>,
    texts: usize,
}

impl Postings {
    /// Builds from the terms of each of `count` texts, in order of number; `total` is the number of all their terms.
    pub fn build(texts: impl Iterator<Item = impl AsRef<[Term]>>, count: usize, total: usize) -> Self {
        let mean = (total as f32 / count.max(1) as f32).max(1.0);
        let mut lists: NumberMap<Term, List> = NumberMap::default();
        let mut sorted: Vec<Term> = Vec::new();
        for (number, terms) in texts.enumerate() {
            let terms = terms.as_ref();
            sorted.clear();
            sorted.extend_from_slice(terms);
            sorted.sort_unstable();
            let norm = K1 * (1.0 - B + B * terms.len() as f32 / mean);
            for same in sorted.chunk_by(|a, b| a == b) {
                let Some(term) = same.first() else { continue };
                let tf = same.len() as f32;
                let list = lists.entry(*term).or_default();
                list.texts.push(number as u32);
                list.weights.push((tf * (K1 + 1.0) / (tf + norm) / STEP).round() as u8);
            }
        }
        Self { lists, texts: count }
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.texts
    }

    /// Number of texts that hold the term.
    pub fn count(&self, term: Term) -> usize {
        self.lists.get(&term).map_or(0, |list| list.texts.len())
    }

    /// Adds `weight` times the term's saturated frequency to the score of every text that holds it.
    pub fn add(&self, term: Term, weight: f32, scores: &mut [f32]) {
        let Some(list) = self.lists.get(&term) else { return };
        let weight = weight * STEP;
        for (text, frequency) in list.texts.iter().zip(&list.weights) {
            if let Some(score) = scores.get_mut(*text as usize) {
                *score += weight * f32::from(*frequency);
            }
        }
    }

    /// For each of some texts, in order of number, the weights of the terms that it holds.
    pub fn shares(&self, terms: &[(Term, f32)], texts: &[u32]) -> Vec<f32> {
        let mut shares = vec![0.0; texts.len()];
        for (term, weight) in terms {
            let mut rest = self.lists.get(term).map_or(&[][..], |list| list.texts.as_slice());
            for (text, share) in texts.iter().zip(&mut shares) {
                rest = rest.get(rest.partition_point(|held| held < text)..).unwrap_or_default();
                if rest.first() == Some(text) {
                    *share += weight;
                }
            }
        }
        shares
    }
}

/// The numbers of the `limit` highest scores above zero, highest first; ties by number.
pub fn best(scores: &[f32], limit: usize) -> Vec<(u32, f32)> {
    let mut kept: Vec<(u32, f32)> = Vec::with_capacity(limit * 2);
    let mut floor = 0.0f32;
    let by_score = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    for (number, &score) in scores.iter().enumerate() {
        if score > floor {
            kept.push((number as u32, score));
            if kept.len() == limit * 2 {
                kept.sort_unstable_by(by_score);
                kept.truncate(limit);
                floor = kept.last().map_or(0.0, |last| last.1);
            }
        }
    }
    kept.sort_unstable_by(by_score);
    kept.truncate(limit);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_and_fuller_matches_win() {
        let terms = |text: &str| text.chars().map(Term::char).collect::<Vec<_>>();
        let texts = [terms("社保卡丢了"), terms("社保缴费"), terms("今天天气")];
        let postings = Postings::build(texts.iter(), 3, 13);
        let mut scores = vec![0.0; postings.len()];
        for c in "社保卡".chars() {
            postings.add(Term::char(c), 1.0, &mut scores);
        }
        let found = best(&scores, 2);
        assert_eq!(found.iter().map(|hit| hit.0).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(postings.count(Term::char('社')), 2);
        let held = [(Term::char('社'), 1.0), (Term::char('费'), 0.5), (Term::char('无'), 9.0)];
        assert_eq!(postings.shares(&held, &[0, 1, 2]), [1.0, 1.5, 0.0]);
    }
}
