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
    /// The share of our positive lines found before, for tasks of yes and no.
    #[serde(default)]
    pub found_before: Option<f64>,
    /// The same after.
    #[serde(default)]
    pub found_after: Option<f64>,
    /// The site's lines held out.
    pub held_out: usize,
    /// Our lines held out.
    #[serde(default)]
    pub ours_held: usize,
    /// The version written; 0 if the champion stays.
    pub version: u32,
}

impl Contest {
    /// Whether the challenger won. On few lines of ours, two of them may turn: fewer prove nothing. A wish for a person or a danger that
    /// is no longer found is not made good by fewer false alarms, so the share found may not fall either.
    pub fn better(&self) -> bool {
        let slack = SLACK.max(2.0 / self.ours_held.max(1) as f64);
        let holds = |before: f64, after: f64| after + slack >= before;
        let finds =
            self.found_before.zip(self.found_after).is_none_or(|(before, after)| holds(before, after));
        self.challenger > self.champion && holds(self.ours_before, self.ours_after) && finds
    }
}

/// What a challenger is made of: the bytes of each part of its task.
pub type Weights = Vec<(Part, Vec<u8>)>;

/// Lets a challenger, which learned `site` rows beside `ours`, meet the present models. A quarter of the site's families is held
/// out, and a quarter of ours. Where it wins, its weights come with the contest, trained on everything.
///
/// The site's lines are read as the hotline reads, ours by rules and linear models alone: the encoder has learned ours, so with it
/// nothing would show, and it takes 20 ms a line.
pub fn contest(task: Task, ours: &[Row], site: &[Row], present: &Models) -> (Contest, Option<Weights>) {
    let held = |row: &Row| part_of(&row.family, 4) == 0;
    let split = |rows: &[Row]| -> (Vec<Row>, Vec<Row>) { rows.iter().cloned().partition(held) };
    let ((site_held, site_kept), (ours_held, ours_kept)) = (split(site), split(ours));
    let both: Vec<Row> = ours_kept.iter().chain(&site_kept).cloned().collect();
    let with = |models: Models| Reader::with(Arc::new(models));
    let before = with(learned(task, &ours_kept, &present.without_encoder()));
    let after = with(learned(task, &both, present));
    let (ours_before, ours_after) =
        (report(&before, task, &ours_held), report(&after.quick(), task, &ours_held));
    let contest = Contest {
        task: task.name().to_owned(),
        champion: score(&with(present.clone()), task, &site_held),
        challenger: score(&after, task, &site_held),
        ours_before: ours_before.macro_f1,
        ours_after: ours_after.macro_f1,
        found_before: found(&ours_before),
        found_after: found(&ours_after),
        held_out: site_held.len(),
        ours_held: ours_held.len(),
        version: 0,
    };
    let wins = !site_held.is_empty() && contest.better();
    let weights = wins.then(|| {
        let all: Vec<Row> = ours.iter().chain(site).cloned().collect();
        task.parts().iter().map(|part| (*part, fit(*part, &all).to_bytes())).collect()
    });
    (contest, weights)
}

/// The share of the positive lines that was found, where a task is a question of yes and no.
fn found(report: &Report) -> Option<f64> {
    report.classes.get("1").filter(|_| report.classes.len() <= 2).map(|class| class.recall)
}

/// Learns from a site's corrections in a folder of models: only a challenger that wins its [`contest`] is written, as the folder's
/// next version, and becomes the present one.
pub fn site(task: Task, ours: &[Row], site: &[Row], folder: &Path) -> Result<Contest, TrainError> {
    let failed = |error| TrainError::Write(folder.display().to_string(), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let (mut contest, weights) = contest(task, ours, site, &*Models::load(folder)?);
    if let Some(weights) = weights {
        contest.version = newest(task, folder) + 1;
        let kept = folder.join(version_name(task, contest.version));
        std::fs::create_dir_all(&kept).map_err(failed)?;
        for (part, bytes) in weights {
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
