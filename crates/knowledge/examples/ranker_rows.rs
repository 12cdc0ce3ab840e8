//! Rows a ranker is trained on: every candidate of every question with its features, to a binary file.
//!
//! `ranker_rows VECTORS OUT tables KB.csv QUERIES.csv`: the tables of `eval retrieval`
//! `ranker_rows VECTORS OUT pack DIR ask N`: one question of each entry is left out of the index and asked (N rotates)
//! `ranker_rows VECTORS OUT pack DIR tests`: the entries' tests
//! `ranker_rows VECTORS OUT pack DIR drop N`: a quarter of the entries is left out and their questions are asked: no right answer
//! `ranker_rows VECTORS OUT pack DIR other FILE`: questions that are no business of the pack, one a line
//!
//! Each row is `[question, candidate, right, features...]`, little-endian: three u32 and then f32.
//! `VECTORS` is a table of n-gram vectors, or `-` for the built-in one. With the environment variable `DEEP` set the sentence encoder reads
//! too, and its features are in the rows; `DEEP` names a file of known vectors (`minsheng pack DIR --vectors`), or is empty.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::date;
use knowledge::search::meaning::{Known, Meaning};
use knowledge::search::near::NgramVectors;
use knowledge::search::{IndexedClause, IndexedEntry, Query, SearchIndex, Settings};
use language::synonyms::Synonyms;
use serde::Deserialize;

type Fault = Box<dyn Error>;

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
    // Wordings stand in files of their own; with `bare` after the mode they are left out, as they are for whoever writes entries alone.
    if !how.iter().any(|word| word == "bare") {
        let mut wordings: HashMap<String, Vec<String>> = HashMap::new();
        for file in fs::read_dir(folder.join("wordings"))? {
            let text = fs::read_to_string(file?.path())?;
            wordings.extend(
                serde_yaml_ng::from_str::<Option<HashMap<String, Vec<String>>>>(&text)?.unwrap_or_default(),
            );
        }
        for entry in &mut entries {
            entry.questions.extend(wordings.remove(&entry.id).unwrap_or_default());
        }
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
        let file = Path::new(&file);
        let known = if file.is_file() { Known::read(file)? } else { Known::default() };
        settings.deep = Some(Meaning::builtin(known).ok_or("the encoder is damaged")?);
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
    index.read_waiting();
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
