//! The index: parts that never change, swapped as a whole.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use language::synonyms::Synonyms;

use super::embed::Embedder;
use super::entry::{Hit, IndexedEntry, Query};
use super::features::COUNT;
use super::find;
use super::near::NgramVectors;
use super::part::{Part, Prepared};
use super::rank::Ranker;

/// Texts that the encoder reads before a change is published; more of them wait for [`SearchIndex::read_waiting`].
const AT_ONCE: usize = 48;
/// Entries read and published together then.
const AT_A_TIME: usize = 400;

/// What an index is built with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Wordings that mean the same.
    pub synonyms: Arc<Synonyms>,
    /// The built-in vectors.
    pub near: Arc<NgramVectors>,
    /// The sentence encoder, where it is used.
    pub deep: Option<Arc<dyn Embedder>>,
    /// Weighs what was compared.
    pub ranker: Arc<Ranker>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            synonyms: Arc::default(),
            near: NgramVectors::builtin(),
            deep: None,
            ranker: Ranker::builtin(),
        }
    }
}

impl Settings {
    /// The same with a sentence encoder.
    #[must_use]
    pub fn with_embedder(self, deep: Option<Arc<dyn Embedder>>) -> Self {
        Self { deep, ..self }
    }

    fn prepared(&self, entry: IndexedEntry, whole: bool) -> Arc<Prepared> {
        Arc::new(Prepared::new(entry, &self.synonyms, &self.near, self.deep.as_deref(), whole))
    }
}

/// Parts with, for each entry, whether it has been replaced or removed.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub parts: Vec<(Arc<Part>, Arc<Vec<bool>>)>,
    /// Whether the encoder has read everything that can be found.
    pub read: bool,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self { parts: Vec::new(), read: true }
    }
}

/// Knowledge entries ready to be found.
#[derive(Debug)]
pub struct SearchIndex {
    settings: Settings,
    current: RwLock<Arc<Snapshot>>,
    /// Where each entry lives: part and number. Also what makes writers take turns.
    places: Mutex<HashMap<String, (usize, usize)>>,
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
        let whole = self.unread(&entries) <= AT_ONCE;
        let prepared: Vec<Arc<Prepared>> =
            entries.into_iter().map(|entry| s.prepared(entry, whole)).collect();
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
        next.push(kept, &s.synonyms);
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

    /// The index as it would be with some entries put in or taken out; this one stays as it is. Cheap: parts are shared.
    #[must_use]
    pub fn imagined(&self, put: Vec<IndexedEntry>, gone: &[String]) -> Self {
        let s = &self.settings;
        let prepared: Vec<Arc<Prepared>> = put.into_iter().map(|entry| s.prepared(entry, true)).collect();
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Snapshot::clone(&self.snapshot());
        let ids = prepared.iter().map(|entry| &entry.entry.id).chain(gone);
        ids.for_each(|id| next.kill(places.get(id).copied()));
        drop(places);
        next.push(prepared, &s.synonyms);
        next.read = next.all_read();
        Self { settings: s.clone(), current: RwLock::new(Arc::new(next)), places: Mutex::default() }
    }

    /// Heads of entries that the encoder has not read yet.
    fn unread(&self, entries: &[IndexedEntry]) -> usize {
        let Some(deep) = &self.settings.deep else { return 0 };
        let heads = entries.iter().flat_map(|entry| std::iter::once(&entry.title).chain(&entry.questions));
        heads.filter(|head| !head.trim().is_empty() && !deep.knows(head)).count()
    }

    /// Has the encoder read what came in too large a number to be read at once. Until it is through, searches go without the encoder.
    /// Takes some 20 ms a text; returns at once where nothing waits.
    pub fn read_waiting(&self) {
        let Some(deep) = &self.settings.deep else { return };
        loop {
            let snapshot = self.snapshot();
            let waiting = snapshot.alive().filter(|entry| !entry.whole());
            let waiting: Vec<Arc<Prepared>> = waiting.take(AT_A_TIME).cloned().collect();
            if waiting.is_empty() {
                return;
            }
            shared_out(waiting.clone(), |entry| entry.heads.iter().for_each(|head| deep.learn(&head.shown)));
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let mut next = Snapshot::clone(&self.snapshot());
            let mut read = Vec::new();
            for entry in waiting {
                let place = places.get(&entry.entry.id).copied();
                // One that was changed meanwhile waits by itself.
                if next.at(place).is_some_and(|now| Arc::ptr_eq(now, &entry)) {
                    next.kill(place);
                    read.push(self.settings.prepared(entry.entry.clone(), true));
                }
            }
            next.push(read, &self.settings.synonyms);
            self.publish(next, &mut places);
        }
    }

    /// Whether the encoder has its say in a search.
    pub fn reads(&self, query: &Query) -> bool {
        self.settings.deep.is_some() && !query.quick && self.snapshot().read
    }

    /// Whether nothing waits for the encoder.
    pub fn is_read(&self) -> bool {
        self.settings.deep.is_none() || self.snapshot().read
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.snapshot().parts.iter().map(|(_, dead)| dead.iter().filter(|d| !**d).count()).sum()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries that fit a question best, best first.
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        find::search(&self.settings, &self.snapshot(), query)
    }

    /// Every candidate of a search with its features (see [`super::features::NAMES`]): what a ranker is trained on.
    pub fn explain(&self, query: &Query) -> Vec<(String, [f32; COUNT])> {
        find::explain(&self.settings, &self.snapshot(), query)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, mut next: Snapshot, places: &mut HashMap<String, (usize, usize)>) {
        next.compact(&self.settings.synonyms);
        next.read = next.all_read();
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
}

/// The same as mapping, on every processor: for work that takes long for each.
fn shared_out<A: Send, B: Send>(all: Vec<A>, work: impl Fn(A) -> B + Sync) -> Vec<B> {
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(hands).max(1);
    let mut rest = all.into_iter();
    let shares: Vec<Vec<A>> = std::iter::from_fn(|| {
        Some(rest.by_ref().take(share).collect::<Vec<A>>()).filter(|some| !some.is_empty())
    })
    .collect();
    std::thread::scope(|scope| {
        let work = &work;
        let hands: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(work).collect::<Vec<B>>()))
            .collect();
        let done = hands
            .into_iter()
            .map(|hand| hand.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault)));
        done.flatten().collect()
    })
}

impl Snapshot {
    fn kill(&mut self, place: Option<(usize, usize)>) {
        let Some((part, at)) = place else { return };
        if let Some(cell) = self.parts.get_mut(part).and_then(|(_, dead)| Arc::make_mut(dead).get_mut(at)) {
            *cell = true;
        }
    }

    fn all_read(&self) -> bool {
        self.alive().all(|entry| entry.whole())
    }

    fn at(&self, place: Option<(usize, usize)>) -> Option<&Arc<Prepared>> {
        let (part, at) = place?;
        self.parts.get(part)?.0.entries.get(at)
    }

    fn alive(&self) -> impl Iterator<Item = &Arc<Prepared>> {
        let all = self.parts.iter().flat_map(|(part, dead)| part.entries.iter().zip(dead.iter()));
        all.filter(|(_, dead)| !**dead).map(|(entry, _)| entry)
    }

    fn push(&mut self, entries: Vec<Arc<Prepared>>, synonyms: &Synonyms) {
        if !entries.is_empty() {
            let dead = vec![false; entries.len()];
            self.parts.push((Arc::new(Part::build(entries, synonyms)), Arc::new(dead)));
        }
    }

    /// Joins parts so that each is at least twice the next: few parts, and every entry is moved only a few times.
    fn compact(&mut self, synonyms: &Synonyms) {
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
            self.push(joined, synonyms);
        }
    }
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
