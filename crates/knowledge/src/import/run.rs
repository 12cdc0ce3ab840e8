//! The import itself: a thread reads rows and makes entries of them, the caller's task writes them in batches.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Ctx;
use security::{Permission, authorise};
use serde_json::json;
use tokio::sync::mpsc;

use super::convert::{Converter, key};
use super::decode::Source;
use super::mapping::Mapping;
use super::report::{Progress, Report};
use super::rows::{self, Content, Format, Row};
use crate::KnowledgeError;
use crate::entry::{Fault, Vocabulary, validate::id_is_sound};
use crate::model::Entry;
use crate::service::Library;
use crate::writer::{BATCH, Done, Writer};

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// By which the import is known when it is repeated: the file's name.
    pub name: String,
    /// The form of the table.
    pub format: Format,
    /// Which column holds what.
    pub mapping: Mapping,
    /// Before every id: small letters, digits and hyphens.
    pub prefix: String,
    /// Check everything, write nothing.
    pub dry_run: bool,
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// The most rows.
    pub max_rows: u64,
}

impl Options {
    /// Options for a table of a name and form: 64 MiB and 200,000 rows at most.
    pub fn new(name: impl Into<String>, format: Format, mapping: Mapping) -> Self {
        Self {
            name: name.into(),
            format,
            mapping,
            prefix: "daoru".to_owned(),
            dry_run: false,
            max_bytes: 64 * 1024 * 1024,
            max_rows: 200_000,
        }
    }
}

/// Imports a table. `progress` is called after each batch.
///
/// # Errors
/// When the table as a whole cannot be used, the actor may not, or the database refuses. Batches committed before stay; the same
/// call again goes on after them.
pub async fn run(
    library: &Library,
    ctx: &Ctx,
    source: Source,
    options: &Options,
    mut progress: impl FnMut(Progress),
) -> Result<Report, KnowledgeError> {
    authorise(ctx, Permission::KnowledgePublish, None)?;
    let of_bytes = check(&source, options)?;
    let read = Arc::new(AtomicU64::new(0));
    let (sender, mut batches) = mpsc::channel::<Result<Batch, Fault>>(2);
    let reader = Reader {
        asked: asked(library),
        vocabulary: library.vocabulary(),
        options: options.clone(),
        read: Arc::clone(&read),
    };
    tokio::task::spawn_blocking(move || reader.send(&source, &sender));
    let origin = format!("import:{}", options.name);
    let mut report = Report { dry_run: options.dry_run, ..Report::default() };
    while let Some(batch) = batches.recv().await {
        let batch = batch.map_err(|fault| KnowledgeError::Faulty(vec![fault]))?;
        write(library, ctx, &origin, batch, &mut report).await?;
        progress(Progress { rows: report.rows, bytes: read.load(Ordering::Relaxed).min(of_bytes), of_bytes });
    }
    report.refused.sort_by_key(|note| note.row);
    Ok(report)
}

fn check(source: &Source, options: &Options) -> Result<u64, KnowledgeError> {
    let fault = |field: &str, message: String| KnowledgeError::Faulty(vec![Fault::new(field, message)]);
    let size =
        source.size().map_err(|error| fault("file", format!("文件打不开（{error}），请检查后重试。")))?;
    if size > options.max_bytes {
        let most = options.max_bytes.div_ceil(1024 * 1024);
        return Err(fault("file", format!("文件超过{most}MB，请拆成几个文件分次导入。")));
    }
    if size == 0 {
        return Err(fault("file", "文件是空的，请核对后重新选择。".to_owned()));
    }
    if !id_is_sound(&options.prefix) || options.prefix.len() > 30 {
        return Err(fault("prefix", "编号前缀只能用小写字母、数字和连字符，不超过30个字符。".to_owned()));
    }
    if options.name.trim().is_empty() || options.name.chars().any(char::is_control) {
        return Err(fault("name", "请给这次导入起个名字，如文件名。".to_owned()));
    }
    let whole_entries = matches!(options.format, Format::Yaml | Format::Jsonl);
    if !whole_entries && (options.mapping.title.is_none() || options.mapping.answer.is_none()) {
        return Err(fault(
            "mapping",
            "对应关系里至少要指定标题（title）和答案（answer）是哪一列。".to_owned(),
        ));
    }
    Ok(size)
}

/// Every question the library answers already, with the entry.
fn asked(library: &Library) -> HashMap<String, String> {
    let shelf = library.shelf();
    let mut asked = HashMap::new();
    for record in shelf.entries.values() {
        let entry = &record.entry;
        for question in std::iter::once(&entry.title).chain(&entry.questions) {
            asked.insert(key(question, &entry.region), entry.id.clone());
        }
    }
    asked
}

/// Rows that have been looked at.
#[derive(Default)]
struct Batch {
    entries: Vec<(u64, Entry)>,
    report: Report,
}

struct Reader {
    asked: HashMap<String, String>,
    vocabulary: Arc<Vocabulary>,
    options: Options,
    read: Arc<AtomicU64>,
}

impl Reader {
    /// Sends every row on, in batches; stops when nobody listens.
    fn send(mut self, source: &Source, sender: &mpsc::Sender<Result<Batch, Fault>>) {
        if let Err(fault) = self.batches(source, |batch| sender.blocking_send(Ok(batch)).is_ok()) {
            // Nobody listens any more: nobody is to be told.
            let _ = sender.blocking_send(Err(fault));
        }
    }

    fn batches(&mut self, source: &Source, mut send: impl FnMut(Batch) -> bool) -> Result<(), Fault> {
        let options = self.options.clone();
        let vocabulary = Arc::clone(&self.vocabulary);
        let converter =
            Converter { mapping: &options.mapping, vocabulary: &vocabulary, prefix: &options.prefix };
        let (text, encoding) = source.text(Arc::clone(&self.read))?;
        let mut seen = Seen::default();
        let mut batch = Batch::default();
        for row in rows::open(text, options.format, &options.mapping)? {
            if seen.rows >= options.max_rows {
                let message = format!("超过{}行，请拆成几个文件分次导入。前面的行已处理。", options.max_rows);
                return Err(Fault::new("file", message));
            }
            seen.rows += 1;
            batch.report.rows += 1;
            encoding.clone_into(&mut batch.report.encoding);
            self.row(row, &converter, &mut seen, &mut batch);
            if batch.report.rows >= BATCH as u64 && !send(std::mem::take(&mut batch)) {
                return Ok(());
            }
        }
        if seen.rows == 0 {
            return Err(Fault::new("file", "文件里没有可导入的行，请核对后重新选择。"));
        }
        if batch.report.rows > 0 {
            send(batch);
        }
        Ok(())
    }

    fn row(&self, row: Row, converter: &Converter<'_>, seen: &mut Seen, batch: &mut Batch) {
        let number = row.number;
        let entry = match row.content.and_then(|content: Content| converter.entry(content)) {
            Ok(entry) => entry,
            Err(why) => return batch.report.refuse(number, why),
        };
        let key = key(&entry.title, &entry.region);
        if let Some(before) = seen.asked.get(&key) {
            return batch.report.duplicate(number, format!("与第{before}行问的是同一件事。"));
        }
        if let Some(known) = self.asked.get(&key).filter(|known| **known != entry.id) {
            return batch.report.duplicate(number, format!("知识库里已有这个问题，条目编号是{known}。"));
        }
        if let Some(before) = seen.ids.insert(entry.id.clone(), number) {
            return batch.report.refuse(number, format!("编号与第{before}行相同，请改成不同的编号。"));
        }
        seen.asked.insert(key, number);
        batch.entries.push((number, entry));
    }
}

/// What earlier rows held.
#[derive(Default)]
struct Seen {
    rows: u64,
    asked: HashMap<String, u64>,
    ids: HashMap<String, u64>,
}

async fn write(
    library: &Library,
    ctx: &Ctx,
    origin: &str,
    batch: Batch,
    report: &mut Report,
) -> Result<(), KnowledgeError> {
    let Batch { entries, report: read } = batch;
    report.rows += read.rows;
    report.encoding = read.encoding;
    for note in read.refused {
        report.refuse(note.row, note.why);
    }
    for note in read.duplicate_rows {
        report.duplicate(note.row, note.why);
    }
    let (mut imported, mut updated) = (0, 0);
    let mut writer = Writer::begin(library.store(), ctx, origin).await?;
    for (number, entry) in entries {
        if library.may_publish(ctx, &entry.region).is_err() {
            report.refuse(number, format!("“{}”不在您的管辖范围内。", entry.region));
            continue;
        }
        match writer.entry(&entry).await? {
            Done::Added => imported += 1,
            Done::Updated => updated += 1,
            Done::Unchanged => report.unchanged += 1,
            Done::Edited => report.refuse(number, format!("条目{}已被人工修改过，没有覆盖。", entry.id)),
            Done::Withdrawn => report.refuse(number, format!("条目{}已经下架，没有重新启用。", entry.id)),
        }
    }
    report.imported += imported;
    report.updated += updated;
    if report.dry_run {
        return Ok(writer.tx.rollback().await?);
    }
    if !writer.has_changes() {
        return Ok(writer.tx.rollback().await?);
    }
    writer.tx.audit("entry.import", origin, &json!({ "imported": imported, "updated": updated })).await?;
    writer.commit().await?;
    // Searchable batch by batch; the follower would come a little later.
    if let Err(error) = library.catch_up().await {
        tracing::warn!(%error, "imported entries are searchable a little later");
    }
    Ok(())
}
