//! Whether callers speak of other things, or are read otherwise, than in the weeks before. The judgement is pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use kernel::Micros;
use serde::Serialize;
use sqlx::Row as _;

use crate::{Learning, LearningError, sql};

/// The days that are judged, today included.
const RECENT_DAYS: i64 = 7;
/// The days before them that they are held against.
const BEFORE_DAYS: i64 = 28;
/// Fewer turns than these on either side say nothing.
const LEAST: i64 = 200;
/// A population stability index from which a shift is worth a look whatever its chance (the customary limit of credit scoring:
/// Siddiqi, Credit Risk Scorecards, 2006, ch. 10).
const SHIFTED: f64 = 0.25;
/// How much less sure the reader may be on average.
const LESS_SURE: f64 = 0.08;

/// What is to be thought of a task's readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too few turns to tell.
    #[default]
    Few,
    /// As before.
    Steady,
    /// Other labels than before: new matters, or a fault of reading.
    Shifted,
    /// The same labels, less sure: new wordings.
    Unsure,
}

/// A task's readings against those before.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Drift {
    /// The verdict.
    pub verdict: Verdict,
    /// Turns of the last 7 days.
    pub recent: i64,
    /// Turns of the 28 days before.
    pub before: i64,
    /// The population stability index between them.
    pub index: f64,
    /// How sure the reader was on average, 0 to 1, recently and before.
    pub sure: [f64; 2],
    /// The labels that moved most: label, share before, share now.
    pub moved: Vec<(String, f64, f64)>,
    /// Corrections by people for every thousand turns, recently and before.
    pub corrected: [f64; 2],
}

/// Counts by label: how often, and thousandths of certainty summed.
type Counts = BTreeMap<String, (i64, i64)>;

/// Holds what was read recently against what was read before.
fn judge(recent: &Counts, before: &Counts) -> Drift {
    let total = |counts: &Counts| counts.values().map(|(times, _)| *times).sum::<i64>();
    let sure = |counts: &Counts| {
        counts.values().map(|(_, sure)| *sure).sum::<i64>() as f64 / 1000.0 / total(counts).max(1) as f64
    };
    let labels: BTreeSet<&String> = recent.keys().chain(before.keys()).collect();
    let share = |counts: &Counts, label: &String| {
        // Half a turn more for each label, so that one that is new does not make the index infinite.
        let times = counts.get(label).map_or(0, |(times, _)| *times) as f64 + 0.5;
        times / (total(counts) as f64 + 0.5 * labels.len() as f64)
    };
    let mut moved: Vec<(String, f64, f64)> =
        labels.iter().map(|label| ((*label).clone(), share(before, label), share(recent, label))).collect();
    let index = moved.iter().map(|(_, was, is)| (is - was) * (is / was).ln()).sum();
    moved.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()).then_with(|| a.0.cmp(&b.0)));
    moved.truncate(3);
    let (now, then) = (total(recent), total(before));
    let sure = [sure(recent), sure(before)];
    let verdict = if now < LEAST || then < LEAST {
        Verdict::Few
    } else if index > SHIFTED.max(by_chance(labels.len(), now, then)) {
        Verdict::Shifted
    } else if sure[1] - sure[0] > LESS_SURE {
        Verdict::Unsure
    } else {
        Verdict::Steady
    };
    Drift { verdict, recent: now, before: then, index, sure, moved, corrected: [0.0; 2] }
}

/// The index that chance alone stays under 999 times of 1,000: under no change it is distributed as χ² with one degree of freedom
/// fewer than labels, times (1/n + 1/m) (Yurdakul and Naranjo, Journal of Risk Model Validation 14(4), 2020). The quantile is Wilson
/// and Hilferty's.
fn by_chance(labels: usize, now: i64, then: i64) -> f64 {
    const NORMAL_999: f64 = 3.090_232;
    let degrees = labels.saturating_sub(1).max(1) as f64;
    let part = 2.0 / (9.0 * degrees);
    let quantile = degrees * (1.0 - part + NORMAL_999 * part.sqrt()).powi(3);
    quantile * (1.0 / now.max(1) as f64 + 1.0 / then.max(1) as f64)
}

impl Learning {
    /// Every task's readings against those before.
    pub(crate) async fn drifts(&self, now: Micros) -> Result<BTreeMap<String, Drift>, LearningError> {
        let today = now.day();
        let day = |ago: i64| today.saturating_sub(ago.days()).to_string();
        let recent = self.read(&day(RECENT_DAYS - 1), &day(-1)).await?;
        let before = self.read(&day(RECENT_DAYS - 1 + BEFORE_DAYS), &day(RECENT_DAYS - 1)).await?;
        let ago = |days: i64| now.plus_secs(-days * 86_400).0;
        let fixed = self.corrected(ago(RECENT_DAYS), now.0 + 1).await?;
        let fixed_before = self.corrected(ago(RECENT_DAYS + BEFORE_DAYS), ago(RECENT_DAYS)).await?;
        let none = Counts::new();
        let tasks: BTreeSet<&String> =
            recent.keys().chain(before.keys()).chain(fixed.keys()).chain(fixed_before.keys()).collect();
        Ok(tasks
            .into_iter()
            .map(|task| {
                let mut drift = judge(recent.get(task).unwrap_or(&none), before.get(task).unwrap_or(&none));
                let rate = |fixed: &BTreeMap<String, i64>, turns: i64| {
                    fixed.get(task).copied().unwrap_or_default() as f64 * 1000.0 / turns.max(1) as f64
                };
                drift.corrected = [rate(&fixed, drift.recent), rate(&fixed_before, drift.before)];
                (task.clone(), drift)
            })
            .collect())
    }

    async fn read(&self, from: &str, until: &str) -> Result<BTreeMap<String, Counts>, LearningError> {
        let mut out: BTreeMap<String, Counts> = BTreeMap::new();
        for row in sqlx::query(sql::READ_SUM).bind(from).bind(until).fetch_all(self.store().read()).await? {
            let (task, label): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            out.entry(task).or_default().insert(label, (row.try_get(2)?, row.try_get(3)?));
        }
        Ok(out)
    }

    async fn corrected(&self, from: i64, until: i64) -> Result<BTreeMap<String, i64>, LearningError> {
        let rows =
            sqlx::query(sql::LABEL_SINCE).bind(from).bind(until).fetch_all(self.store().read()).await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(of: &[(&str, i64, i64)]) -> Counts {
        of.iter().map(|(label, times, sure)| ((*label).to_owned(), (*times, times * sure))).collect()
    }

    #[test]
    fn new_matters_and_new_wordings_show_and_the_same_again_does_not() {
        let before = counts(&[("consult", 600, 900), ("complaint", 300, 900), ("other", 100, 900)]);
        let same =
            judge(&counts(&[("consult", 180, 900), ("complaint", 90, 900), ("other", 30, 900)]), &before);
        assert_eq!(same.verdict, Verdict::Steady, "{same:?}");
        let flood =
            judge(&counts(&[("consult", 90, 900), ("complaint", 200, 900), ("other", 10, 900)]), &before);
        assert_eq!(flood.verdict, Verdict::Shifted, "{flood:?}");
        assert_eq!(flood.moved[0].0, "complaint");
        let unsure =
            judge(&counts(&[("consult", 180, 750), ("complaint", 90, 750), ("other", 30, 750)]), &before);
        assert_eq!(unsure.verdict, Verdict::Unsure, "{unsure:?}");
        let few = judge(&counts(&[("other", 50, 100)]), &before);
        assert_eq!(few.verdict, Verdict::Few);
    }

    proptest! {
        /// The index never alarms on two samples of one distribution, whatever the labels, beyond its chance of one in a thousand.
        #[test]
        fn chance_alone_hardly_ever_alarms(seed in any::<u64>(), labels in 2usize..26) {
            let mut rng = kernel::Rng::seeded(seed);
            let weights: Vec<u64> = (0..labels).map(|_| 1 + rng.next_u64() % 20).collect();
            let whole: u64 = weights.iter().sum();
            let mut draw = |turns: i64| {
                let mut out = Counts::new();
                for _ in 0..turns {
                    let mut at = rng.next_u64() % whole;
                    let label = weights.iter().position(|weight| { let here = at < *weight; at = at.saturating_sub(*weight); here });
                    let counted = out.entry(format!("{:02}", label.unwrap_or_default())).or_default();
                    *counted = (counted.0 + 1, counted.1 + 900);
                }
                out
            };
            let drift = judge(&draw(300), &draw(1200));
            prop_assert!(drift.verdict == Verdict::Steady || drift.index < 0.4, "{drift:?}");
            prop_assert!(drift.index >= 0.0);
        }
    }
}
