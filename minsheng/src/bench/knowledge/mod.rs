//! `minsheng bench knowledge`: how fast and how well the library finds, beside what others would take.

mod corpus;
mod rivals;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use jiff::civil::{Date, date};
use kernel::{Clock as _, Ctx, SystemClock};
use knowledge::entry::index;
use knowledge::import::{Format, Mapping, Options as Import, Source};
use knowledge::search::{Query, SearchIndex, Settings};
use knowledge::{Ask, Entry, Library, Target};
use serde_json::{Value, json};
use store::Store;

use super::measured::{Measured, rounded};
use corpus::Corpus;

/// The day asked about; the copies have no validity.
const DAY: Date = date(2026, 1, 1);
const LOOKED_AT: usize = 10;
/// Entries published one by one to see when each is found.
const PUBLISHED: usize = 20;
/// The longest wait for one of them.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// 条目数，用逗号隔开
    #[arg(long, value_delimiter = ',', default_value = "6800,100000")]
    entries: Vec<usize>,
    /// 最多问多少个问题
    #[arg(long, default_value_t = 2_000)]
    questions: usize,
    /// 真实数据的目录；没有就用知识包的内容变化出来
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// 知识包目录
    #[arg(long, default_value = "packs/starter")]
    pack: PathBuf,
    /// 装了 bm25s 和 jieba 的 Python
    #[arg(long, default_value = "python3")]
    python: String,
    /// 只测本程序，不与别的检索比较
    #[arg(long)]
    alone: bool,
}

/// Measures and prints one JSON line for each engine and size.
///
/// # Errors
/// When the pack or the data do not read, or a database refuses.
pub async fn run(options: &Options) -> Result<()> {
    for size in &options.entries {
        let corpus = corpus::corpus(*size, options.questions, &options.pack, &options.data)?;
        println!("{}", marked(ours(&corpus), &corpus));
        println!("{}", marked(stored(&corpus).await?, &corpus));
        if !options.alone {
            println!("{}", marked(rivals::fts5(&corpus).await?, &corpus));
            println!("{}", marked(rivals::bm25s(&corpus, &options.python)?, &corpus));
        }
    }
    Ok(())
}

fn marked(mut line: Value, corpus: &Corpus) -> Value {
    if let Some(fields) = line.as_object_mut() {
        fields.insert("entries".to_owned(), json!(corpus.entries.len()));
        fields.insert("from".to_owned(), json!(corpus.from));
    }
    line
}

/// The index alone, on one thread.
fn ours(corpus: &Corpus) -> Value {
    let before = resident_mib();
    let prepared: Vec<_> = corpus.entries.iter().map(index::of_entry).collect();
    let index = SearchIndex::new(Settings::default());
    let began = Instant::now();
    index.upsert_all(prepared);
    let index_s = began.elapsed().as_secs_f64();
    let after = resident_mib();
    let ask = || {
        let mut measured = Measured::default();
        for (question, gold) in &corpus.questions {
            let began = Instant::now();
            let hits = index.search(&Query { limit: LOOKED_AT, ..Query::new(question, DAY) });
            measured.add(began.elapsed(), hits.iter().position(|hit| hit.entry_id == *gold));
        }
        measured
    };
    let busy = busy_ms();
    let mut measured = ask();
    let cpu_ms = (busy_ms() - busy) / corpus.questions.len().max(1) as f64;
    let mut line = measured.told("minsheng", index_s, corpus.entries.len());
    // What other programs on the machine took away is not the search's.
    measured.quieter(&ask());
    measured.quieter(&ask());
    if let Some(fields) = line.as_object_mut() {
        fields.insert("quiet_p99_ms".to_owned(), json!(measured.at(0.99)));
        fields.insert("cpu_mean_ms".to_owned(), json!(rounded(cpu_ms)));
        fields.insert("index_mib".to_owned(), json!((after - before).round()));
    }
    line
}

/// The whole library over a database: brought in, started anew, published one by one.
async fn stored(corpus: &Corpus) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let ctx = Ctx::system("bench", &SystemClock);
    let store = Store::open(&url).await?;
    store.migrate(&ctx).await?;
    let library = Library::open(store.clone(), Settings::default()).await?;
    let mut lines = Vec::new();
    for entry in &corpus.entries {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
    }
    let import = Import {
        max_bytes: u64::MAX,
        max_rows: u64::MAX,
        ..Import::new("bench.jsonl", Format::Jsonl, Mapping::default())
    };
    let began = Instant::now();
    let report = knowledge::import::run(&library, &ctx, Source::Bytes(lines.into()), &import, |_| {}).await?;
    let import_s = began.elapsed().as_secs_f64();
    drop(library);
    let began = Instant::now();
    let library = Library::open(store.clone(), Settings::default()).await?;
    let reindex_s = began.elapsed().as_secs_f64();
    let other = Library::open(Store::open(&url).await?, Settings::default()).await?;
    let follower = other.follow(Duration::from_millis(500), Arc::new(SystemClock));
    let (mut here, mut there) = (Measured::default(), Measured::default());
    for number in 0..PUBLISHED {
        let entry = fresh(corpus, number)?;
        let (id, title) = (entry.id.clone(), entry.title.clone());
        let began = Instant::now();
        library.entry_create(&ctx, entry).await?;
        found(&library, &id, &title).await?;
        here.add(began.elapsed(), Some(0));
        found(&other, &id, &title).await?;
        there.add(began.elapsed(), Some(0));
    }
    follower.stop().await;
    Ok(json!({
        "engine": "minsheng, library over SQLite", "imported": report.imported, "duplicates": report.duplicates,
        "import_s": rounded(import_s), "reindex_s": rounded(reindex_s), "resident_mib": resident_mib().round(),
        "publish_to_found_p50_ms": here.at(0.5), "publish_to_found_max_ms": here.at(1.0),
        "publish_to_found_on_another_node_max_ms": there.at(1.0),
    }))
}

fn fresh(corpus: &Corpus, number: usize) -> Result<Entry> {
    let like = corpus.entries.first().context("no entries")?;
    let title = format!("第{number}号新设便民服务亭使用办法");
    Ok(Entry {
        id: format!("bench-new-{number}"),
        title,
        questions: Vec::new(),
        tests: Vec::new(),
        ..like.clone()
    })
}

async fn found(library: &Library, id: &str, title: &str) -> Result<()> {
    let began = Instant::now();
    let ask = Ask { text: title, ..Ask::default() };
    let there = |target: &Target| matches!(target, Target::Entry(found) if found == id);
    while !library.search(&ask, SystemClock.now(), 5).iter().any(|one| there(&one.target)) {
        if began.elapsed() > PATIENCE {
            bail!("“{title}”发布{}秒后还搜不到", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// Memory of this process; 0 where the system does not tell.
fn resident_mib() -> f64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// Processor time of this thread; 0 where the system does not tell.
fn busy_ms() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default() / 1e6
}
