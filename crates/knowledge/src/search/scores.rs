//! How heads and entries score for one query, and which entries are worth a closer look.

use super::embed::Packed;
use super::entry::Query;
use super::features::{Found, Whole};
use super::index::{Settings, Snapshot};
use super::part::{Head, Part, Prepared};
use super::postings::{Postings, best};
use super::terms::{NumberMap, Term, TermKind, head_terms, whole_terms};
use super::text::Text;

/// Entries considered: of so many heads by terms and by vectors, and so many by all their texts.
const BY_TERMS: usize = 48;
const BY_VECTOR: usize = 24;
const BY_WHOLE: usize = 32;
/// Of these, so many are looked at closely, taken by [`Candidate::promise`].
const CLOSELY: usize = 36;
/// Heads of an entry that are compared.
const HEADS: usize = 2;

/// An entry that may answer.
pub struct Candidate<'a> {
    pub entry: &'a Prepared,
    /// How closely its region fits.
    pub depth: usize,
    /// The most promising heads.
    pub heads: Vec<(&'a Head, Found)>,
    pub whole: Whole,
}

impl Candidate<'_> {
    /// A rough score that all candidates can afford; the closer look decides. Weights by logistic regression, rounded.
    fn promise(&self) -> f32 {
        let nearest = self.heads.iter().map(|(_, found)| found.cosine).fold(0.0f32, f32::max);
        let whole = &self.whole;
        let nearest = nearest + whole.deep;
        6.0 * whole.of_best + 3.0 * whole.chars + 9.0 * nearest + 8.0 * whole.middle + 6.0 * whole.tag
    }
}

/// The best of a part by each score.
struct PartScores {
    heads: Vec<(u32, f32)>,
    wholes: Vec<(u32, f32)>,
    /// By the second embedder, for every head; empty without one.
    deeps: Vec<f32>,
    nearest: Vec<(u32, f32)>,
}

/// The highest of each score over all parts.
#[derive(Debug, Clone, Copy, Default)]
struct Highest {
    heads: f32,
    wholes: f32,
    deep: f32,
    cosine: f32,
}

/// The candidates of a query, a closer look worth taking at each, in no order.
pub fn candidates<'a>(
    settings: &Settings,
    snapshot: &'a Snapshot,
    query: &Query,
    text: &Text,
    idf: &dyn Fn(Term) -> f32,
) -> Vec<Candidate<'a>> {
    let terms = weighted(&head_terms(&text.chars, &settings.synonyms), idf);
    let whole_idf = snapshot.whole_idf();
    let whole_terms = weighted(&whole_terms(&text.chars, &settings.synonyms), &whole_idf);
    let deep = settings.deep.as_ref().filter(|_| snapshot.read && !query.quick);
    let deep = deep.map(|embedder| Packed::new(&embedder.embed(&query.text)));
    let sense = text.sense.sum();
    let reckon = |part: &Part| PartScores {
        heads: part.heads.top(&terms, BY_TERMS),
        wholes: part.wholes.top(&whole_terms, BY_WHOLE),
        deeps: deep.as_ref().map_or_else(Vec::new, |vector| part.deep_cosines(vector)),
        nearest: part.nearest(sense, BY_VECTOR),
    };
    let all: Vec<PartScores> = snapshot.parts.iter().map(|(part, _)| reckon(part)).collect();
    let top = |scores: &[(u32, f32)]| scores.first().map_or(0.0, |(_, score)| *score);
    let highest = all.iter().fold(Highest::default(), |h, part| Highest {
        heads: h.heads.max(top(&part.heads)),
        wholes: h.wholes.max(top(&part.wholes)),
        deep: part.deeps.iter().fold(h.deep, |most, x| most.max(*x)),
        cosine: part.nearest.first().map_or(h.cosine, |(_, cosine)| h.cosine.max(*cosine)),
    });
    let of_kind = |kind: TermKind| {
        let of_kind = whole_terms.iter().filter(|(term, _)| term.kind() == kind);
        let terms: Vec<(Term, f32)> = of_kind.map(|(term, _)| (*term, whole_idf(*term))).collect();
        let all = terms.iter().map(|(_, weight)| weight).sum::<f32>().max(1e-6);
        (terms, all)
    };
    let (chars, all_chars) = of_kind(TermKind::Char);
    let (pairs, all_pairs) = of_kind(TermKind::Pair);
    let mut out = Vec::new();
    for (scores, (part, dead)) in all.iter().zip(&snapshot.parts) {
        let mut found = scores.entries(part);
        found.retain(|at| !dead.get(*at as usize).copied().unwrap_or(true));
        let char_shares = part.wholes.shares(&chars, &found);
        let pair_shares = part.wholes.shares(&pairs, &found);
        let whole_scores = part.wholes.scores(&whole_terms, &found);
        // Entries in order of number have their heads in order of number.
        let numbers: Vec<u32> =
            found.iter().flat_map(|at| part.heads_of(*at).map(|(head, _)| head)).collect();
        let head_scores = HeadScores { scores: part.heads.scores(&terms, &numbers), numbers };
        let shares = char_shares.into_iter().zip(pair_shares).zip(whole_scores);
        for (at, ((char_share, pair_share), whole_score)) in found.into_iter().zip(shares) {
            let Some(entry) = part.entries.get(at as usize) else { continue };
            let Some(depth) = entry.entry.region_depth(query.region.as_deref()) else { continue };
            if !entry.entry.in_force(query.day) {
                continue;
            }
            let whole = Whole {
                of_best: whole_score / highest.wholes.max(1e-6),
                chars: char_share / all_chars,
                pairs: pair_share / all_pairs,
                best_pairs: 0.0,
                tag: entry.tag_named(&text.chars) as f32 / text.chars.len().max(1) as f32,
                middle: sense.cosine(&entry.middle),
                answer: sense.cosine(entry.answer.sum()),
                heads: entry.heads.len(),
                deep: part.heads_of(at).fold(0.0, |most: f32, (head, _)| most.max(of(&scores.deeps, head))),
                best_deep: highest.deep,
            };
            let heads = scores.promising(part, at, &head_scores, sense, highest);
            out.push(Candidate { entry, depth, heads, whole });
        }
    }
    let best_pairs = out.iter().fold(0.0f32, |most, candidate| most.max(candidate.whole.pairs));
    for candidate in &mut out {
        candidate.whole.best_pairs = best_pairs;
    }
    if out.len() > CLOSELY {
        let mut rough: Vec<(f32, Candidate)> = out.into_iter().map(|one| (one.promise(), one)).collect();
        rough.sort_by(|a, b| b.0.total_cmp(&a.0));
        rough.truncate(CLOSELY);
        out = rough.into_iter().map(|(_, candidate)| candidate).collect();
    }
    out
}

/// Scores of some heads by terms.
struct HeadScores {
    numbers: Vec<u32>,
    scores: Vec<f32>,
}

impl HeadScores {
    fn of(&self, head: u32) -> f32 {
        self.numbers.binary_search(&head).map_or(0.0, |at| of(&self.scores, at as u32))
    }
}

impl PartScores {
    /// Entries of the part that are worth considering, in order of number.
    fn entries(&self, part: &Part) -> Vec<u32> {
        let heads = self.heads.iter().copied().chain(best(&self.deeps, BY_VECTOR));
        let heads = heads.chain(self.nearest.iter().copied());
        let mut entries: Vec<u32> = heads.filter_map(|(head, _)| part.head_entry(head)).collect();
        entries.extend(self.wholes.iter().map(|(entry, _)| *entry));
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// The most promising heads of an entry.
    fn promising<'a>(
        &self,
        part: &'a Part,
        entry: u32,
        scores: &HeadScores,
        sense: &Packed,
        highest: Highest,
    ) -> Vec<(&'a Head, Found)> {
        let found = |at: u32| Found {
            bm25: scores.of(at),
            best_bm25: highest.heads,
            cosine: part.cosine(at, sense),
            best_cosine: highest.cosine,
            deep: of(&self.deeps, at),
        };
        let mut heads: Vec<(&Head, Found)> =
            part.heads_of(entry).map(|(at, head)| (head, found(at))).collect();
        if heads.len() > HEADS {
            let promise = |found: &Found| found.bm25 / found.best_bm25.max(1e-6) + found.cosine + found.deep;
            heads.sort_by(|a, b| promise(&b.1).total_cmp(&promise(&a.1)));
            heads.truncate(HEADS);
        }
        heads
    }
}

pub fn added(postings: &Postings, terms: &[(Term, f32)]) -> Vec<f32> {
    let mut scores = vec![0.0; postings.len()];
    for (term, weight) in terms {
        postings.add(*term, *weight, &mut scores);
    }
    scores
}

fn of(scores: &[f32], at: u32) -> f32 {
    scores.get(at as usize).copied().unwrap_or(0.0)
}

/// Weight of a kind of term in a query.
const fn kind_weight(kind: TermKind) -> f32 {
    match kind {
        TermKind::Char | TermKind::Pair | TermKind::Concept => 1.0,
        TermKind::Word => 0.5,
        TermKind::Sound => 0.3,
    }
}

pub fn weighted(terms: &[Term], idf: &dyn Fn(Term) -> f32) -> Vec<(Term, f32)> {
    let mut counts: NumberMap<Term, f32> = NumberMap::default();
    for term in terms {
        *counts.entry(*term).or_default() += 1.0;
    }
    let mut all: Vec<(Term, f32)> = counts
        .into_iter()
        .map(|(term, count)| (term, count.min(2.0) * kind_weight(term.kind()) * idf(term)))
        .collect();
    all.sort_unstable_by_key(|(term, _)| *term);
    all
}
