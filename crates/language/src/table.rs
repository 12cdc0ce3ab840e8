//! Tables of labelled utterances, as training and evaluation read them.

use std::path::Path;
use std::str::FromStr;

use crate::model::Part;
use crate::reading::Heard;

/// What is trained and measured by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Columns `text,label,context`.
    HumanRequest,
    /// Columns `text,label,service`.
    Emergency,
    /// Columns `text,kind`.
    RequestKind,
    /// Columns `text,domain`.
    Domain,
    /// Columns `text,line`.
    MedicalLine,
    /// Columns `text,label`.
    Dialect,
    /// Columns `text,high_risk`.
    Crisis,
    /// Columns `text,label,context`.
    Act,
}

impl Task {
    /// All tasks.
    pub const ALL: [Self; 8] = [
        Self::HumanRequest,
        Self::Emergency,
        Self::RequestKind,
        Self::Domain,
        Self::MedicalLine,
        Self::Dialect,
        Self::Crisis,
        Self::Act,
    ];

    /// Its name, as commands and files have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HumanRequest => "human_request",
            Self::Emergency => "emergency",
            Self::RequestKind => "request_kind",
            Self::Domain => "domain",
            Self::MedicalLine => "medical_line",
            Self::Dialect => "dialect",
            Self::Crisis => "crisis",
            Self::Act => "act",
        }
    }

    /// The column that holds the label.
    pub const fn column(self) -> &'static str {
        match self {
            Self::HumanRequest | Self::Emergency | Self::Dialect | Self::Act => "label",
            Self::RequestKind => "kind",
            Self::Domain => "domain",
            Self::MedicalLine => "line",
            Self::Crisis => "high_risk",
        }
    }

    /// The models it is decided by.
    pub const fn parts(self) -> &'static [Part] {
        match self {
            Self::HumanRequest => &[Part::Human],
            Self::Emergency => &[Part::Danger, Part::Service],
            Self::RequestKind => &[Part::Kind],
            Self::Domain => &[Part::Domain],
            Self::MedicalLine => &[Part::Medical],
            Self::Dialect => &[Part::Dialect],
            Self::Crisis => &[Part::Crisis],
            Self::Act => &[Part::Act],
        }
    }
}

/// A task of that name does not exist.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "没有名为 {0} 的任务，可选 human_request、emergency、request_kind、domain、medical_line、dialect、crisis、act"
)]
pub struct UnknownTask(String);

impl FromStr for Task {
    type Err = UnknownTask;

    fn from_str(name: &str) -> Result<Self, UnknownTask> {
        Self::ALL.into_iter().find(|task| task.name() == name).ok_or_else(|| UnknownTask(name.to_owned()))
    }
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The words.
    pub text: String,
    /// Where they were said.
    pub heard: Heard,
    /// The label.
    pub label: String,
    /// Whom to call, for emergencies.
    pub service: String,
    /// The wording family; lines without one are families of their own.
    pub family: String,
    /// `train` or `test`; empty for tables that are not divided.
    pub split: String,
}

/// A table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("读不到 {0}：{1}")]
    Unreadable(String, csv::Error),
    /// A column is missing.
    #[error("{0} 缺少列 {1}")]
    Column(String, &'static str),
    /// Nothing in it.
    #[error("{0} 没有内容")]
    Empty(String),
    /// A result cannot be written.
    #[error("写不进 {0}：{1}")]
    Write(String, std::io::Error),
}

/// The context column's value.
pub fn heard(context: &str) -> Heard {
    match context {
        "" | "opening" => Heard::Opening,
        "after_answer" => Heard::AfterAnswer,
        "after_fail" => Heard::AfterFail,
        "offered" => Heard::Offered,
        "queue" => Heard::Queue,
        other => Heard::Form(other.strip_prefix("form:").unwrap_or(other).to_owned()),
    }
}

/// Reads a task's table.
pub fn read(task: Task, path: &Path) -> Result<Vec<Row>, TableError> {
    let name = path.display().to_string();
    let file =
        std::fs::File::open(path).map_err(|error| TableError::Unreadable(name.clone(), error.into()))?;
    parse(task, &name, file)
}

/// Reads a task's table from its bytes; `name` is what faults are told by.
pub fn parse(task: Task, name: &str, bytes: impl std::io::Read) -> Result<Vec<Row>, TableError> {
    let name = name.to_owned();
    let unreadable = |error| TableError::Unreadable(name.clone(), error);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let heads = reader.headers().map_err(unreadable)?.clone();
    let column =
        |name: &str| heads.iter().position(|head| head.trim_start_matches('\u{feff}').trim() == name);
    let text = column("text").ok_or_else(|| TableError::Column(name.clone(), "text"))?;
    let label = column(task.column()).ok_or_else(|| TableError::Column(name.clone(), task.column()))?;
    let (context, service, family, split) =
        (column("context"), column("service"), column("family"), column("split"));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let get = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").trim().to_owned();
        let text = record.get(text).unwrap_or("").to_owned();
        let family = Some(get(family)).filter(|f| !f.is_empty()).unwrap_or_else(|| text.clone());
        rows.push(Row {
            heard: heard(&get(context)),
            label: get(Some(label)),
            service: get(service),
            family,
            split: get(split),
            text,
        });
    }
    if rows.is_empty() { Err(TableError::Empty(name)) } else { Ok(rows) }
}
