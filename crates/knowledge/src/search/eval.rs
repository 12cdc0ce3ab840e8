//! Retrieval measured on tables: does the right entry come first, and how fast.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::{Embedder, IndexedEntry, Query, SearchIndex, Settings};

/// The day measurements are taken on; the tables have no validity.
const DAY: Date = date(2026, 1, 1);
const LOOKED_AT: usize = 10;

/// What one run measured. Shares are of all queries, times in milliseconds on one thread.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Number of queries.
    pub queries: usize,
    /// Share with the right entry first.
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    /// Share with it among the first three.
    #[serde(rename = "recall@3")]
    pub recall_3: f64,
    /// Among the first five.
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    /// Among the first ten.
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    /// Mean of one over the rank, 0 beyond ten.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Median time of a search.
    pub p50_ms: f64,
    /// 99th percentile of it.
    pub p99_ms: f64,
    /// Seconds to build the index.
    pub index_s: f64,
}

/// A table cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}：{problem}")]
pub struct TableError {
    path: String,
    problem: String,
}

#[derive(Deserialize)]
struct EntryRow {
    kb_id: String,
    question: String,
    #[serde(default)]
    answer: String,
}

#[derive(Deserialize)]
struct QueryRow {
    query: String,
    gold_kb_id: String,
}

/// Loads entries (`kb_id,question[,answer]`) into an index and asks every query (`qid,query,gold_kb_id`).
///
/// # Errors
/// When a file is missing or lacks a column; the message names file and line.
pub fn retrieval(
    entries: &Path,
    queries: &Path,
    embedder: Option<Arc<dyn Embedder>>,
) -> Result<Report, TableError> {
    let rows: Vec<EntryRow> = read(entries)?;
    let asked: Vec<QueryRow> = read(queries)?;
    let began = Instant::now();
    let index = SearchIndex::new(Settings { deep: embedder, ..Settings::default() });
    index.upsert_all(
        rows.into_iter()
            .map(|row| IndexedEntry {
                id: row.kb_id,
                title: row.question,
                answer: row.answer,
                ..Default::default()
            })
            .collect(),
    );
    let index_s = began.elapsed().as_secs_f64();
    let mut times = Vec::with_capacity(asked.len());
    let mut ranks = Vec::with_capacity(asked.len());
    for row in &asked {
        let began = Instant::now();
        let hits = index.search(&Query { limit: LOOKED_AT, ..Query::new(&row.query, DAY) });
        times.push(began.elapsed().as_secs_f64() * 1e3);
        ranks.push(hits.iter().position(|hit| hit.entry_id == row.gold_kb_id).map(|at| at + 1));
    }
    times.sort_by(f64::total_cmp);
    let count = asked.len().max(1) as f64;
    let share = |within: usize| ranks.iter().flatten().filter(|rank| **rank <= within).count() as f64 / count;
    let percentile =
        |p: f64| times.get(((times.len() as f64 - 1.0) * p).round() as usize).copied().unwrap_or(0.0);
    Ok(Report {
        queries: asked.len(),
        recall_1: share(1),
        recall_3: share(3),
        recall_5: share(5),
        recall_10: share(10),
        mrr_10: ranks.iter().flatten().map(|rank| 1.0 / *rank as f64).sum::<f64>() / count,
        p50_ms: percentile(0.5),
        p99_ms: percentile(0.99),
        index_s,
    })
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>, TableError> {
    let fail = |problem: String| TableError { path: path.display().to_string(), problem };
    let mut reader = csv::Reader::from_path(path).map_err(|error| fail(format!("读不出来：{error}")))?;
    reader
        .deserialize()
        .enumerate()
        .map(|(at, row)| row.map_err(|error| fail(format!("第{}行：{error}", at + 2))))
        .collect()
}
