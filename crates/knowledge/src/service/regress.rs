//! Tests of knowledge: questions that must find their entry. Publishing runs those it can touch.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use kernel::{Ctx, Micros};
use serde::Serialize;

use super::Library;
use super::shelf::Shelf;
use crate::KnowledgeError;
use crate::entry::{Fault, index};
use crate::model::{EVERYWHERE, Entry, EntryRecord, Status, Target};
use crate::search::{Query, SearchIndex};

/// Entries that share words with a changed one are looked for by so many of its wordings, so many for each.
const WORDINGS: usize = 8;
const NEIGHBOURS: usize = 8;
/// Findings looked through for the first entry: scenarios stand between.
const LOOKED_AT: usize = 12;

/// A test that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenTest {
    /// The question.
    pub question: String,
    /// The entry it must find.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// What is found instead: id and title.
    pub found: Option<(String, String)>,
}

impl fmt::Display for BrokenTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”应由《{}》回答，", self.question, self.title)?;
        match &self.found {
            Some((_, title)) => write!(f, "会变成《{title}》"),
            None => f.write_str("会找不到答案"),
        }
    }
}

/// What running tests gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TestRun {
    /// Tests run.
    pub tests: usize,
    /// Those that find their entry.
    pub right: usize,
    /// Those that a change would break, or new ones that fail. For a run over what is in use: all that fail.
    pub broken: Vec<BrokenTest>,
    /// Those that failed before and fail still.
    pub still_wrong: Vec<BrokenTest>,
    /// Entries whose tests were run.
    pub entries: usize,
}

impl Library {
    /// Runs the tests that publishing an entry can touch: its own and those of the entries nearest to it.
    ///
    /// # Errors
    /// When the work could not be finished.
    pub async fn tests_touched(&self, entry: &Entry, now: Micros) -> Result<TestRun, KnowledgeError> {
        let (library, entry) = (self.clone(), entry.clone());
        Ok(tokio::task::spawn_blocking(move || library.touched(&entry, now.day())).await.unwrap_or_default())
    }

    /// Refuses an entry that would break tests.
    pub(super) async fn breaks_nothing(&self, entry: &Entry, now: Micros) -> Result<(), KnowledgeError> {
        let run = self.tests_touched(entry, now).await?;
        if run.broken.is_empty() { Ok(()) } else { Err(KnowledgeError::Breaks(run.broken)) }
    }

    /// Makes a caller's question a test of an entry, masked, and a way of asking for it where wanted. A test changes nothing that is
    /// said and so needs no second person.
    ///
    /// # Errors
    /// When the question does not find the entry, there is no such, or the actor may not.
    pub async fn test_add(
        &self,
        ctx: &Ctx,
        id: &str,
        question: &str,
        as_wording: bool,
    ) -> Result<EntryRecord, KnowledgeError> {
        let question: String = question.trim().chars().filter(|c| !c.is_control()).collect();
        let question = security::mask_text(&question);
        let record = self.entry_get(ctx, id).await?;
        let mut entry = record.entry.clone();
        if record.status == Status::Withdrawn {
            let message = "条目已经撤下，不能再加测试问题。";
            return Err(KnowledgeError::Faulty(vec![Fault::new("id", message)]));
        }
        let held = [(&mut entry.tests, true), (&mut entry.questions, as_wording)];
        for (list, wanted) in held {
            if wanted && !list.contains(&question) {
                list.push(question.clone());
            }
        }
        if entry == record.entry {
            return Ok(record);
        }
        self.entry_retest(ctx, entry, record.revision).await
    }

    /// Runs every test of every entry in use and in force on the day.
    pub fn tests_all(&self, now: Micros) -> TestRun {
        let (shelf, day) = (self.shelf(), now.day());
        let mut run = TestRun::default();
        let mut ids: Vec<&String> = shelf.entries.keys().collect();
        ids.sort_unstable();
        for entry in ids.into_iter().filter_map(|id| shelf.entries.get(id)).map(|record| &record.entry) {
            if entry.tests.is_empty() || entry.card(None, day).is_none() {
                continue;
            }
            run.entries += 1;
            for question in &entry.tests {
                run.tests += 1;
                match self.failing(&self.0.index, &shelf, None, entry, question, day) {
                    None => run.right += 1,
                    Some(broken) => run.broken.push(broken),
                }
            }
        }
        run
    }

    fn touched(&self, entry: &Entry, day: Date) -> TestRun {
        let shelf = self.shelf();
        let before = shelf.entries.get(&entry.id).map(|record| &record.entry);
        let after = self.0.index.imagined(vec![index::of_entry(entry)], &[]);
        let mut run = TestRun::default();
        // An entry that is not in force on the day answers nobody yet and cannot be tested today.
        let own = Some(entry).filter(|entry| entry.card(None, day).is_some());
        let near = self.near(entry, before, day);
        let others = near.iter().filter_map(|id| shelf.entries.get(id)).map(|record| &record.entry);
        for tested in own.into_iter().chain(others) {
            run.entries += 1;
            for question in &tested.tests {
                run.tests += 1;
                let Some(broken) = self.failing(&after, &shelf, Some(entry), tested, question, day) else {
                    run.right += 1;
                    continue;
                };
                let known = tested.id != entry.id
                    || before.is_some_and(|before| before.tests.iter().any(|known| known == question));
                let failed =
                    known && self.failing(&self.0.index, &shelf, None, tested, question, day).is_some();
                if failed { run.still_wrong.push(broken) } else { run.broken.push(broken) }
            }
        }
        run
    }

    /// The entries nearest to a changed one, as it was and as it is to be.
    fn near(&self, entry: &Entry, before: Option<&Entry>, day: Date) -> BTreeSet<String> {
        let wordings = |entry: &Entry| -> Vec<String> {
            let all = std::iter::once(&entry.title).chain(&entry.questions).chain(&entry.tests);
            all.take(WORDINGS).cloned().collect()
        };
        let mut asked = wordings(entry);
        asked.extend(before.map(wordings).unwrap_or_default());
        asked.sort_unstable();
        asked.dedup();
        let mut near = BTreeSet::new();
        for text in asked {
            let hits = self.0.index.search(&Query { limit: NEIGHBOURS, ..Query::new(text, day) });
            near.extend(hits.into_iter().filter_map(|hit| match index::target(&hit.entry_id) {
                Target::Entry(id) if id != entry.id => Some(id),
                _ => None,
            }));
        }
        near
    }

    /// The failure of a test in an index, none when it finds its entry. Asked from where the entry holds.
    fn failing(
        &self,
        among: &SearchIndex,
        shelf: &Shelf,
        changed: Option<&Entry>,
        tested: &Entry,
        question: &str,
        day: Date,
    ) -> Option<BrokenTest> {
        let region = (tested.region != EVERYWHERE)
            .then(|| self.vocabulary().path_of(&tested.region).unwrap_or_else(|| tested.region.clone()));
        let hits = among.search(&Query { limit: LOOKED_AT, region, ..Query::new(question, day) });
        let first = hits.into_iter().find_map(|hit| match index::target(&hit.entry_id) {
            Target::Entry(id) => Some(id),
            Target::Scenario(_) => None,
        });
        if first.as_ref() == Some(&tested.id) {
            return None;
        }
        let title = |id: &str| match changed.filter(|entry| entry.id == id) {
            Some(entry) => entry.title.clone(),
            None => shelf.entries.get(id).map_or_else(|| id.to_owned(), |record| record.entry.title.clone()),
        };
        Some(BrokenTest {
            question: question.to_owned(),
            entry_id: tested.id.clone(),
            title: tested.title.clone(),
            found: first.map(|id| (id.clone(), title(&id))),
        })
    }
}
