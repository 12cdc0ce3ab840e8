//! Training: rows to a classifier, with what it does on rows it has not seen.

use std::collections::BTreeMap;

use serde::Serialize;

use super::features::{Counted, Vocabulary, counted};
use super::solve::{Value, solve};
use super::table::Sample;
use super::text::words;
use super::{Classifier, best, shares};
use crate::eval::{Class, classes};

/// What a mistake costs, before labels are balanced. Chosen by cross-validation, as all constants of this module.
const COST: f32 = 1.0;
/// A feature must stand in this many texts.
const LEAST: usize = 2;
/// The most features kept, those with the greatest weights.
const KEEP: usize = 600_000;
/// How much more or less than one a row of a rare or frequent label may count.
const BALANCE: (f32, f32) = (0.1, 10.0);
/// Into how many parts rows are divided to measure and to calibrate.
const PARTS: u64 = 4;
/// The most rows and labels: beyond, memory and time are no longer those of one ordinary machine.
const MOST_ROWS: usize = 200_000;
const MOST_LABELS: usize = 500;

/// Rows from which nothing can be learned. The sentences are for the person at the command.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TrainError {
    /// No rows.
    #[error("没有可以训练的行：正文或标签都是空的，请检查所选的列")]
    Nothing,
    /// One label only.
    #[error("所有行都是同一个标签“{0}”，至少要有两种标签才能训练")]
    OneLabel(String),
    /// Too many rows.
    #[error("共{0}行，超过一次训练的上限{MOST_ROWS}行，请只取最近的工单")]
    TooMany(usize),
    /// Too many labels.
    #[error("共{0}种标签，超过上限{MOST_LABELS}种，请先合并少见的标签，或检查是不是选错了标签列")]
    TooManyLabels(usize),
    /// Nothing in the texts to go by.
    #[error("正文里没有能用来区分的字词，请检查所选的正文列")]
    Wordless,
}

/// A classifier and how it did on rows held out.
#[derive(Debug, Clone, Serialize)]
pub struct Trained {
    /// The classifier, trained on all rows.
    #[serde(skip)]
    pub classifier: Classifier,
    /// The rows it was trained on.
    pub rows: usize,
    /// Accuracy over all rows, each judged by a classifier that had seen neither it nor one with the same opening.
    pub held_out_accuracy: f64,
    /// Macro F1 in the same way.
    pub held_out_macro_f1: f64,
    /// By label, in the same way.
    pub held_out_classes: BTreeMap<String, Class>,
}

/// Learns from labelled texts.
///
/// # Errors
/// When there is nothing to learn or too much.
pub fn train(samples: &[Sample]) -> Result<Trained, TrainError> {
    let samples: Vec<&Sample> =
        samples.iter().filter(|s| !s.text.is_empty() && !s.label.is_empty()).collect();
    if samples.len() > MOST_ROWS {
        return Err(TrainError::TooMany(samples.len()));
    }
    let mut labels: Vec<String> = samples.iter().map(|sample| sample.label.clone()).collect();
    labels.sort();
    labels.dedup();
    match labels.as_slice() {
        [] => return Err(TrainError::Nothing),
        [one] => return Err(TrainError::OneLabel(one.clone())),
        many if many.len() > MOST_LABELS => return Err(TrainError::TooManyLabels(many.len())),
        _ => {}
    }
    let texts: Vec<Counted> = samples.iter().map(|sample| counted(&sample.text)).collect();
    let own: Vec<usize> =
        samples.iter().map(|sample| labels.binary_search(&sample.label).unwrap_or_default()).collect();
    let parts: Vec<u64> = samples.iter().map(|sample| part(&sample.text)).collect();

    let mut held: Vec<(usize, Vec<f32>)> = Vec::with_capacity(samples.len());
    for out in 0..PARTS {
        let pick = |held: bool| -> Vec<usize> {
            parts.iter().enumerate().filter(|(_, part)| (**part == out) == held).map(|(at, _)| at).collect()
        };
        let model = fit(&texts, &own, &labels, &pick(false));
        held.extend(pick(true).into_iter().filter_map(|at| Some((at, model.margins(texts.get(at)?)))));
    }
    let name = |at: usize| labels.get(at).map_or("", String::as_str);
    let mine = |at: usize| own.get(at).copied().unwrap_or_default();
    let pairs: Vec<(&str, &str)> = held.iter().map(|(at, m)| (name(mine(*at)), name(best(m)))).collect();
    let (held_out_accuracy, held_out_macro_f1, held_out_classes) = classes(&pairs);

    let everything: Vec<usize> = (0..texts.len()).collect();
    let mut classifier = fit(&texts, &own, &labels, &everything);
    if classifier.vocabulary.keys().is_empty() {
        return Err(TrainError::Wordless);
    }
    classifier.sharpness = sharpness(&held.iter().map(|(at, margins)| (mine(*at), margins.as_slice())));
    let rows = samples.len();
    Ok(Trained { classifier, rows, held_out_accuracy, held_out_macro_f1, held_out_classes })
}

/// The part in which a text is held out: texts that begin alike share it.
fn part(text: &str) -> u64 {
    let head: String = text.chars().take(400).collect();
    let opening = words(&head).concat();
    let hash = opening
        .chars()
        .take(20)
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, c| (h ^ u64::from(c as u32)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 29)) % PARTS
}

/// A classifier over some of the texts.
fn fit(texts: &[Counted], own: &[usize], labels: &[String], which: &[usize]) -> Classifier {
    let chosen: Vec<&Counted> = which.iter().filter_map(|at| texts.get(*at)).collect();
    let own: Vec<usize> = which.iter().filter_map(|at| own.get(*at).copied()).collect();
    let vocabulary = Vocabulary::of(&chosen, LEAST.min(chosen.len()));
    let rows: Vec<Vec<Value>> = chosen.iter().map(|text| vocabulary.row(text)).collect();
    let share = |label: usize| {
        let count = own.iter().filter(|mine| **mine == label).count().max(1);
        (own.len() as f32 / (labels.len() * count) as f32).clamp(BALANCE.0, BALANCE.1)
    };
    let of_label: Vec<f32> = (0..labels.len()).map(share).collect();
    let costs: Vec<f32> =
        own.iter().map(|label| COST * of_label.get(*label).copied().unwrap_or(1.0)).collect();
    let solved: Vec<Vec<f32>> = (0..labels.len())
        .map(|label| {
            let mine: Vec<bool> = own.iter().map(|own| *own == label).collect();
            solve(&rows, &mine, &costs, vocabulary.keys().len())
        })
        .collect();
    pack(labels, &vocabulary, &solved)
}

/// Rounds weights to bytes and leaves out features that matter to no label.
fn pack(labels: &[String], vocabulary: &Vocabulary, solved: &[Vec<f32>]) -> Classifier {
    let size = vocabulary.keys().len();
    let weight = |label: &[f32], at: usize| label.get(at).copied().unwrap_or(0.0);
    let step: Vec<f32> = solved
        .iter()
        .map(|label| label.iter().take(size).fold(1e-9_f32, |top, w| top.max(w.abs())) / 127.0)
        .collect();
    let steps = |at: usize| {
        solved.iter().zip(&step).map(move |(label, step)| (weight(label, at) / step).round() as i8)
    };
    let strength = |at: usize| solved.iter().fold(0.0_f32, |top, label| top.max(weight(label, at).abs()));
    let mut kept: Vec<usize> = (0..size).collect();
    if size > KEEP {
        kept.sort_by(|a, b| strength(*b).total_cmp(&strength(*a)).then(a.cmp(b)));
        kept.truncate(KEEP);
        kept.sort_unstable();
    }
    let keys = kept.iter().filter_map(|at| vocabulary.keys().get(*at).copied()).collect();
    let rarity = kept.iter().filter_map(|at| vocabulary.rarities().get(*at).copied()).collect();
    Classifier {
        labels: labels.to_vec(),
        sharpness: 1.0,
        bias: solved.iter().map(|label| label.last().copied().unwrap_or(0.0)).collect(),
        weights: kept.iter().flat_map(|at| steps(*at)).collect(),
        step,
        vocabulary: Vocabulary::new(keys, rarity),
    }
}

/// The sharpness under which the shares fit the held-out rows best.
fn sharpness<'a>(held: &(impl Iterator<Item = (usize, &'a [f32])> + Clone)) -> f32 {
    let loss = |sharpness: f32| -> f64 {
        held.clone()
            .map(|(own, margins)| {
                let share = shares(margins, sharpness).get(own).copied().unwrap_or(0.0);
                -f64::from(share.max(1e-6)).ln()
            })
            .sum()
    };
    let steps = (1..=40).map(|step| step as f32 * 0.25);
    steps.map(|s| (loss(s), s)).min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, s)| s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str, label: &str) -> Sample {
        Sample { text: text.to_owned(), label: label.to_owned() }
    }

    fn town() -> Vec<Sample> {
        let noise = [
            "夜里工地施工噪音太大",
            "楼下饭店油烟扰民",
            "河水发黑有臭味",
            "工厂排放黑烟",
            "夜间施工吵得睡不着",
        ];
        let pay =
            ["老板拖欠工资三个月", "单位不缴社保", "工资被扣一半", "加班没有加班费", "公司拖欠农民工工资"];
        let of = |texts: [&str; 5], label: &str| -> Vec<Sample> {
            (0..8).flat_map(|n| texts.map(|text| sample(&format!("{n}号楼{text}，请处理"), label))).collect()
        };
        [of(noise, "环境保护"), of(pay, "劳动保障")].concat()
    }

    #[test]
    fn it_learns_the_same_each_time_and_tells_why() {
        let first = train(&town()).unwrap();
        let second = train(&town()).unwrap();
        assert_eq!(first.classifier, second.classifier);
        let model = first.classifier;
        assert_eq!(model.label("厂里拖欠工资不发"), "劳动保障");
        assert_eq!(model.label("半夜施工噪音"), "环境保护");
        let guesses = model.guesses("厂里拖欠工资不发");
        assert_eq!(guesses[0].label, "劳动保障");
        assert!((guesses.iter().map(|g| g.share).sum::<f32>() - 1.0).abs() < 1e-4);
        let reasons = model.reasons("厂里拖欠工资不发", "劳动保障", 3);
        assert!(reasons.iter().any(|reason| reason.contains("工资") || reason == "拖欠"), "{reasons:?}");
        assert!(model.reasons("厂里拖欠工资不发", "没有的", 3).is_empty());
        assert_eq!(model.guesses("").len(), 2);
    }

    #[test]
    fn what_cannot_be_learned_from_is_refused_with_its_reason() {
        assert_eq!(train(&[]).unwrap_err(), TrainError::Nothing);
        let one = vec![sample("甲", "一"), sample("乙", "一"), sample("丙", "")];
        assert_eq!(train(&one).unwrap_err(), TrainError::OneLabel("一".into()));
        let marks = vec![sample("。。", "一"), sample("！！", "二")];
        assert_eq!(train(&marks).unwrap_err(), TrainError::Wordless);
        let many: Vec<Sample> = (0..600).map(|n| sample("水管漏水", &format!("标签{n}"))).collect();
        assert_eq!(train(&many).unwrap_err(), TrainError::TooManyLabels(600));
    }
}
