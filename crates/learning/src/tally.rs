//! Counting what turns are read as: in memory, written once a minute. What a dead process had not written is lost, which an
//! indicator over weeks can bear.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use kernel::{Ctx, Micros};
use language::table::Task;
use language::{MedicalLine, Reading, Service};

use crate::{Learning, LearningError, sql};

/// By day, task and label: how often, and how sure in thousandths, summed.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<(String, &'static str, String), (i64, i64)>);

impl Learning {
    /// Counts a citizen's turn.
    pub fn count(&self, reading: &Reading, now: Micros) {
        let day = now.day().to_string();
        let mut tally = self.0.tally.lock().unwrap_or_else(PoisonError::into_inner);
        for (task, label, sure) in labels(reading) {
            let counted = tally.0.entry((day.clone(), task.name(), label)).or_default();
            counted.0 += 1;
            counted.1 += (f64::from(sure) * 1000.0) as i64;
        }
    }

    /// Writes what was counted.
    ///
    /// # Errors
    /// When the database refuses; what was counted is kept for the next time.
    pub async fn flush(&self, ctx: &Ctx) -> Result<(), LearningError> {
        let counted = std::mem::take(&mut *self.0.tally.lock().unwrap_or_else(PoisonError::into_inner));
        if counted.0.is_empty() {
            return Ok(());
        }
        let written = self.write(ctx, &counted).await;
        if written.is_err() {
            let mut tally = self.0.tally.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, (times, sure)) in counted.0 {
                let since = tally.0.entry(key).or_default();
                (since.0, since.1) = (since.0 + times, since.1 + sure);
            }
        }
        written
    }

    async fn write(&self, ctx: &Ctx, counted: &Tally) -> Result<(), LearningError> {
        let mut tx = self.store().begin(ctx).await?;
        for ((day, task, label), (times, sure)) in &counted.0 {
            sqlx::query(sql::READ_ADD)
                .bind(day.as_str())
                .bind(*task)
                .bind(label.as_str())
                .bind(*times)
                .bind(*sure)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}

/// The label that a reading gives a task; none where it says nothing of it.
pub fn label_of(task: Task, reading: &Reading) -> Option<String> {
    labels(reading).into_iter().find(|(known, ..)| *known == task).map(|(_, label, _)| label)
}

/// What a reading says of each task, and how sure; 1 where it does not say how sure.
fn labels(reading: &Reading) -> Vec<(Task, String, f32)> {
    let flag = |yes: bool| if yes { "1" } else { "0" }.to_owned();
    let mut out = vec![
        (Task::HumanRequest, flag(reading.human.is_some()), 1.0),
        (
            Task::Emergency,
            reading
                .danger
                .as_ref()
                .map_or_else(|| "0".to_owned(), |danger| service(danger.service).to_owned()),
            1.0,
        ),
        (Task::RequestKind, word(&reading.kind), reading.kind_confidence),
        (Task::Dialect, flag(reading.dialect), 1.0),
        (Task::Act, word(&reading.doing), reading.doing_confidence),
    ];
    if let Some(domain) = &reading.domain {
        out.push((Task::Domain, domain.name.clone(), domain.confidence));
    }
    if let Some(line) = reading.medical_line {
        let line = match line {
            MedicalLine::EmployeeRetire => "employee_retire",
            MedicalLine::ResidentTransfer => "resident_transfer",
            MedicalLine::ReimburseMaternity => "reimburse_maternity",
            MedicalLine::NotMedical => "not_medical",
        };
        out.push((Task::MedicalLine, line.to_owned(), 1.0));
    }
    out
}

const fn service(service: Service) -> &'static str {
    match service {
        Service::Police => "110",
        Service::Fire => "119",
        Service::Ambulance => "120",
        Service::Traffic => "122",
        Service::Crisis => "crisis",
        Service::Gas => "gas",
    }
}

/// The word by which a label stands in tables and rows.
fn word(label: &impl serde::Serialize) -> String {
    serde_json::to_value(label).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
