//! A table's rows, one after another, whatever its form.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decode::Text;
use super::mapping::Mapping;
use crate::entry::{Fault, yaml};
use crate::model::Entry;

/// The longest row, in bytes.
pub(super) const MAX_ROW_BYTES: usize = 256 * 1024;
/// The largest YAML file: it is read whole.
const MAX_YAML_BYTES: u64 = yaml::MAX_BYTES as u64;

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma, tab or semicolon separated, with headings.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// A list.
    Yaml,
}

impl Format {
    /// The form that a file's name tells.
    pub fn of_name(name: &str) -> Option<Self> {
        let end = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
        match end.as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// A row's content: cells by column, or a whole entry.
#[derive(Debug)]
pub(super) enum Content {
    Cells(BTreeMap<String, String>),
    Whole(Box<Entry>),
}

/// A row, or why it cannot be read.
pub(super) struct Row {
    pub number: u64,
    pub content: Result<Content, String>,
}

type Rows = Box<dyn Iterator<Item = Row> + Send>;

/// The rows of a text.
///
/// # Errors
/// When it has no rows at all, or lacks a column of the mapping.
pub(super) fn open(text: Text, format: Format, mapping: &Mapping) -> Result<Rows, Fault> {
    match format {
        Format::Csv => csv_rows(text, mapping),
        Format::Jsonl => Ok(json_rows(text)),
        Format::Yaml => yaml_rows(text),
    }
}

fn csv_rows(text: Text, mapping: &Mapping) -> Result<Rows, Fault> {
    let mut text = BufReader::new(text);
    let head = text.fill_buf().map_err(|error| Fault::new("", format!("文件读不出来（{error}）。")))?;
    let head = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let cells = |by: u8| head.split(|byte| *byte == by).count();
    // Of equally many the last wins: the comma.
    let delimiter = [b';', b'\t', b','].into_iter().max_by_key(|by| cells(*by)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text);
    let headings = reader.headers().map_err(|error| Fault::new("", csv_words(&error)))?;
    let columns: Vec<String> = headings.iter().map(|name| name.trim().to_owned()).collect();
    if columns.iter().all(String::is_empty) {
        return Err(Fault::new("", "表格是空的，第一行应是列名。"));
    }
    for (field, column) in mapping.columns() {
        if !columns.iter().any(|known| known == column) {
            let message =
                format!("表里没有“{column}”这一列。现有的列：{}。请改对应关系。", columns.join("、"));
            return Err(Fault::new(format!("mapping.{field}"), message));
        }
    }
    let rows = reader.into_records().enumerate().map(move |(at, record)| {
        // The headings are row 1.
        let number = at as u64 + 2;
        let content = record.map_err(|error| csv_words(&error)).and_then(|record| {
            if record.as_slice().len() > MAX_ROW_BYTES {
                return Err(too_long());
            }
            if record.len() > columns.len() {
                let (have, want) = (record.len(), columns.len());
                return Err(format!(
                    "这一行有{have}格，列名只有{want}个；内容里的逗号要用英文双引号括起整格。"
                ));
            }
            let cells = columns.iter().zip(&record);
            Ok(Content::Cells(cells.map(|(name, cell)| (name.clone(), cell.to_owned())).collect()))
        });
        Row { number, content }
    });
    Ok(Box::new(rows))
}

fn too_long() -> String {
    format!("这一行超过{}KB，太长了；常见原因是前面少了一个收尾的引号。", MAX_ROW_BYTES / 1024)
}

fn csv_words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => format!("读到这里出错（{error}），请检查文件是否完整。"),
        _ => format!("这一行的格式不对（{error}），请检查引号和逗号。"),
    }
}

fn json_rows(text: Text) -> Rows {
    let mut reader = BufReader::new(text);
    let mut number = 0;
    Box::new(std::iter::from_fn(move || {
        loop {
            let line = match line(&mut reader) {
                Ok(Some(line)) => Ok(line),
                Ok(None) => return None,
                Err(why) => Err(why),
            };
            number += 1;
            match line {
                Ok(line) if line.trim().is_empty() => {}
                line => {
                    let content = line.and_then(|line| {
                        let value = serde_json::from_str(&line).map_err(|error| {
                            format!("这一行不是完整的JSON（{error}），每行应是一个{{…}}。")
                        })?;
                        content_of(value)
                    });
                    return Some(Row { number, content });
                }
            }
        }
    }))
}

/// The next line; an error for one that is too long, which is passed over.
fn line(reader: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    let most = MAX_ROW_BYTES as u64 + 1;
    let failed = |error: std::io::Error| format!("读到这里出错（{error}），请检查文件是否完整。");
    let count = reader.by_ref().take(most).read_until(b'\n', &mut bytes).map_err(failed)?;
    if count == 0 {
        return Ok(None);
    }
    if bytes.len() > MAX_ROW_BYTES && bytes.last() != Some(&b'\n') {
        loop {
            let waiting = reader.fill_buf().map_err(failed)?;
            let end = waiting.iter().position(|byte| *byte == b'\n');
            let passed = end.map_or(waiting.len(), |at| at + 1);
            reader.consume(passed);
            if end.is_some() || passed == 0 {
                return Err(too_long());
            }
        }
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn yaml_rows(text: Text) -> Result<Rows, Fault> {
    let mut whole = String::new();
    let failed = |error: std::io::Error| Fault::new("", format!("文件读不出来（{error}）。"));
    text.take(MAX_YAML_BYTES + 1).read_to_string(&mut whole).map_err(failed)?;
    if whole.len() as u64 > MAX_YAML_BYTES {
        let message = format!("YAML文件超过{}MB，请拆成几个文件，或改用CSV。", MAX_YAML_BYTES / 1024 / 1024);
        return Err(Fault::new("", message));
    }
    let items: Option<Vec<serde_yaml_ng::Value>> = serde_yaml_ng::from_str(&whole).map_err(|error| {
        Fault { line: error.location().map(|at| at.line()), ..Fault::new("", yaml::in_chinese(&error)) }
    })?;
    let rows = items.unwrap_or_default().into_iter().enumerate().map(|(at, item)| {
        let content = serde_json::to_value(item)
            .map_err(|error| format!("这一项读不懂（{error}），每项应是“字段: 内容”。"))
            .and_then(content_of);
        Row { number: at as u64 + 1, content }
    });
    Ok(Box::new(rows))
}

/// An object as cells, or, when it has clauses, as an entry of docs/pack-format.md.
fn content_of(value: Value) -> Result<Content, String> {
    let Value::Object(fields) = value else {
        return Err("应是“字段: 内容”的形式。".to_owned());
    };
    if fields.contains_key("clauses") {
        let text = Value::Object(fields).to_string();
        // JSON is YAML, and the YAML reader's complaints are told in Chinese already.
        return serde_yaml_ng::from_str(&text)
            .map(|entry| Content::Whole(Box::new(entry)))
            .map_err(|error| yaml::in_chinese(&error));
    }
    let mut cells = BTreeMap::new();
    for (name, value) in fields {
        let cell = match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
            }
            Value::Object(_) => return Err(format!("“{name}”里套了一层，请摊平成文字。")),
        };
        cells.insert(name, cell);
    }
    Ok(Content::Cells(cells))
}
