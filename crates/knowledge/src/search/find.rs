//! One search: candidates by terms, vectors and whole entries, a closer look at each, the best with their confidence.

use std::cell::RefCell;
use std::collections::HashSet;

use language::normalise;

use super::entry::{Hit, IndexedEntry, Query};
use super::features::{Asked, COUNT, Found};
use super::index::{Settings, Snapshot};
use super::part::{Head, Prepared};
use super::scores::candidates;
use super::terms::{NumberMap, Term, pairs};
use super::text::Text;

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
    // An entry and a scenario about one matter are no rivals.
    let next = |(at, one): (usize, &Ranked<'_>)| {
        let rival =
            ranked.iter().skip(at + 1).find(|other| other.entry.entry.group() == one.entry.entry.group());
        rival.map_or(lowest, |rival| rival.score)
    };
    let following: Vec<f32> = ranked.iter().enumerate().map(next).collect();
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
    let mut asked = Asked::new(text, &settings.near, idf);
    let look = |candidate: super::scores::Candidate<'a>| {
        let whole = candidate.whole;
        let compare = |(head, found): (&'a Head, Found)| {
            let features = asked.compare(&head.text, found, whole);
            (settings.ranker.score(&features), head, features)
        };
        let heads = candidate.heads.into_iter().map(compare);
        let (score, head, features) = heads.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let entry = candidate.entry;
        let hinted = query.domain_hint.as_deref().is_some_and(|domain| domain == entry.entry.domain);
        let bonus = if hinted { DOMAIN_BONUS } else { 0.0 } + REGION_BONUS * candidate.depth as f32;
        Some(Ranked { entry, head, features, score: score + bonus })
    };
    candidates(settings, snapshot, query, text, idf).into_iter().filter_map(look).collect()
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

impl Snapshot {
    /// How rare a term is among heads; remembered, since a search asks for the same terms again and again.
    pub(super) fn head_idf(&self) -> impl Fn(Term) -> f32 {
        let all: usize = self.parts.iter().map(|(part, _)| part.heads.len()).sum();
        let known: RefCell<NumberMap<Term, f32>> = RefCell::default();
        move |term| {
            *known.borrow_mut().entry(term).or_insert_with(|| {
                inverse_frequency(self.parts.iter().map(|(part, _)| part.heads.count(term)).sum(), all)
            })
        }
    }

    /// The same among whole entries.
    pub(super) fn whole_idf(&self) -> impl Fn(Term) -> f32 {
        let all: usize = self.parts.iter().map(|(part, _)| part.wholes.len()).sum();
        move |term| inverse_frequency(self.parts.iter().map(|(part, _)| part.wholes.count(term)).sum(), all)
    }
}

pub(super) fn inverse_frequency(holding: usize, all: usize) -> f32 {
    let (n, df) = (all as f32, holding as f32);
    // Divided by its highest value, so that learned weights mean the same for small and large collections.
    ((n - df + 0.5) / (df + 0.5)).max(0.0).ln_1p() / (n + 2.0).ln()
}
