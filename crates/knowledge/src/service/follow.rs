//! Keeping memory and index true to the rows, whoever changed them.
//!
//! Each writing transaction takes the next revision of its collection and so locks it: revisions become visible in order,
//! and everything above the last one seen is what was missed.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use kernel::{Clock, Ctx};
use sqlx::Row as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Library;
use super::rows::{StoredEntry, StoredScenario};
use super::shelf::Shelf;
use crate::KnowledgeError;
use crate::entry::index;
use crate::events::{Revisions, WAKE};
use crate::model::{EntryRecord, ScenarioRecord, Status};
use crate::search::IndexedEntry;
use crate::sql;

/// How often views counted in memory are written.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// From how many entries on several processors prepare them for the index.
const WORTH_SHARING: usize = 1_000;
/// How often the names of domains and places are read anew.
const NAMES_EVERY: Duration = Duration::from_secs(10);

/// The background work of a node's libraries: following other nodes, writing views.
#[derive(Debug)]
pub struct Follower {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Ends the work and writes what was counted.
    pub async fn stop(self) {
        // The task has ended already when nobody listens.
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

impl Library {
    /// Applies, at least every `interval`, what this and other nodes have changed.
    pub fn follow(&self, interval: Duration, clock: Arc<dyn Clock>) -> Follower {
        let (stop, mut stopped) = watch::channel(false);
        let library = self.clone();
        let task = tokio::spawn(async move {
            let mut wakeups = library.store().wakeups(&[WAKE]);
            let (mut flushed, mut named) = (Instant::now(), Instant::now());
            while !*stopped.borrow() {
                tokio::select! {
                    () = wakeups.next(interval) => {}
                    // A follower that was dropped ends too.
                    told = stopped.changed() => if told.is_err() { break },
                }
                if let Err(error) = library.drafts_publish_due(clock.as_ref()).await {
                    tracing::warn!(%error, "scheduled entries are published later");
                }
                if let Err(error) = library.catch_up().await {
                    tracing::warn!(%error, "changes of the library are late");
                }
                if flushed.elapsed() >= FLUSH_EVERY {
                    library.flush(clock.as_ref()).await;
                    flushed = Instant::now();
                }
                if named.elapsed() >= NAMES_EVERY {
                    if let Err(error) = library.vocabulary_load().await {
                        tracing::warn!(%error, "the names of domains and places are read later");
                    }
                    named = Instant::now();
                }
            }
            library.flush(clock.as_ref()).await;
        });
        Follower { stop, task }
    }

    async fn flush(&self, clock: &dyn Clock) {
        if let Err(error) = self.views_flush(&Ctx::system("knowledge", clock)).await {
            tracing::warn!(%error, "views of entries are written later");
        }
    }

    /// Applies what has been changed since the last time. Cheap when nothing has.
    ///
    /// # Errors
    /// When the database refuses; the next call applies what this one did not.
    pub async fn catch_up(&self) -> Result<Revisions, KnowledgeError> {
        let mut seen = Arc::clone(&self.0.seen).lock_owned().await;
        let now = self.revisions().await?;
        if now == *seen {
            return Ok(now);
        }
        let mut news = News::default();
        if now.entries > seen.entries {
            let rows: Vec<StoredEntry> =
                sqlx::query_as(sql::ENTRY_SINCE).bind(seen.entries).fetch_all(self.store().read()).await?;
            for row in rows {
                news.add_entry(row);
            }
        }
        if now.scenarios > seen.scenarios {
            let rows: Vec<StoredScenario> = sqlx::query_as(sql::SCENARIO_SINCE)
                .bind(seen.scenarios)
                .fetch_all(self.store().read())
                .await?;
            for row in rows {
                news.add_scenario(row);
            }
        }
        let library = self.clone();
        // Preparing thousands of entries for the index takes long enough to hold up other tasks. The lock goes along: a caller
        // that is dropped meanwhile must not let a later change be applied first.
        let applied = tokio::task::spawn_blocking(move || {
            library.apply(&news);
            *seen = now;
            library.0.told.send_replace(now);
        });
        if let Err(error) = applied.await {
            tracing::error!(%error, "changes of the library could not be applied");
        }
        Ok(now)
    }

    /// Preparing is most of the work and each entry is prepared by itself: many are shared among the processors.
    fn put_into_index(&self, entries: Vec<IndexedEntry>) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        if entries.len() < WORTH_SHARING || threads == 1 {
            self.0.index.upsert_all(entries);
            return self.read_waiting();
        }
        let share = entries.len().div_ceil(threads);
        let mut entries = entries.into_iter();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let part: Vec<IndexedEntry> = entries.by_ref().take(share).collect();
                scope.spawn(|| self.0.index.upsert_all(part));
            }
        });
        self.read_waiting();
    }

    /// Lets the encoder read beside everything else what was too much to be read at once.
    fn read_waiting(&self) {
        if self.0.index.is_read() || self.0.reading.swap(true, Ordering::AcqRel) {
            return;
        }
        let library = self.clone();
        std::thread::spawn(move || {
            while !library.0.index.is_read() {
                library.0.index.read_waiting();
            }
            library.0.reading.store(false, Ordering::Release);
        });
    }

    async fn revisions(&self) -> Result<Revisions, KnowledgeError> {
        let mut revisions = Revisions::default();
        for row in sqlx::query(sql::REVISION_ALL).fetch_all(self.store().read()).await? {
            let (name, revision): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            match name.as_str() {
                "entries" => revisions.entries = revision,
                _ => revisions.scenarios = revision,
            }
        }
        Ok(revisions)
    }

    fn apply(&self, news: &News) {
        // Found but not yet on the shelf is skipped by a search; on the shelf but not yet found is not missed by anybody.
        let mut shelf = self.0.shelf.write().unwrap_or_else(PoisonError::into_inner);
        news.put_on(Arc::make_mut(&mut shelf));
        drop(shelf);
        let (put, gone) = news.for_index();
        self.put_into_index(put);
        for key in gone {
            self.0.index.remove(&key);
        }
    }
}

/// Rows changed since a revision; none where the row is out of use or does not read.
#[derive(Default)]
struct News {
    entries: HashMap<String, Option<Arc<EntryRecord>>>,
    scenarios: HashMap<String, Option<Arc<ScenarioRecord>>>,
}

impl News {
    fn add_entry(&mut self, row: StoredEntry) {
        let id = row.id.clone();
        let record = match row.record() {
            Ok(record) => Some(record).filter(|record| record.status == Status::Published),
            Err(error) => {
                tracing::error!(%id, %error, "an entry does not read and is left out");
                None
            }
        };
        self.entries.insert(id, record.map(Arc::new));
    }

    fn add_scenario(&mut self, row: StoredScenario) {
        let id = row.id.clone();
        let record = match row.record() {
            Ok(record) => Some(record).filter(|record| record.status == Status::Published),
            Err(error) => {
                tracing::error!(%id, %error, "a scenario does not read and is left out");
                None
            }
        };
        self.scenarios.insert(id, record.map(Arc::new));
    }

    fn put_on(&self, shelf: &mut Shelf) {
        for (id, record) in &self.entries {
            match record {
                Some(record) => shelf.entries.insert(id.clone(), Arc::clone(record)),
                None => shelf.entries.remove(id),
            };
        }
        for (id, record) in &self.scenarios {
            match record {
                Some(record) => shelf.scenarios.insert(id.clone(), Arc::clone(record)),
                None => shelf.scenarios.remove(id),
            };
        }
    }

    /// What to put into the index and what to take out of it.
    fn for_index(&self) -> (Vec<IndexedEntry>, Vec<String>) {
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        for (id, record) in &self.entries {
            match record {
                Some(record) => put.push(index::of_entry(&record.entry)),
                None => gone.push(id.clone()),
            }
        }
        for (id, record) in &self.scenarios {
            match record {
                Some(record) => {
                    put.push(index::of_scenario(id, &record.title, &record.domain, &record.triggers));
                }
                None => gone.push(index::scenario_key(id)),
            }
        }
        (put, gone)
    }
}
