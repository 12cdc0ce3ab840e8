//! Trains the models from labelled tables, and decides whether what was learned at a site may take the present weights'
//! place: only what is better on lines neither has seen, and no worse on ours.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Reader;
use crate::eval::{self, Answer, Class, Report, classes};
use crate::model::features::features;
use crate::model::meaning;
use crate::model::parts::FolderError;
use crate::model::train::{Example, held_out, part_of, train};
use crate::model::{Encoder, Linear, Models, Part, Scores};
use crate::table::{Row, TableError, Task};
use crate::views::Views;

/// How many parts the families are divided into for cross-validation.
const PARTS: u64 = 8;
/// How much worse on our own lines a challenger may be.
const SLACK: f64 = 0.005;
/// How the families of lines begin that only show what ordinary talk looks like.
pub const BACKGROUND: &str = "bg-";

/// Training failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The folder of models.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file cannot be written.
    #[error("写不进 {0}：{1}")]
    Write(String, std::io::Error),
}

/// What training found for one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trained {
    /// The model.
    pub part: String,
    /// The lines it was trained on.
    pub rows: usize,
    /// Accuracy over the lines, each judged by a model that saw nothing of its family.
    pub held_out_accuracy: f64,
    /// Macro F1 in the same way.
    pub held_out_macro_f1: f64,
    /// By label, in the same way.
    pub held_out_classes: BTreeMap<String, Class>,
    /// The lines marked `test`, judged by rules and a model trained on the others; nothing if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Report>,
    /// The size of the weights.
    pub bytes: usize,
}

/// An example for a part; nothing for lines the part does not learn from.
fn example(part: Part, row: &Row) -> Option<Example> {
    let label = if part == Part::Service { &row.service } else { &row.label };
    if label.is_empty() {
        return None;
    }
    let features = features(&Views::of(&row.text), &row.heard, &part.spec());
    Some(Example {
        meaning: meaning::builtin().vector(&features),
        features,
        label: label.clone(),
        family: row.family.clone(),
        // Background lines only show what ordinary talk looks like.
        weight: if row.family.starts_with(BACKGROUND) { 0.5 } else { 1.0 },
    })
}

/// The examples a part learns from.
pub fn examples(part: Part, rows: &[Row]) -> Vec<Example> {
    rows.iter().filter_map(|row| example(part, row)).collect()
}

/// Trains a part on all rows.
pub fn fit(part: Part, rows: &[Row]) -> Linear {
    let examples = examples(part, rows);
    train(&examples.iter().collect::<Vec<_>>(), &part.plan())
}

/// Trains a task's models on labelled rows, measures them held out by family, and writes `NAME.bin` into a folder.
/// Rows of families that begin with [`BACKGROUND`] are learned from at half weight and never judged. The encoder built in has learned
/// from our lines, test lines included, so the test is judged without one, or with one given that has not.
pub fn intent(
    task: Task,
    rows: &[Row],
    out: &Path,
    encoder: Option<Encoder>,
) -> Result<Vec<Trained>, TrainError> {
    let linear = Models::builtin().without_encoder();
    let present = match encoder {
        Some(encoder) => linear.with_encoder(encoder),
        None => linear,
    };
    let failed = |error| TrainError::Write(out.display().to_string(), error);
    std::fs::create_dir_all(out).map_err(failed)?;
    let mut reports = Vec::new();
    for part in task.parts() {
        let all = examples(*part, rows);
        let judged = held_out(&all, &part.plan(), PARTS);
        let pairs: Vec<(String, String)> = judged
            .iter()
            .zip(&all)
            .filter(|(_, example)| !example.family.starts_with(BACKGROUND))
            .filter_map(|((label, scores, names), _)| Some((label.clone(), decided(*part, scores, names)?)))
            .collect();
        let (held_out_accuracy, held_out_macro_f1, held_out_classes) =
            classes(&pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>());
        let model = train(&all.iter().collect::<Vec<_>>(), &part.plan());
        let bytes = model.to_bytes();
        std::fs::write(out.join(format!("{}.bin", part.name())), &bytes).map_err(failed)?;
        reports.push(Trained {
            part: part.name().to_owned(),
            rows: all.len(),
            held_out_accuracy,
            held_out_macro_f1,
            held_out_classes,
            test: tested(task, *part, rows, &present),
            bytes: bytes.len(),
        });
    }
    Ok(reports)
}

/// The label a model alone decides on, its threshold included.
fn decided(part: Part, scores: &Scores, names: &[String]) -> Option<String> {
    let at = |name: &str| names.iter().position(|known| known == name).map(|label| scores.margin(label));
    if let (2, Some(no), Some(yes)) = (names.len(), at("0"), at("1")) {
        return Some(if yes - no > part.threshold(false) { "1" } else { "0" }.to_owned());
    }
    names.get(scores.best()).cloned()
}

fn tested(task: Task, part: Part, rows: &[Row], present: &Models) -> Option<Report> {
    let (test, rest): (Vec<Row>, Vec<Row>) = rows.iter().cloned().partition(|row| row.split == "test");
    if test.is_empty() || part == Part::Service {
        return None;
    }
    Some(report(&Reader::with(Arc::new(learned(task, &rest, present))), task, &test))
}

/// The present models with a task's parts trained anew.
pub fn learned(task: Task, rows: &[Row], present: &Models) -> Models {
    task.parts().iter().fold(present.clone(), |models, part| models.with(*part, fit(*part, rows)))
}

/// Macro F1 of a reader on rows.
pub fn score(reader: &Reader, task: Task, rows: &[Row]) -> f64 {
    report(reader, task, rows).macro_f1
}

/// What a reader makes of rows.
fn report(reader: &Reader, task: Task, rows: &[Row]) -> Report {
    let answers: Vec<Answer> =
        rows.iter().map(|row| eval::answer(reader, task, &row.text, &row.heard)).collect();
    eval::judge(task, rows, &answers)
}

/// How a challenger did against the present weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// The task.
    pub task: String,
    /// The present weights on the site's held-out lines.
    pub champion: f64,
    /// The challenger on the same lines.
    pub challenger: f64,
    /// Ours, held out, learned without the site's lines.
    pub ours_before: f64,
    /// Ours, held out, learned with them.
    pub ours_after: f64,
    /// The site's lines held out.
    pub held_out: usize,
    /// Our lines held out.
    #[serde(default)]
    pub ours_held: usize,
    /// The version written; 0 if the champion stays.
    pub version: u32,
}

impl Contest {
    /// Whether the challenger won. On few lines of ours, two of them may turn: fewer prove nothing.
    pub fn better(&self) -> bool {
        let slack = SLACK.max(2.0 / self.ours_held.max(1) as f64);
        self.challenger > self.champion && self.ours_after + slack >= self.ours_before
    }
}

/// Learns from a site's corrections: `site` rows beside `ours`. A quarter of the site's families is held out; the
/// present weights of the folder and the challenger are judged on it. Only a better challenger is written, trained on
/// everything, as the folder's next version, and becomes the present one.
pub fn site(task: Task, ours: &[Row], site: &[Row], folder: &Path) -> Result<Contest, TrainError> {
    let failed = |error| TrainError::Write(folder.display().to_string(), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let present = Models::load(folder)?;
    let held = |row: &Row| part_of(&row.family, 4) == 0;
    let split = |rows: &[Row]| -> (Vec<Row>, Vec<Row>) { rows.iter().cloned().partition(held) };
    let ((site_held, site_kept), (ours_held, ours_kept)) = (split(site), split(ours));
    let both: Vec<Row> = ours_kept.iter().chain(&site_kept).cloned().collect();
    let before = Reader::with(Arc::new(learned(task, &ours_kept, &present)));
    let after = Reader::with(Arc::new(learned(task, &both, &present)));
    let mut contest = Contest {
        task: task.name().to_owned(),
        champion: score(&Reader::with(Arc::clone(&present)), task, &site_held),
        challenger: score(&after, task, &site_held),
        ours_before: score(&before, task, &ours_held),
        ours_after: score(&after, task, &ours_held),
        held_out: site_held.len(),
        ours_held: ours_held.len(),
        version: 0,
    };
    if !site_held.is_empty() && contest.better() {
        let all: Vec<Row> = ours.iter().chain(site).cloned().collect();
        contest.version = newest(task, folder) + 1;
        let kept = folder.join(version_name(task, contest.version));
        std::fs::create_dir_all(&kept).map_err(failed)?;
        for part in task.parts() {
            let bytes = fit(*part, &all).to_bytes();
            std::fs::write(kept.join(format!("{}.bin", part.name())), bytes).map_err(failed)?;
        }
        promote(task, contest.version, folder)?;
    }
    Ok(contest)
}

fn version_name(task: Task, version: u32) -> String {
    format!("{}-v{version}", task.name())
}

/// The newest version of a task's weights in a folder; 0 if there is none.
pub fn newest(task: Task, folder: &Path) -> u32 {
    let start = format!("{}-v", task.name());
    let versions = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_prefix(&start)?.parse().ok());
    versions.max().unwrap_or(0)
}

/// Makes a version the present one: its files are what [`Models::load`] reads. Version 0 goes back to the built-in
/// weights. This is the way back as well as forward.
pub fn promote(task: Task, version: u32, folder: &Path) -> Result<(), TrainError> {
    for part in task.parts() {
        let name = format!("{}.bin", part.name());
        let present = folder.join(&name);
        let done = if version == 0 {
            std::fs::remove_file(&present).or_else(|error| {
                if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
            })
        } else {
            // Written aside and moved, so that a reader never meets half a file.
            let aside = folder.join(format!("{name}.new"));
            std::fs::copy(folder.join(version_name(task, version)).join(&name), &aside)
                .and_then(|_| std::fs::rename(&aside, &present))
        };
        done.map_err(|error| TrainError::Write(present.display().to_string(), error))?;
    }
    Ok(())
}
