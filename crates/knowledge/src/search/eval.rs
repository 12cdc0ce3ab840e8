//! Retrieval measured on tables: does the right entry come first, and how fast.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::abstention::{Answered, Judge, Outcome, SAYS, of_all, of_answered, outcome};
use super::passages::{Passage, Passages, character_f1};
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
    /// Mean processor time of a search, where the system tells it.
    pub cpu_mean_ms: f64,
    /// 99th percentile of each query's shortest time of three: what is left when other programs do not interfere.
    pub quiet_p99_ms: f64,
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
    let asked: Vec<QueryRow> = read(queries)?;
    let began = Instant::now();
    let index = loaded(entries, embedder)?;
    let index_s = began.elapsed().as_secs_f64();
    let mut times = Vec::with_capacity(asked.len());
    let mut ranks = Vec::with_capacity(asked.len());
    let busy = cpu_ms();
    for row in &asked {
        let began = Instant::now();
        let hits = index.search(&Query { limit: LOOKED_AT, ..Query::new(&row.query, DAY) });
        times.push(began.elapsed().as_secs_f64() * 1e3);
        ranks.push(hits.iter().position(|hit| hit.entry_id == row.gold_kb_id).map(|at| at + 1));
    }
    let count = asked.len().max(1) as f64;
    let cpu_mean_ms = (cpu_ms() - busy) / count;
    let again = || {
        asked.iter().map(|row| {
            let began = Instant::now();
            drop(index.search(&Query { limit: LOOKED_AT, ..Query::new(&row.query, DAY) }));
            began.elapsed().as_secs_f64() * 1e3
        })
    };
    let mut quiet: Vec<f64> =
        times.iter().zip(again()).zip(again()).map(|((a, b), c)| a.min(b).min(c)).collect();
    let share = |within: usize| ranks.iter().flatten().filter(|rank| **rank <= within).count() as f64 / count;
    Ok(Report {
        queries: asked.len(),
        recall_1: share(1),
        recall_3: share(3),
        recall_5: share(5),
        recall_10: share(10),
        mrr_10: ranks.iter().flatten().map(|rank| 1.0 / *rank as f64).sum::<f64>() / count,
        p50_ms: percentile(&mut times, 0.5),
        p99_ms: percentile(&mut times, 0.99),
        cpu_mean_ms,
        quiet_p99_ms: percentile(&mut quiet, 0.99),
        index_s,
    })
}

fn loaded(entries: &Path, embedder: Option<Arc<dyn Embedder>>) -> Result<SearchIndex, TableError> {
    let rows: Vec<EntryRow> = read(entries)?;
    let index = SearchIndex::new(Settings::default().with_embedder(embedder));
    let entry = |row: EntryRow| IndexedEntry {
        id: row.kb_id,
        title: row.question,
        answer: row.answer,
        ..Default::default()
    };
    index.upsert_all(rows.into_iter().map(entry).collect());
    index.read_waiting();
    Ok(index)
}

/// Processor time of this thread so far, in milliseconds; 0 where the system does not tell.
fn cpu_ms() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

/// What thresholds do on questions they were not fitted on.
#[derive(Debug, Clone, Serialize)]
pub struct AbstentionReport {
    /// Questions the thresholds were fitted on.
    pub dev: usize,
    /// Questions they were tried on.
    pub test: usize,
    /// By target.
    pub targets: Vec<AbstentionTarget>,
}

/// One promise and how it was kept.
#[derive(Debug, Clone, Serialize)]
pub struct AbstentionTarget {
    /// Wrong answers allowed.
    pub target: f64,
    /// The threshold for wrong answers of all questions, by conformal risk control.
    #[serde(flatten)]
    pub of_all: Outcome,
    /// The threshold for wrong answers of the answered questions, by Learn then Test.
    pub of_answered: Outcome,
}

/// Fits thresholds on `dev` and tries them on `test` (both `qid,query,gold_kb_id`; an empty gold: nothing is right).
///
/// Two in five dev questions teach a [`Judge`] of this collection, the rest set the thresholds.
///
/// # Errors
/// When a file is missing or lacks a column; the message names file and line.
pub fn abstention(entries: &Path, dev: &Path, test: &Path) -> Result<AbstentionReport, TableError> {
    let index = loaded(entries, None)?;
    let ask = |row: &QueryRow| {
        let hits = index.search(&Query { limit: 2, ..Query::new(&row.query, DAY) });
        let score = |at: usize| hits.get(at).map_or(0.0, |hit| f64::from(hit.score));
        let sure = hits.first().map_or(0.0, |hit| f64::from(hit.confidence)).clamp(1e-6, 1.0 - 1e-6);
        let ahead = if hits.len() > 1 { score(0) - score(1) } else { 0.0 };
        let right = hits.first().is_some_and(|hit| hit.entry_id == row.gold_kb_id);
        ([(sure / (1.0 - sure)).ln(), score(0), ahead.clamp(-3.0, 3.0)], right)
    };
    let known: Vec<_> = read::<QueryRow>(dev)?.iter().map(ask).collect();
    let tried: Vec<_> = read::<QueryRow>(test)?.iter().map(ask).collect();
    let teaches = |at: usize| at % 5 < 2;
    let numbered = || known.iter().copied().enumerate();
    let lessons: Vec<_> = numbered().filter(|(at, _)| teaches(*at)).map(|(_, row)| row).collect();
    let judge = Judge::learn(&lessons);
    let judged = |(says, right): ([f64; SAYS], bool)| Answered { confidence: judge.confidence(&says), right };
    let fitted: Vec<_> = numbered().filter(|(at, _)| !teaches(*at)).map(|(_, row)| judged(row)).collect();
    let tried: Vec<_> = tried.into_iter().map(judged).collect();
    let targets = [0.02, 0.05, 0.1].map(|target| AbstentionTarget {
        target,
        of_all: outcome(&tried, of_all(&fitted, target)),
        of_answered: outcome(&tried, of_answered(&fitted, target)),
    });
    Ok(AbstentionReport { dev: known.len(), test: tried.len(), targets: targets.to_vec() })
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

/// What a measurement over raw documents found.
#[derive(Debug, Clone, Serialize)]
pub struct PassageReport {
    /// Number of questions.
    pub questions: usize,
    /// Share with the right document first.
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    /// Share with it among the first five.
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    /// Mean character F1 between the best clause of the first document and the right answer.
    pub clause_f1: f64,
    /// 99th percentile of the time of a search.
    pub p99_ms: f64,
}

#[derive(Deserialize)]
struct DocumentRow {
    docid: String,
    text: String,
}

#[derive(Deserialize)]
struct QuestionRow {
    question: String,
    docid: String,
    #[serde(default)]
    answer: String,
}

/// Splits raw documents (`docid,text`) into clauses and asks every question (`id,question,docid,answer`).
///
/// # Errors
/// When a file is missing or lacks a column; the message names file and line.
pub fn passages(documents: &Path, questions: &Path) -> Result<PassageReport, TableError> {
    let rows: Vec<DocumentRow> = read(documents)?;
    let asked: Vec<QuestionRow> = read(questions)?;
    let passages = Passages::build(rows.iter().map(|row| row.text.as_str()));
    let (mut times, mut ranks, mut f1) = (Vec::new(), Vec::new(), 0.0);
    for row in &asked {
        let began = Instant::now();
        let found = passages.search(&row.question, 5);
        times.push(began.elapsed().as_secs_f64() * 1e3);
        let id = |passage: &Passage| rows.get(passage.document).map(|row| row.docid.as_str());
        ranks.push(found.iter().position(|passage| id(passage) == Some(row.docid.as_str())));
        f1 += found.first().map_or(0.0, |first| character_f1(&first.text, &row.answer));
    }
    let count = asked.len().max(1) as f64;
    let share = |within: usize| ranks.iter().flatten().filter(|rank| **rank < within).count() as f64 / count;
    Ok(PassageReport {
        questions: asked.len(),
        recall_1: share(1),
        recall_5: share(5),
        clause_f1: f1 / count,
        p99_ms: percentile(&mut times, 0.99),
    })
}

/// A percentile of times; sorts them.
fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(((times.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(0.0)
}
