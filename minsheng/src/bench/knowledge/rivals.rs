//! The same entries and questions given to what others would take: SQLite's full-text search in this process, and bm25s with
//! jieba in Python.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};
use knowledge::Entry;
use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::SqlitePoolOptions;

use super::corpus::Corpus;
use crate::bench::measured::Measured;

const LOOKED_AT: usize = 10;

/// What an entry is found by first, and all else that it says.
fn texts(entry: &Entry) -> (String, String) {
    let heads: Vec<&str> =
        std::iter::once(entry.title.as_str()).chain(entry.questions.iter().map(String::as_str)).collect();
    let rest: Vec<&str> = std::iter::once(entry.answer.as_str())
        .chain(entry.tags.iter().map(String::as_str))
        .chain(entry.clauses.iter().map(|clause| clause.text.as_str()))
        .collect();
    (heads.join("\n"), rest.join("\n"))
}

/// SQLite FTS5 with the trigram tokenizer, titles and questions three times the weight of the rest.
///
/// # Errors
/// When SQLite refuses.
pub async fn fts5(corpus: &Corpus) -> Result<Value> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    let began = Instant::now();
    sqlx::query("CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, head, body, tokenize = 'trigram')")
        .execute(&pool)
        .await?;
    let mut tx = pool.begin().await?;
    for entry in &corpus.entries {
        let (head, body) = texts(entry);
        sqlx::query("INSERT INTO docs (id, head, body) VALUES (?, ?, ?)")
            .bind(&entry.id)
            .bind(head)
            .bind(body)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    let index_s = began.elapsed().as_secs_f64();
    let mut measured = Measured::default();
    for (question, gold) in &corpus.questions {
        let began = Instant::now();
        let found = match trigrams(question) {
            None => Vec::new(),
            Some(wanted) => {
                sqlx::query(
                    "SELECT id FROM docs WHERE docs MATCH ? ORDER BY bm25(docs, 0, 3.0, 1.0) LIMIT 10",
                )
                .bind(wanted)
                .fetch_all(&pool)
                .await?
            }
        };
        let ids: Vec<String> = found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        measured.add(began.elapsed(), ids.iter().take(LOOKED_AT).position(|id| id == gold));
    }
    Ok(measured.told("sqlite fts5 trigram", index_s, corpus.entries.len()))
}

/// Any of the question's runs of three characters.
fn trigrams(question: &str) -> Option<String> {
    let chars: Vec<char> = question.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut wanted: Vec<String> = chars.windows(3).map(|run| run.iter().collect::<String>()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let quoted: Vec<String> = wanted.iter().map(|run| format!("\"{run}\"")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" OR "))
}

/// bm25s with jieba, by `tools/bench/bm25s_search.py`; why not, where Python or the packages are missing.
///
/// # Errors
/// When the files for it cannot be written.
pub fn bm25s(corpus: &Corpus, python: &str) -> Result<Value> {
    let skipped = |why: String| json!({ "engine": "bm25s + jieba", "skipped": why });
    let Some(script) = script() else {
        return Ok(skipped("没有找到 tools/bench/bm25s_search.py，请在项目目录里运行".to_owned()));
    };
    let folder = tempfile::tempdir()?;
    let (docs, questions) = (folder.path().join("docs.jsonl"), folder.path().join("questions.jsonl"));
    let mut out = std::io::BufWriter::new(std::fs::File::create(&docs)?);
    for entry in &corpus.entries {
        let (head, body) = texts(entry);
        writeln!(out, "{}", json!({ "id": entry.id, "text": format!("{head}\n{body}") }))?;
    }
    out.flush()?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(&questions)?);
    for (question, gold) in &corpus.questions {
        writeln!(out, "{}", json!({ "text": question, "gold": gold }))?;
    }
    out.flush()?;
    let done = match Command::new(python).arg(script).arg(&docs).arg(&questions).output() {
        Ok(done) => done,
        Err(error) => return Ok(skipped(format!("{python} 不能运行（{error}）"))),
    };
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let last = said.lines().last().unwrap_or_default();
        return Ok(skipped(format!("{last}；请先 pip install bm25s jieba，或用 --python 指明装好的解释器")));
    }
    let line = String::from_utf8_lossy(&done.stdout);
    serde_json::from_str(line.trim()).with_context(|| format!("bm25s_search.py: {line}"))
}

fn script() -> Option<PathBuf> {
    let here = Path::new("tools/bench/bm25s_search.py");
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(here);
    [here.to_owned(), home].into_iter().find(|path| path.is_file())
}
