//! `minsheng train classifier` and `minsheng eval classifier`: which of a site's labels a ticket belongs to.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use language::classify::{Classifier, Columns, evaluate, samples, train};
use serde_json::json;

/// Which columns of a table hold what.
#[derive(Debug, Args)]
pub struct Table {
    /// CSV（UTF-8），一行一件
    #[arg(long)]
    input: PathBuf,
    /// 正文列；几列连起来读用逗号隔开，如 title,body
    #[arg(long, default_value = "body")]
    text: String,
    /// 标签列
    #[arg(long, default_value = "label")]
    label: String,
}

impl Table {
    fn read(&self) -> Result<Vec<language::classify::Sample>> {
        let columns = Columns { text: self.text.clone(), label: self.label.clone() };
        let (rows, unlabelled) = samples(&self.input, &columns)?;
        if unlabelled > 0 {
            eprintln!("有{unlabelled}行没有标签，已略过");
        }
        Ok(rows)
    }
}

/// Trains on a table and writes the classifier; the last line of standard output is one JSON object.
pub fn learn(table: &Table, out: &Path) -> Result<()> {
    let start = Instant::now();
    let trained = train(&table.read()?)?;
    let bytes = trained.classifier.save(out)?;
    let secs = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let mut line = serde_json::to_value(&trained)?;
    if let Some(line) = line.as_object_mut() {
        line.insert("labels".to_owned(), json!(trained.classifier.labels().len()));
        line.insert("bytes".to_owned(), json!(bytes));
        line.insert("secs".to_owned(), json!(secs));
    }
    println!("{line}");
    Ok(())
}

/// Measures a classifier on a table; the last line of standard output is one JSON object.
pub fn measure(model: &Path, table: &Table) -> Result<()> {
    let classifier = Classifier::load(model)?;
    let outcome = evaluate(&classifier, &table.read()?);
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}
