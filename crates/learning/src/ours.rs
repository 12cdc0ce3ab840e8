//! The labelled lines of the project, beside which a site's are learned.

use language::table::{Row, TableError, Task, parse};

/// A task's lines; none for a task that sites do not teach.
pub(crate) fn rows(task: Task) -> Result<Vec<Row>, TableError> {
    let text = match task {
        Task::HumanRequest => include_str!("../../../evals/intent/human_request.csv"),
        Task::Emergency => include_str!("../../../evals/intent/emergency.csv"),
        Task::RequestKind => include_str!("../../../evals/intent/request_kind.csv"),
        Task::Domain => include_str!("../../../evals/intent/domain.csv"),
        Task::MedicalLine => include_str!("../../../evals/intent/medical_line.csv"),
        Task::Dialect => include_str!("../../../evals/intent/dialect.csv"),
        Task::Act => include_str!("../../../evals/intent/act.csv"),
        Task::Crisis => return Ok(Vec::new()),
    };
    parse(task, task.name(), text.as_bytes())
}
