//! Which texts hold which term, and how much that says: BM25 over one immutable set of texts.

use std::cell::RefCell;

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
    /// The highest of them.
    most: u8,
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
                let weight = (tf * (K1 + 1.0) / (tf + norm) / STEP).round() as u8;
                list.weights.push(weight);
                list.most = list.most.max(weight);
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

    /// The `limit` texts with the highest scores above zero, as after [`Postings::add`] for every term: highest first, ties by
    /// number.
    ///
    /// Rare terms are added first. Once what the common ones can still add is too little to lift a text that holds no rare term
    /// among the best, they are looked up for the texts still in question instead of being read from end to end (Turtle and
    /// Flood, Query evaluation: strategies and optimizations, 1995).
    pub fn top(&self, terms: &[(Term, f32)], limit: usize) -> Vec<(u32, f32)> {
        let mut lists: Vec<(f32, f32, &List)> = terms
            .iter()
            .filter_map(|(term, weight)| self.lists.get(term).map(|list| (*weight * STEP, list)))
            .filter(|(weight, _)| *weight > 0.0)
            .map(|(weight, list)| (weight * f32::from(list.most), weight, list))
            .collect();
        lists.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.texts.len().cmp(&b.2.texts.len())));
        let mut left: f32 = lists.iter().map(|(most, ..)| most).sum();
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.begin(self.texts);
            let mut rest = lists.as_slice();
            while let [(most, weight, list), after @ ..] = rest {
                if list.texts.len() >= WORTH_PRUNING
                    && scratch.bar(limit).is_some_and(|bar| bar > left * SLACK)
                {
                    break;
                }
                scratch.add(list, *weight);
                left -= most;
                rest = after;
            }
            let mut bar = scratch.bar(limit).unwrap_or(0.0);
            let mut kept = scratch.kept(least(bar, left));
            for (most, weight, list) in rest {
                left -= most;
                let mut held = (list.texts.as_slice(), list.weights.as_slice());
                for (text, score) in &mut kept {
                    let at = held.0.partition_point(|number| number < text);
                    held = (held.0.get(at..).unwrap_or_default(), held.1.get(at..).unwrap_or_default());
                    if let ([first, ..], [frequency, ..]) = held
                        && first == text
                    {
                        *score += weight * f32::from(*frequency);
                    }
                }
                if kept.len() > limit * 4 {
                    bar = bar.max(nth(kept.iter().map(|(_, score)| *score), limit).unwrap_or(0.0));
                    kept.retain(|(_, score)| *score >= least(bar, left));
                }
            }
            kept.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            kept.truncate(limit);
            kept
        })
    }

    /// The scores of some texts, in order of number, as after [`Postings::add`] for every term.
    pub fn scores(&self, terms: &[(Term, f32)], texts: &[u32]) -> Vec<f32> {
        let mut scores = vec![0.0; texts.len()];
        for (term, weight) in terms {
            let Some(list) = self.lists.get(term) else { continue };
            let weight = weight * STEP;
            let mut held = (list.texts.as_slice(), list.weights.as_slice());
            for (text, score) in texts.iter().zip(&mut scores) {
                let at = held.0.partition_point(|number| number < text);
                held = (held.0.get(at..).unwrap_or_default(), held.1.get(at..).unwrap_or_default());
                if let ([first, ..], [frequency, ..]) = held
                    && first == text
                {
                    *score += weight * f32::from(*frequency);
                }
            }
        }
        scores
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

/// Shorter lists are read rather than thought about.
const WORTH_PRUNING: usize = 2_048;
/// Sums in another order differ in their last digits.
const SLACK: f32 = 1.000_1;

/// What a text must have so far to be among the best, when so much may still come.
fn least(bar: f32, left: f32) -> f32 {
    bar / SLACK - left.max(0.0) * SLACK
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Scores of one search after another: only what was touched is cleared, since clearing everything takes longer than the search.
#[derive(Debug, Default)]
struct Scratch {
    scores: Vec<f32>,
    touched: Vec<u32>,
}

impl Scratch {
    fn begin(&mut self, texts: usize) {
        for text in self.touched.drain(..) {
            if let Some(score) = self.scores.get_mut(text as usize) {
                *score = 0.0;
            }
        }
        if self.scores.len() < texts {
            self.scores.resize(texts, 0.0);
        }
    }

    fn add(&mut self, list: &List, weight: f32) {
        for (text, frequency) in list.texts.iter().zip(&list.weights) {
            // What counts for nothing touches nothing.
            if *frequency > 0
                && let Some(score) = self.scores.get_mut(*text as usize)
            {
                if *score == 0.0 {
                    self.touched.push(*text);
                }
                *score += weight * f32::from(*frequency);
            }
        }
    }

    fn of(&self, text: u32) -> f32 {
        self.scores.get(text as usize).copied().unwrap_or(0.0)
    }

    /// The score that `limit` texts reach already.
    fn bar(&self, limit: usize) -> Option<f32> {
        nth(self.touched.iter().map(|text| self.of(*text)), limit)
    }

    /// The touched texts of at least a score, in order of number.
    fn kept(&self, least: f32) -> Vec<(u32, f32)> {
        let scored = self.touched.iter().map(|text| (*text, self.of(*text)));
        let mut kept: Vec<(u32, f32)> = scored.filter(|(_, score)| *score > 0.0 && *score >= least).collect();
        kept.sort_unstable_by_key(|(text, _)| *text);
        kept
    }
}

/// The `limit`th highest of some scores; none when there are fewer.
fn nth(scores: impl Iterator<Item = f32>, limit: usize) -> Option<f32> {
    let mut scores: Vec<f32> = scores.collect();
    if limit == 0 || scores.len() < limit {
        return None;
    }
    Some(*scores.select_nth_unstable_by(limit - 1, |a, b| b.total_cmp(a)).1)
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

    /// Pseudo-random texts over few terms, some of them common: the best by skipping are the best by reading everything.
    #[test]
    fn skipping_finds_what_reading_everything_finds() {
        let mut state = 1u32;
        let mut random = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let term = |n: u32| Term::pair('词', char::from_u32(0x4e00 + n).unwrap());
        let texts: Vec<Vec<Term>> = (0..20_000)
            .map(|_| {
                (0..3 + random(12))
                    .map(|_| {
                        let n = random(400);
                        term(random(n + 1))
                    })
                    .collect()
            })
            .collect();
        let total = texts.iter().map(Vec::len).sum();
        let postings = Postings::build(texts.iter(), texts.len(), total);
        for round in 0..60 {
            let terms: Vec<(Term, f32)> = (0..4 + round % 9)
                .map(|_| {
                    let term = term(random(400));
                    let held = postings.count(term).max(1) as f32;
                    (term, (texts.len() as f32 / held).ln())
                })
                .collect();
            let mut scores = vec![0.0; postings.len()];
            for (term, weight) in &terms {
                postings.add(*term, *weight, &mut scores);
            }
            let (all, some) = (best(&scores, 48), postings.top(&terms, 48));
            assert_eq!(all.len(), some.len());
            for ((_, one), (text, two)) in all.iter().zip(&some) {
                assert!((one - two).abs() < 1e-3, "round {round}");
                assert!((scores[*text as usize] - two).abs() < 1e-3);
            }
            let numbers: Vec<u32> = (0..postings.len() as u32).step_by(77).collect();
            let looked = postings.scores(&terms, &numbers);
            assert!(
                numbers.iter().zip(looked).all(|(at, score)| (scores[*at as usize] - score).abs() < 1e-3)
            );
        }
    }
}
