//! One search: candidates by terms, vectors and whole entries, a closer look at each, the best with their confidence.

use std::cell::RefCell;
use std::collections::HashSet;

use language::normalise;

use super::embed::Packed;
use super::entry::{Hit, IndexedEntry, Query};
use super::features::{self, COUNT, Found, Whole};
use super::index::{Settings, Snapshot};
use super::part::{Head, Part, Prepared};
use super::postings::best;
use super::terms::{NumberMap, Term, TermKind, head_terms, pairs, whole_terms};
use super::text::Text;

/// Entries looked at closely: of so many heads by terms and by vectors, and so many by all their texts.
const BY_TERMS: usize = 48;
const BY_VECTOR: usize = 24;
const BY_WHOLE: usize = 32;
/// Heads of an entry that are compared.
const HEADS: usize = 2;
/// Preference for the hinted domain and for each step of closeness of the region.
const DOMAIN_BONUS: f32 = 0.3;
const REGION_BONUS: f32 = 0.1;

/// A candidate after the closer look.
struct Ranked<'a> {
    entry: &'a Prepared,
    head: &'a Head,
    features: [f32; COUNT],
    score: f32,
}

pub(super) fn search(settings: &Settings, snapshot: &Snapshot, query: &Query) -> Vec<Hit> {
    let text = Text::new(&query.text, &settings.synonyms, &settings.near);
    let idf = snapshot.head_idf();
    let mut ranked = ranked(settings, snapshot, query, &text, &idf);
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.entry.id.cmp(&b.entry.entry.id)));
    let lowest = ranked.last().map_or(0.0, |last| last.score);
    let following: Vec<f32> = ranked.iter().skip(1).map(|r| r.score).chain([lowest]).collect();
    ranked
        .iter()
        .zip(following)
        .take(query.limit)
        .map(|(hit, next)| Hit {
            entry_id: hit.entry.entry.id.clone(),
            clause_id: clause(&hit.entry.entry, &text, query, &idf),
            score: hit.score,
            confidence: settings.ranker.confidence(&hit.features, hit.score, hit.score - next),
            matched: hit.head.shown.clone(),
        })
        .collect()
}

pub(super) fn explain(
    settings: &Settings,
    snapshot: &Snapshot,
    query: &Query,
) -> Vec<(String, [f32; COUNT])> {
    let text = Text::new(&query.text, &settings.synonyms, &settings.near);
    let ranked = ranked(settings, snapshot, query, &text, &snapshot.head_idf());
    ranked.into_iter().map(|hit| (hit.entry.entry.id.clone(), hit.features)).collect()
}

fn ranked<'a>(
    settings: &Settings,
    snapshot: &'a Snapshot,
    query: &Query,
    text: &Text,
    idf: &dyn Fn(Term) -> f32,
) -> Vec<Ranked<'a>> {
    if text.chars.is_empty() {
        return Vec::new();
    }
    let scores = Scores::new(settings, snapshot, query, text, idf);
    let mut out = Vec::new();
    for (number, (part, dead)) in snapshot.parts.iter().enumerate() {
        for at in scores.candidates(number, part) {
            let Some(entry) = part.entries.get(at as usize) else { continue };
            if dead.get(at as usize).copied().unwrap_or(true) || !entry.entry.in_force(query.day) {
                continue;
            }
            let Some(depth) = entry.entry.region_depth(query.region.as_deref()) else { continue };
            let whole = scores.whole(number, at, entry, text);
            let compare = |(head, found): (&'a Head, Found)| {
                let features = features::compare(text, &head.text, found, whole, &settings.near, idf);
                (settings.ranker.score(&features), head, features)
            };
            let heads = scores.heads(number, part, at).into_iter().map(compare);
            let Some((score, head, features)) = heads.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
            let hinted = query.domain_hint.as_deref().is_some_and(|domain| domain == entry.entry.domain);
            let bonus = if hinted { DOMAIN_BONUS } else { 0.0 } + REGION_BONUS * depth as f32;
            out.push(Ranked { entry, head, features, score: score + bonus });
        }
    }
    out
}

/// The clause in force that shares the most of the question, by rarity of the shared pairs of characters.
fn clause(entry: &IndexedEntry, text: &Text, query: &Query, idf: &dyn Fn(Term) -> f32) -> Option<String> {
    let mut asked: Vec<(char, char)> = pairs(&text.chars).collect();
    asked.sort_unstable();
    asked.dedup();
    let in_force = entry.clauses.iter().filter(|clause| clause.in_force(query.day));
    let shared = in_force.map(|clause| {
        let chars = normalise::chars(&clause.text);
        let held: HashSet<(char, char)> =
            pairs(&chars).filter(|pair| asked.binary_search(pair).is_ok()).collect();
        let mut weights: Vec<f32> = held.iter().map(|(a, b)| idf(Term::pair(*a, *b))).collect();
        weights.sort_unstable_by(f32::total_cmp);
        (weights.iter().sum::<f32>(), clause)
    });
    let best = shared.filter(|(weight, _)| *weight > 0.0).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, clause)| clause.id.clone())
}

/// How every head and every entry scores for one query, part by part.
struct Scores {
    bm25: Vec<Vec<f32>>,
    cosines: Vec<Vec<f32>>,
    deeps: Vec<Vec<f32>>,
    wholes: Vec<Vec<f32>>,
    char_shares: Vec<Vec<f32>>,
    pair_shares: Vec<Vec<f32>>,
    best_bm25: f32,
    best_cosine: f32,
    best_deep: f32,
    best_whole: f32,
    best_pairs: f32,
    all_chars: f32,
    all_pairs: f32,
}

impl Scores {
    fn new(
        settings: &Settings,
        snapshot: &Snapshot,
        query: &Query,
        text: &Text,
        idf: &dyn Fn(Term) -> f32,
    ) -> Self {
        let parts = || snapshot.parts.iter().map(|(part, _)| part);
        let terms = weighted(&head_terms(&text.chars, &settings.synonyms), idf);
        let whole_idf = snapshot.whole_idf();
        let whole_terms = weighted(&whole_terms(&text.chars, &settings.synonyms), &whole_idf);
        let marked = |kind: TermKind| {
            let of_kind = whole_terms.iter().filter(|(term, _)| term.kind() == kind);
            let terms: Vec<(Term, f32)> = of_kind.map(|(term, _)| (*term, whole_idf(*term))).collect();
            let shares: Vec<Vec<f32>> = parts()
                .map(|part| {
                    let mut shares = vec![0.0; part.wholes.len()];
                    for (term, weight) in &terms {
                        part.wholes.mark(*term, *weight, &mut shares);
                    }
                    shares
                })
                .collect();
            (shares, terms.iter().map(|(_, weight)| weight).sum::<f32>().max(1e-6))
        };
        let added = |terms: &[(Term, f32)], postings: &dyn Fn(&Part) -> &super::postings::Postings| {
            parts()
                .map(|part| {
                    let postings = postings(part);
                    let mut scores = vec![0.0; postings.len()];
                    for (term, weight) in terms {
                        postings.add(*term, *weight, &mut scores);
                    }
                    scores
                })
                .collect::<Vec<Vec<f32>>>()
        };
        let bm25 = added(&terms, &|part| &part.heads);
        let wholes = added(&whole_terms, &|part| &part.wholes);
        let cosines: Vec<Vec<f32>> = parts().map(|part| part.cosines(&text.sense)).collect();
        let deep = settings.deep.as_ref().map(|embedder| Packed::new(&embedder.embed(&query.text)));
        let deeps: Vec<Vec<f32>> =
            deep.map_or_else(Vec::new, |vector| parts().map(|part| part.deep_cosines(&vector)).collect());
        let (char_shares, all_chars) = marked(TermKind::Char);
        let (pair_shares, all_pairs) = marked(TermKind::Pair);
        Self {
            best_bm25: highest(&bm25),
            best_cosine: highest(&cosines),
            best_deep: highest(&deeps),
            best_whole: highest(&wholes).max(1e-6),
            best_pairs: highest(&pair_shares) / all_pairs,
            bm25,
            cosines,
            deeps,
            wholes,
            char_shares,
            pair_shares,
            all_chars,
            all_pairs,
        }
    }

    /// Entries of a part that are worth a closer look.
    fn candidates(&self, number: usize, part: &Part) -> Vec<u32> {
        let by = |all: &[Vec<f32>], limit| all.get(number).map_or_else(Vec::new, |s| best(s, limit));
        let heads = by(&self.bm25, BY_TERMS).into_iter().chain(by(&self.cosines, BY_VECTOR));
        let heads = heads.chain(by(&self.deeps, BY_VECTOR));
        let mut entries: Vec<u32> = heads.filter_map(|(head, _)| part.head_entry(head)).collect();
        entries.extend(by(&self.wholes, BY_WHOLE).into_iter().map(|(entry, _)| entry));
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// The most promising heads of an entry.
    fn heads<'a>(&self, number: usize, part: &'a Part, entry: u32) -> Vec<(&'a Head, Found)> {
        let mut heads: Vec<(&Head, Found)> = part
            .heads_of(entry)
            .map(|(at, head)| {
                let found = Found {
                    bm25: of(&self.bm25, number, at),
                    best_bm25: self.best_bm25,
                    cosine: of(&self.cosines, number, at),
                    best_cosine: self.best_cosine,
                    deep: of(&self.deeps, number, at),
                    best_deep: self.best_deep,
                };
                (head, found)
            })
            .collect();
        let promise = |found: &Found| found.bm25 / found.best_bm25.max(1e-6) + found.cosine + found.deep;
        heads.sort_by(|a, b| promise(&b.1).total_cmp(&promise(&a.1)));
        heads.truncate(HEADS);
        heads
    }

    fn whole(&self, number: usize, at: u32, entry: &Prepared, text: &Text) -> Whole {
        let named =
            |tag: &[char]| tag.len() >= 2 && text.chars.windows(tag.len()).any(|window| window == tag);
        let tag = entry.tags.iter().filter(|tag| named(tag)).map(|tag| tag.len()).max().unwrap_or(0);
        let sense = text.sense.sum();
        Whole {
            of_best: of(&self.wholes, number, at) / self.best_whole,
            chars: of(&self.char_shares, number, at) / self.all_chars,
            pairs: of(&self.pair_shares, number, at) / self.all_pairs,
            best_pairs: self.best_pairs,
            tag: tag as f32 / text.chars.len().max(1) as f32,
            middle: sense.cosine(&entry.middle),
            answer: sense.cosine(entry.answer.sum()),
            heads: entry.heads.len(),
        }
    }
}

fn of(all: &[Vec<f32>], part: usize, at: u32) -> f32 {
    all.get(part).and_then(|scores| scores.get(at as usize)).copied().unwrap_or(0.0)
}

fn highest(all: &[Vec<f32>]) -> f32 {
    all.iter().flatten().fold(0.0f32, |most, x| most.max(*x))
}

/// Weight of a kind of term in a query.
const fn kind_weight(kind: TermKind) -> f32 {
    match kind {
        TermKind::Char | TermKind::Pair | TermKind::Concept => 1.0,
        TermKind::Word => 0.5,
        TermKind::Sound => 0.3,
    }
}

fn weighted(terms: &[Term], idf: &dyn Fn(Term) -> f32) -> Vec<(Term, f32)> {
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

impl Snapshot {
    /// How rare a term is among heads; remembered, since a search asks for the same terms again and again.
    fn head_idf(&self) -> impl Fn(Term) -> f32 {
        let all: usize = self.parts.iter().map(|(part, _)| part.heads.len()).sum();
        let known: RefCell<NumberMap<Term, f32>> = RefCell::default();
        move |term| {
            *known.borrow_mut().entry(term).or_insert_with(|| {
                inverse_frequency(self.parts.iter().map(|(part, _)| part.heads.count(term)).sum(), all)
            })
        }
    }

    /// The same among whole entries.
    fn whole_idf(&self) -> impl Fn(Term) -> f32 {
        let all: usize = self.parts.iter().map(|(part, _)| part.wholes.len()).sum();
        move |term| inverse_frequency(self.parts.iter().map(|(part, _)| part.wholes.count(term)).sum(), all)
    }
}

fn inverse_frequency(holding: usize, all: usize) -> f32 {
    let (n, df) = (all as f32, holding as f32);
    // Divided by its highest value, so that learned weights mean the same for small and large collections.
    ((n - df + 0.5) / (df + 0.5)).max(0.0).ln_1p() / (n + 2.0).ln()
}
