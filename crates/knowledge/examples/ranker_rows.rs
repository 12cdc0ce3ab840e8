//! Rows a ranker is trained on: every candidate of every question with its features, to a binary file.
//!
//! `ranker_rows VECTORS OUT tables KB.csv QUERIES.csv`: the tables of `eval retrieval`
//! `ranker_rows VECTORS OUT pack DIR ask N`: one question of each entry is left out of the index and asked (N rotates)
//! `ranker_rows VECTORS OUT pack DIR tests`: the entries' tests
//! `ranker_rows VECTORS OUT pack DIR drop N`: a quarter of the entries is left out and their questions are asked: no right answer
//! `ranker_rows VECTORS OUT pack DIR other FILE`: questions that are no business of the pack, one a line
//!
//! Each row is `[question, candidate, right, features...]`, little-endian: three u32 and then f32.
//! `VECTORS` is a table of n-gram vectors, or `-` for the built-in one. The environment variable `DEEP` names a file of sentence
//! vectors (`teacher.py --dump`) that stands in for the sentence encoder, so that its features are in the rows too.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::date;
use knowledge::search::near::NgramVectors;
use knowledge::search::{Embedder, IndexedClause, IndexedEntry, Query, SearchIndex, Settings};
use language::synonyms::Synonyms;
use serde::Deserialize;

type Fault = Box<dyn Error>;

/// Vectors computed before: width, then per text its length in bytes, the text and its vector.
#[derive(Debug)]
struct Recorded(usize, HashMap<String, Vec<f32>>);

impl Recorded {
    fn read(file: &[u8]) -> Option<Self> {
        let word = |bytes: &[u8]| bytes.first_chunk::<4>().map(|b| u32::from_le_bytes(*b));
        let width = word(file)? as usize;
        let (mut rest, mut all) = (file.get(4..)?, HashMap::new());
        while let Some(length) = word(rest) {
            let (text, after) = rest.get(4..)?.split_at_checked(length as usize)?;
            let (vector, after) = after.split_at_checked(width * 4)?;
            let values = vector.chunks_exact(4).filter_map(word).map(f32::from_bits);
            all.insert(String::from_utf8_lossy(text).into_owned(), values.collect());
            rest = after;
        }
        Some(Self(width, all))
    }
}

impl Embedder for Recorded {
    fn name(&self) -> &'static str {
        "recorded"
    }

    fn dimensions(&self) -> usize {
        self.0
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        let key: String = text.trim().chars().take(120).collect();
        self.1.get(&key).cloned().unwrap_or_else(|| {
            eprintln!("no vector: {key}");
            vec![0.0; self.0]
        })
    }
}

#[derive(Deserialize)]
struct PackEntry {
    id: String,
    title: String,
    #[serde(default)]
    tags: Vec<serde_yaml_ng::Value>,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    questions: Vec<String>,
    #[serde(default)]
    clauses: Vec<PackClause>,
    #[serde(default)]
    tests: Vec<String>,
}

#[derive(Deserialize)]
struct PackClause {
    text: String,
}

fn plain(value: &serde_yaml_ng::Value) -> String {
    value.as_str().map_or_else(|| serde_json::to_string(value).unwrap_or_default(), str::to_owned)
}

/// What is indexed, and what is asked with the id of the right entry.
type Task = (Vec<IndexedEntry>, Vec<(String, String)>);

fn pack(folder: &Path, how: &[String]) -> Result<Task, Fault> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("entries"))?.map(|file| file.map(|f| f.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut entries: Vec<PackEntry> = Vec::new();
    for file in files {
        entries.extend(
            serde_yaml_ng::from_str::<Option<Vec<PackEntry>>>(&fs::read_to_string(file)?)?
                .unwrap_or_default(),
        );
    }
    let mode = how.first().map_or("", String::as_str);
    let number = || how.get(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let (mut indexed, mut asked) = (Vec::new(), Vec::new());
    for (at, entry) in entries.into_iter().enumerate() {
        let mut questions = entry.questions;
        match mode {
            "ask" if questions.len() > 1 => {
                asked.push((questions.remove((number() + at) % questions.len()), entry.id.clone()));
            }
            "tests" => asked.extend(entry.tests.into_iter().map(|test| (test, entry.id.clone()))),
            "drop" if at % 4 == number() => {
                asked.extend(questions.into_iter().map(|question| (question, String::new())));
                continue;
            }
            _ => {}
        }
        let clauses = entry.clauses.into_iter().enumerate();
        indexed.push(IndexedEntry {
            id: entry.id,
            title: entry.title,
            questions,
            tags: entry.tags.iter().map(plain).collect(),
            answer: entry.answer,
            clauses: clauses
                .map(|(n, c)| IndexedClause { id: n.to_string(), text: c.text, ..Default::default() })
                .collect(),
            ..Default::default()
        });
    }
    if mode == "other" {
        let file = how.get(1).ok_or("other FILE")?;
        asked.extend(fs::read_to_string(file)?.lines().map(|line| (line.to_owned(), String::new())));
    }
    Ok((indexed, asked))
}

fn tables(entries: &str, queries: &str) -> Result<Task, Fault> {
    let mut indexed = Vec::new();
    for row in csv::Reader::from_path(entries)?.records() {
        let row = row?;
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        indexed.push(IndexedEntry { id: cell(0), title: cell(1), ..Default::default() });
    }
    let mut asked = Vec::new();
    for row in csv::Reader::from_path(queries)?.records() {
        let row = row?;
        asked.push((row.get(1).unwrap_or_default().to_owned(), row.get(2).unwrap_or_default().to_owned()));
    }
    Ok((indexed, asked))
}

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, vectors, out, kind, rest @ ..] = arguments.as_slice() else {
        return Err("see the head of this file".into());
    };
    let mut settings = Settings::default();
    if vectors != "-" {
        settings.near = Arc::new(NgramVectors::read(&fs::read(vectors)?)?);
    }
    if let Some(file) = std::env::var_os("DEEP") {
        settings.deep = Some(Arc::new(Recorded::read(&fs::read(file)?).ok_or("DEEP is damaged")?));
    }
    let (indexed, asked) = match (kind.as_str(), rest) {
        ("tables", [entries, queries]) => tables(entries, queries)?,
        ("pack", [folder, how @ ..]) => {
            let lexicon = fs::read_to_string(Path::new(folder).join("lexicon/synonyms.yaml"))?;
            settings.synonyms = Arc::new(Synonyms::from_yaml(&lexicon)?);
            pack(Path::new(folder), how)?
        }
        _ => return Err("see the head of this file".into()),
    };
    let index = SearchIndex::new(settings);
    index.upsert_all(indexed);
    let mut file = std::io::BufWriter::new(fs::File::create(out)?);
    for (number, (text, right)) in asked.iter().enumerate() {
        for (at, (id, features)) in index.explain(&Query::new(text, date(2026, 1, 1))).into_iter().enumerate()
        {
            for head in [number, at, usize::from(id == *right)] {
                file.write_all(&(head as u32).to_le_bytes())?;
            }
            for value in features {
                file.write_all(&value.to_le_bytes())?;
            }
        }
    }
    println!("{} questions", asked.len());
    Ok(())
}
