//! The index: parts that never change, swapped as a whole.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use language::synonyms::Synonyms;

use super::embed::{Embedder, Packed};
use super::entry::{Hit, IndexedEntry, Query};
use super::features::{self, COUNT, Found};
use super::part::{Head, Part, Prepared};
use super::postings::best;
use super::rank::Ranker;
use super::terms::{NumberMap, Term, TermKind, body_terms, head_terms};
use super::text::Text;

/// Heads looked at closely: so many by terms, so many by vectors, and the entries of so many bodies.
const BY_TERMS: usize = 48;
const BY_VECTOR: usize = 24;
const BY_BODY: usize = 16;
/// Heads compared of an entry that was found by its body only.
const HEADS_OF_BODY: usize = 8;
/// Weight of the share of the question that the best body covers.
const BODY_WEIGHT: f32 = 1.2;
/// Preference for the hinted domain and for each step of closeness of the region.
const DOMAIN_BONUS: f32 = 0.3;
const REGION_BONUS: f32 = 0.1;

/// What an index is built with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Wordings that mean the same.
    pub synonyms: Arc<Synonyms>,
    /// The built-in vectors.
    pub near: Arc<dyn Embedder>,
    /// A stronger, slower embedder where one is installed.
    pub deep: Option<Arc<dyn Embedder>>,
    /// Weighs what was compared.
    pub ranker: Arc<Ranker>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            synonyms: Arc::default(),
            near: Arc::new(super::embed::Silent),
            deep: None,
            ranker: Arc::default(),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Snapshot {
    parts: Vec<(Arc<Part>, Arc<Vec<bool>>)>,
}

/// Knowledge entries ready to be found.
#[derive(Debug)]
pub struct SearchIndex {
    settings: Settings,
    current: RwLock<Arc<Snapshot>>,
    /// Where each entry lives: part and number. Also what makes writers take turns.
    places: Mutex<HashMap<String, (usize, usize)>>,
}

/// An entry worth a closer look.
struct Candidate {
    part: usize,
    entry: u32,
    heads: Vec<u32>,
    body: Option<(f32, Option<usize>)>,
}

/// A candidate after the closer look.
struct Ranked<'a> {
    entry: &'a Prepared,
    head: &'a Head,
    features: [f32; COUNT],
    score: f32,
    clause: Option<usize>,
}

impl SearchIndex {
    /// An empty index.
    pub fn new(settings: Settings) -> Self {
        Self { settings, current: RwLock::default(), places: Mutex::default() }
    }

    /// Puts an entry in, replacing the one with its id.
    pub fn upsert(&self, entry: IndexedEntry) {
        self.upsert_all(vec![entry]);
    }

    /// Puts many entries in at once; far cheaper than one by one.
    pub fn upsert_all(&self, entries: Vec<IndexedEntry>) {
        let s = &self.settings;
        let prepared: Vec<Arc<Prepared>> = entries
            .into_iter()
            .map(|entry| Arc::new(Prepared::new(entry, &s.synonyms, s.near.as_ref(), s.deep.as_deref())))
            .collect();
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Snapshot::clone(&self.snapshot());
        // The last of several with the same id stays.
        let mut newest: HashMap<&str, usize> = HashMap::new();
        for (at, entry) in prepared.iter().enumerate() {
            newest.insert(&entry.entry.id, at);
            next.kill(places.get(&entry.entry.id).copied());
        }
        let kept: Vec<Arc<Prepared>> = prepared
            .iter()
            .enumerate()
            .filter(|(at, entry)| newest.get(entry.entry.id.as_str()) == Some(at))
            .map(|(_, entry)| Arc::clone(entry))
            .collect();
        next.push(kept);
        self.publish(next, &mut places);
    }

    /// Takes an entry out; an unknown id changes nothing.
    pub fn remove(&self, id: &str) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.remove(id) {
            let mut next = Snapshot::clone(&self.snapshot());
            next.kill(Some(place));
            self.publish(next, &mut places);
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.snapshot().parts.iter().map(|(_, dead)| dead.iter().filter(|d| !**d).count()).sum()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, mut next: Snapshot, places: &mut HashMap<String, (usize, usize)>) {
        next.compact();
        places.clear();
        for (number, (part, dead)) in next.parts.iter().enumerate() {
            for (at, (entry, dead)) in part.entries.iter().zip(dead.iter()).enumerate() {
                if !dead {
                    places.insert(entry.entry.id.clone(), (number, at));
                }
            }
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    /// The entries that fit a question best, best first.
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        let snapshot = self.snapshot();
        let text = Text::new(&query.text, &self.settings.synonyms);
        if text.chars.is_empty() {
            return Vec::new();
        }
        let mut ranked = self.ranked(&snapshot, query, &text);
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.entry.id.cmp(&b.entry.entry.id)));
        let following: Vec<f32> = ranked.iter().skip(1).map(|r| r.score).chain([0.0]).collect();
        ranked
            .iter()
            .zip(following)
            .take(query.limit)
            .map(|(hit, next)| Hit {
                entry_id: hit.entry.entry.id.clone(),
                clause_id: hit.clause.and_then(|at| hit.entry.entry.clauses.get(at)).map(|clause| clause.id.clone()),
                score: hit.score,
                confidence: self.settings.ranker.confidence(&hit.features, hit.score - next),
                matched: hit.head.shown.clone(),
            })
            .collect()
    }

    fn ranked<'a>(&self, snapshot: &'a Snapshot, query: &Query, text: &Text) -> Vec<Ranked<'a>> {
        let idf = snapshot.head_idf();
        let terms = weighted(&head_terms(&text.chars, &self.settings.synonyms), &idf);
        let vector = Packed::new(&self.settings.near.embed(&query.text));
        let bm25: Vec<Vec<f32>> = snapshot
            .parts
            .iter()
            .map(|(part, _)| {
                let mut scores = vec![0.0; part.heads.len()];
                for (term, weight) in &terms {
                    part.heads.add(*term, *weight, &mut scores);
                }
                scores
            })
            .collect();
        let cosines: Vec<Vec<f32>> = snapshot.parts.iter().map(|(part, _)| part.cosines(&vector)).collect();
        let highest = |all: &[Vec<f32>]| all.iter().flatten().fold(0.0f32, |most, x| most.max(*x));
        let (best_bm25, best_cosine) = (highest(&bm25), highest(&cosines));
        let mut out = Vec::new();
        for candidate in snapshot.candidates(&bm25, &cosines, &self.bodies(snapshot, text, query)) {
            let Some((part, dead)) = snapshot.parts.get(candidate.part) else { continue };
            let Some(entry) = part.entries.get(candidate.entry as usize) else { continue };
            if dead.get(candidate.entry as usize).copied().unwrap_or(true) || !entry.entry.in_force(query.day) {
                continue;
            }
            let Some(depth) = entry.entry.region_depth(query.region.as_deref()) else { continue };
            let of = |all: &[Vec<f32>], head: u32| {
                all.get(candidate.part).and_then(|s| s.get(head as usize)).copied().unwrap_or(0.0)
            };
            let best_head = part
                .heads_of(candidate.entry)
                .filter(|(number, _)| candidate.heads.is_empty() || candidate.heads.contains(number))
                .take(HEADS_OF_BODY)
                .map(|(number, head)| {
                    let found =
                        Found { bm25: of(&bm25, number), best_bm25, cosine: of(&cosines, number), best_cosine };
                    let features = features::compare(text, &head.text, found, &idf);
                    (self.settings.ranker.score(&features), head, features)
                })
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((score, head, features)) = best_head else { continue };
            let hinted = query.domain_hint.as_deref().is_some_and(|domain| domain == entry.entry.domain);
            let (body, clause) = candidate.body.unwrap_or((0.0, None));
            out.push(Ranked {
                entry,
                head,
                features,
                score: score
                    + BODY_WEIGHT * body
                    + if hinted { DOMAIN_BONUS } else { 0.0 }
                    + REGION_BONUS * depth as f32,
                clause,
            });
        }
        out
    }

    /// For each part, the best bodies: entry, share of the question covered, clause.
    fn bodies(&self, snapshot: &Snapshot, text: &Text, query: &Query) -> Vec<Vec<(u32, f32, Option<usize>)>> {
        let idf = snapshot.body_idf();
        let terms = weighted(&body_terms(&text.chars, &self.settings.synonyms), &idf);
        // A term's saturated frequency is at most K1 + 1; a typical single occurrence weighs about 1.
        let whole = terms.iter().map(|(_, weight)| weight).sum::<f32>().max(1e-6);
        let in_part = |(part, _): &(Arc<Part>, _)| {
            let mut scores = vec![0.0; part.bodies.len()];
            for (term, weight) in &terms {
                part.bodies.add(*term, *weight, &mut scores);
            }
            let mut found: Vec<(u32, f32, Option<usize>)> = Vec::new();
            for (body, score) in best(&scores, BY_BODY * 2) {
                let Some((number, at)) = part.body_entry(body) else { continue };
                let Some(entry) = part.entries.get(number as usize) else { continue };
                let clause = entry.bodies.get(at as usize).and_then(|body| body.clause);
                let holds = clause
                    .and_then(|at| entry.entry.clauses.get(at))
                    .is_none_or(|clause| clause.in_force(query.day));
                if !holds {
                    continue;
                }
                match found.iter_mut().find(|known| known.0 == number) {
                    Some(known) if known.2.is_none() => known.2 = clause,
                    Some(_) => {}
                    None => found.push((number, score / whole, clause)),
                }
            }
            found.truncate(BY_BODY);
            found
        };
        snapshot.parts.iter().map(in_part).collect()
    }
}

/// Weight of a kind of term in a query.
const fn kind_weight(kind: TermKind) -> f32 {
    match kind {
        TermKind::Char | TermKind::Pair => 1.0,
        TermKind::Word => 0.5,
        TermKind::Sound => 0.3,
        TermKind::Concept => 1.0,
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
    fn head_idf(&self) -> impl Fn(Term) -> f32 {
        let all: usize = self.parts.iter().map(|(part, _)| part.heads.len()).sum();
        move |term| inverse_frequency(self.parts.iter().map(|(part, _)| part.heads.count(term)).sum(), all)
    }

    fn body_idf(&self) -> impl Fn(Term) -> f32 {
        let all: usize = self.parts.iter().map(|(part, _)| part.bodies.len()).sum();
        move |term| inverse_frequency(self.parts.iter().map(|(part, _)| part.bodies.count(term)).sum(), all)
    }

    /// Entries found by any way, each once.
    fn candidates(
        &self,
        bm25: &[Vec<f32>],
        cosines: &[Vec<f32>],
        bodies: &[Vec<(u32, f32, Option<usize>)>],
    ) -> Vec<Candidate> {
        let mut found: HashMap<(usize, u32), Candidate> = HashMap::new();
        for (number, (part, _)) in self.parts.iter().enumerate() {
            let by = |all: &[Vec<f32>], limit| all.get(number).map_or_else(Vec::new, |s| best(s, limit));
            let heads = by(bm25, BY_TERMS).into_iter().chain(by(cosines, BY_VECTOR));
            for (head, _) in heads {
                let Some(entry) = part.head_entry(head) else { continue };
                let candidate = found.entry((number, entry)).or_insert_with(|| Candidate::new(number, entry));
                if !candidate.heads.contains(&head) {
                    candidate.heads.push(head);
                }
            }
            for (entry, score, clause) in bodies.get(number).into_iter().flatten() {
                let candidate = found.entry((number, *entry)).or_insert_with(|| Candidate::new(number, *entry));
                candidate.body = Some((*score, *clause));
            }
        }
        found.into_values().collect()
    }

    fn kill(&mut self, place: Option<(usize, usize)>) {
        let Some((part, at)) = place else { return };
        if let Some(cell) = self.parts.get_mut(part).and_then(|(_, dead)| Arc::make_mut(dead).get_mut(at)) {
            *cell = true;
        }
    }

    fn push(&mut self, entries: Vec<Arc<Prepared>>) {
        if !entries.is_empty() {
            let dead = vec![false; entries.len()];
            self.parts.push((Arc::new(Part::build(entries)), Arc::new(dead)));
        }
    }

    /// Joins parts so that each is at least twice the next: few parts, and every entry is moved only a few times.
    fn compact(&mut self) {
        self.parts.retain(|(_, dead)| dead.iter().any(|d| !d));
        let alive = |part: &(Arc<Part>, Arc<Vec<bool>>)| part.1.iter().filter(|d| !**d).count();
        while let [.., before, last] = self.parts.as_slice() {
            if alive(before) >= 2 * alive(last) {
                break;
            }
            let last = self.parts.pop();
            let before = self.parts.pop();
            let joined = before
                .iter()
                .chain(&last)
                .flat_map(|(part, dead)| part.entries.iter().zip(dead.iter()))
                .filter(|(_, dead)| !**dead)
                .map(|(entry, _)| Arc::clone(entry))
                .collect();
            self.push(joined);
        }
    }
}

impl Candidate {
    fn new(part: usize, entry: u32) -> Self {
        Self { part, entry, heads: Vec::new(), body: None }
    }
}

fn inverse_frequency(holding: usize, all: usize) -> f32 {
    let (n, df) = (all as f32, holding as f32);
    ((n - df + 0.5) / (df + 0.5)).max(0.0).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::IndexedClause;
    use jiff::civil::date;

    fn entry(id: &str, title: &str, questions: &[&str]) -> IndexedEntry {
        IndexedEntry {
            id: id.to_owned(),
            title: title.to_owned(),
            questions: questions.iter().map(|q| (*q).to_owned()).collect(),
            ..IndexedEntry::default()
        }
    }

    fn found(index: &SearchIndex, text: &str) -> Vec<String> {
        index.search(&Query::new(text, date(2026, 1, 1))).into_iter().map(|hit| hit.entry_id).collect()
    }

    #[test]
    fn what_is_put_in_is_found_and_what_is_taken_out_is_not() {
        let index = SearchIndex::new(Settings::default());
        index.upsert_all(vec![
            entry("a", "社会保障卡挂失", &["社保卡丢了怎么办"]),
            entry("b", "租房提取住房公积金", &["租房子能取公积金吗"]),
        ]);
        assert_eq!(found(&index, "社保卡丢了咋办").first().unwrap(), "a");
        index.upsert(entry("a", "路灯不亮报修", &[]));
        assert_eq!(found(&index, "路灯不亮").first().unwrap(), "a");
        assert_eq!(index.len(), 2);
        index.remove("a");
        assert!(!found(&index, "路灯不亮").contains(&"a".to_owned()));
        for n in 0..50 {
            index.upsert(entry(&format!("e{n}"), &format!("第{n}号办事窗口"), &[]));
        }
        assert_eq!(index.len(), 51);
        assert_eq!(found(&index, "第37号办事窗口").first().unwrap(), "e37");
        assert!(found(&index, "").is_empty());
    }

    #[test]
    fn nothing_is_found_outside_its_days_or_place() {
        let mut old = entry("old", "一次性吸纳就业补贴", &[]);
        old.clauses = vec![IndexedClause {
            id: "1".to_owned(),
            text: "企业招用毕业生给予补贴".to_owned(),
            in_force_from: Some(date(2023, 1, 1)),
            in_force_until: Some(date(2025, 12, 31)),
        }];
        let mut away = entry("away", "一次性吸纳就业补贴", &[]);
        away.region = "杭州市".to_owned();
        let index = SearchIndex::new(Settings::default());
        index.upsert_all(vec![old, away]);
        let ask = |day, region: &str| {
            let query = Query { region: Some(region.to_owned()), ..Query::new("吸纳就业补贴", day) };
            index.search(&query).into_iter().map(|hit| hit.entry_id).collect::<Vec<_>>()
        };
        assert_eq!(ask(date(2025, 12, 31), "宁波市/鄞州区"), ["old"]);
        assert!(ask(date(2026, 1, 1), "宁波市/鄞州区").is_empty());
        assert_eq!(ask(date(2026, 1, 1), "杭州市"), ["away"]);
    }
}
