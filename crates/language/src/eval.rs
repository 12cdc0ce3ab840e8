//! Measures a reader on a table of labelled utterances.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use crate::Reader;
use crate::escape;
use crate::reading::{Danger, Heard, MedicalLine};
use crate::table::{Row, TableError, Task, read};

/// How often each line is timed; the shortest counts, so that the machine's interruptions do not.
const TIMINGS: usize = 3;

/// One label's result.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Class {
    /// Of the lines given this label, the share that has it.
    pub precision: f64,
    /// Of the lines that have it, the share that was given it.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// The lines that have it.
    pub support: usize,
}

/// The result over a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// The task's name.
    pub task: String,
    /// The number of lines.
    pub rows: usize,
    /// The share of lines given the right label.
    pub accuracy: f64,
    /// The mean of the labels' f1.
    pub macro_f1: f64,
    /// By label.
    pub classes: BTreeMap<String, Class>,
    /// 99 % of the lines are read in this many microseconds, models included.
    pub p99_us: f64,
    /// The same for the rules alone, for tasks that have rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_us_without_model: Option<f64>,
    /// Of the emergencies, the share sent to the right service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_accuracy: Option<f64>,
}

#[derive(Serialize)]
struct Judged<'a> {
    text: &'a str,
    label: &'a str,
    predicted: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    service: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    by: &'a str,
}

/// What a reader makes of a line for a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The label.
    pub label: String,
    /// Whom to call, for emergencies.
    pub service: String,
    /// The path that decided, where it is known.
    pub by: String,
}

/// The label a reader gives to words.
pub fn answer(reader: &Reader, task: Task, text: &str, heard: &Heard) -> Answer {
    let yes = |yes: bool| if yes { "1" } else { "0" }.to_owned();
    match task {
        Task::HumanRequest => {
            let wish = reader.human(text, heard).wish;
            Answer {
                label: yes(wish.is_some()),
                by: wish.map(|wish| wish.by).unwrap_or_default(),
                ..Answer::default()
            }
        }
        Task::Emergency => {
            let danger = reader.danger(text);
            let service = danger.as_ref().map(service_name).unwrap_or_default();
            Answer { label: yes(danger.is_some()), service, ..Answer::default() }
        }
        Task::RequestKind => plain(name_of(&reader.kind(text).0)),
        Task::Domain => plain(reader.domain(text).map_or_else(|| "其他".to_owned(), |domain| domain.name)),
        Task::MedicalLine => plain(name_of(&reader.medical_line(text).unwrap_or(MedicalLine::NotMedical))),
        Task::Dialect => plain(yes(reader.dialect(text))),
        Task::Crisis => plain(yes(reader.high_risk(text))),
        Task::Act => plain(name_of(&reader.doing(text, heard).0)),
    }
}

fn plain(label: String) -> Answer {
    Answer { label, ..Answer::default() }
}

/// The name a unit variant is written with.
fn name_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn service_name(danger: &Danger) -> String {
    name_of(&danger.service)
}

/// Reads a table, judges every line, writes one JSON object a line and gives the result.
pub fn intent(reader: &Reader, task: Task, input: &Path, out: &Path) -> Result<Report, TableError> {
    let rows = read(task, input)?;
    let answers: Vec<Answer> = rows.iter().map(|row| answer(reader, task, &row.text, &row.heard)).collect();
    let failed = |error| TableError::Write(out.display().to_string(), error);
    let mut file = std::io::BufWriter::new(std::fs::File::create(out).map_err(failed)?);
    for (row, answer) in rows.iter().zip(&answers) {
        let judged = Judged {
            text: &row.text,
            label: &row.label,
            predicted: &answer.label,
            service: &answer.service,
            by: &answer.by,
        };
        serde_json::to_writer(&mut file, &judged).map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
    }
    file.flush().map_err(failed)?;
    let mut report = judge(task, &rows, &answers);
    report.p99_us = p99(&rows, |row| {
        std::hint::black_box(answer(reader, task, &row.text, &row.heard));
    });
    report.p99_us_without_model = match task {
        Task::HumanRequest => Some(p99(&rows, |row| {
            std::hint::black_box(escape::hear(&row.text, &row.heard));
        })),
        Task::Emergency => Some(p99(&rows, |row| {
            std::hint::black_box(crate::danger::look(&row.text));
        })),
        _ => None,
    };
    Ok(report)
}

/// Compares answers with labels.
pub fn judge(task: Task, rows: &[Row], answers: &[Answer]) -> Report {
    let pairs: Vec<(&str, &str)> =
        rows.iter().zip(answers).map(|(row, answer)| (row.label.as_str(), answer.label.as_str())).collect();
    let (accuracy, macro_f1, classes) = classes(&pairs);
    let service_accuracy = (task == Task::Emergency).then(|| {
        let real = rows.iter().zip(answers).filter(|(row, _)| row.label == "1" && !row.service.is_empty());
        let (all, right) = real.fold((0, 0), |(all, right), (row, answer)| {
            (all + 1, right + usize::from(row.service == answer.service))
        });
        if all == 0 { 0.0 } else { f64::from(right as u32) / f64::from(all) }
    });
    Report {
        task: task.name().to_owned(),
        rows: rows.len(),
        accuracy,
        macro_f1,
        classes,
        service_accuracy,
        ..Report::default()
    }
}

/// Accuracy, macro F1 over the labels that occur, and each label's figures, from pairs of true and given label.
pub fn classes(pairs: &[(&str, &str)]) -> (f64, f64, BTreeMap<String, Class>) {
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (label, given) in pairs {
        counts.entry(label).or_default().0 += 1;
        counts.entry(given).or_default().1 += 1;
        if label == given {
            counts.entry(label).or_default().2 += 1;
        }
    }
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let table: BTreeMap<String, Class> = counts
        .iter()
        .filter(|(_, (support, _, _))| *support > 0)
        .map(|(label, (support, given, right))| {
            let class = Class {
                precision: share(*right, *given),
                recall: share(*right, *support),
                f1: share(2 * right, support + given),
                support: *support,
            };
            ((*label).to_owned(), class)
        })
        .collect();
    let right = pairs.iter().filter(|(label, given)| label == given).count();
    let macro_f1 = table.values().map(|class| class.f1).sum::<f64>() / table.len().max(1) as f64;
    (share(right, pairs.len()), macro_f1, table)
}

fn p99(rows: &[Row], read: impl Fn(&Row)) -> f64 {
    let mut times: Vec<f64> = rows
        .iter()
        .map(|row| {
            (0..TIMINGS).fold(f64::MAX, |best, _| {
                let at = Instant::now();
                read(row);
                best.min(at.elapsed().as_secs_f64() * 1e6)
            })
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    (times.get(at).copied().unwrap_or(0.0) * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_counted_as_usual() {
        let (accuracy, macro_f1, classes) = classes(&[("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]);
        assert!((accuracy - 0.75).abs() < 1e-9);
        assert!((classes["a"].recall - 0.5).abs() < 1e-9);
        assert!((classes["b"].precision - 2.0 / 3.0).abs() < 1e-9);
        assert!((macro_f1 - f64::midpoint(2.0 / 3.0, 0.8)).abs() < 1e-9);
    }
}
