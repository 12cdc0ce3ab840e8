//! Labels: what people say a text should have been read as, and whether that was checked.

use kernel::{ContactId, Ctx};
use language::table::Task;
use security::{Permission, authorise, mask_text};
use serde::Serialize;
use sqlx::Row as _;
use store::{Tx, one_changed};

use crate::task::choice;
use crate::{Learning, LearningError, sql};

/// The longest text that is kept, characters.
const MAX_CHARS: usize = 500;
/// Rows of a page.
const PAGE: i64 = 50;

/// A label as somebody gives it.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// The task.
    pub task: Task,
    /// The words, as they were said.
    pub text: &'a str,
    /// Where they were said: `opening`, `after_answer`, `form:…`; empty where it does not matter.
    pub context: &'a str,
    /// What they should have been read as: a label of [`crate::choices`].
    pub label: &'a str,
    /// What they were read as.
    pub was: Option<&'a str>,
    /// The contact they were said in.
    pub contact: Option<&'a ContactId>,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Its id.
    pub id: String,
    /// The task's name.
    pub task: String,
    /// The words, masked.
    pub text: String,
    /// Where they were said.
    pub context: String,
    /// The label, as [`crate::choices`] has it.
    pub label: String,
    /// What the program had said.
    pub was: Option<String>,
    /// `new`, `kept` or `left`.
    pub state: String,
    /// Who gave it (an account's id).
    pub labelled_by: String,
    /// When.
    pub labelled_us: i64,
    /// Who checked it.
    pub checked_by: Option<String>,
    /// When.
    pub checked_us: Option<i64>,
    /// The contact it comes from.
    pub contact_id: Option<String>,
}

/// A page of labels.
#[derive(Debug, Clone, Serialize)]
pub struct Labels {
    /// How many there are in all.
    pub total: i64,
    /// The page.
    pub rows: Vec<Label>,
}

/// What a list of labels is filtered by; empty fields match all.
#[derive(Debug, Clone, Default)]
pub struct LabelFilter {
    /// The task's name.
    pub task: String,
    /// `new`, `kept` or `left`.
    pub state: String,
    /// The page, from 1.
    pub page: i64,
}

/// A choice as the columns `label` and `service` have it.
fn columns(task: Task, label: &str) -> Result<(&'static str, &'static str), LearningError> {
    let chosen = choice(task, label).ok_or_else(|| {
        LearningError::Faulty(format!("“{}”没有“{label}”这个标注，请从列表中选择", crate::task_words(task)))
    })?;
    Ok(match task {
        Task::Emergency if chosen.label != "0" => ("1", chosen.label),
        _ => (chosen.label, ""),
    })
}

impl Learning {
    /// Keeps a label within a transaction that does more: the end of a contact.
    ///
    /// # Errors
    /// When the task has no such label, the text is empty or the database refuses.
    pub async fn label_add_in(&self, tx: &mut Tx, ctx: &Ctx, given: &Given<'_>) -> Result<(), LearningError> {
        let (label, service) = columns(given.task, given.label)?;
        let text: String = mask_text(given.text.trim()).chars().take(MAX_CHARS).collect();
        if text.is_empty() {
            return Err(LearningError::Faulty("这句话没有内容，不用标注".to_owned()));
        }
        sqlx::query(sql::LABEL_ADD)
            .bind(self.fresh(ctx))
            .bind(given.task.name())
            .bind(text)
            .bind(label)
            .bind(given.was)
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .bind(mask_text(given.context))
            .bind(service)
            .bind(given.contact.map(ContactId::as_str))
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Keeps a label that somebody gives a text.
    ///
    /// # Errors
    /// When the person may not, the task has no such label, or the database refuses.
    pub async fn label_add(&self, ctx: &Ctx, given: &Given<'_>) -> Result<(), LearningError> {
        authorise(ctx, Permission::KnowledgeSuggest, None)?;
        let mut tx = self.store().begin(ctx).await?;
        self.label_add_in(&mut tx, ctx, given).await?;
        Ok(tx.commit().await?)
    }

    /// A page of labels, the latest first.
    ///
    /// # Errors
    /// When the person may not.
    pub async fn labels(&self, ctx: &Ctx, filter: &LabelFilter) -> Result<Labels, LearningError> {
        authorise(ctx, Permission::ReaderTrain, None)?;
        let page = (filter.page.max(1) - 1).saturating_mul(PAGE);
        let rows = sqlx::query(sql::LABEL_LIST)
            .bind(filter.task.as_str())
            .bind(filter.state.as_str())
            .bind(PAGE)
            .bind(page)
            .fetch_all(self.store().read())
            .await?;
        let total = sqlx::query(sql::LABEL_COUNT)
            .bind(filter.task.as_str())
            .bind(filter.state.as_str())
            .fetch_one(self.store().read())
            .await?
            .try_get(0)?;
        let rows = rows.iter().map(label).collect::<Result<_, sqlx::Error>>()?;
        Ok(Labels { total, rows })
    }

    /// Keeps a label for learning, with another label where one is given, or leaves it out.
    ///
    /// # Errors
    /// When the person may not, there is no such label, or the task has none of that name.
    pub async fn label_check(
        &self,
        ctx: &Ctx,
        id: &str,
        keep: bool,
        label: &str,
    ) -> Result<(), LearningError> {
        authorise(ctx, Permission::ReaderTrain, None)?;
        let mut tx = self.store().begin(ctx).await?;
        let found = sqlx::query(sql::LABEL_TASK).bind(id).fetch_optional(&mut *tx).await?;
        let task = found
            .and_then(|row| row.try_get::<String, _>(0).ok()?.parse::<Task>().ok())
            .ok_or(LearningError::NotFound("这条标注"))?;
        let (label, service) = columns(task, label)?;
        let state = if keep { "kept" } else { "left" };
        let changed = sqlx::query(sql::LABEL_CHECK)
            .bind(state)
            .bind(label)
            .bind(service)
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        one_changed(changed.rows_affected(), "label")?;
        tx.audit(
            "learning.check",
            &format!("label:{id}"),
            &serde_json::json!({ "state": state, "label": label }),
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

fn label(row: &sqlx::any::AnyRow) -> Result<Label, sqlx::Error> {
    let (label, service): (String, String) = (row.try_get("label")?, row.try_get("service")?);
    Ok(Label {
        id: row.try_get("id")?,
        task: row.try_get("task")?,
        text: row.try_get("text")?,
        context: row.try_get("context")?,
        label: if service.is_empty() { label } else { service },
        was: row.try_get("was")?,
        state: row.try_get("state")?,
        labelled_by: row.try_get("labelled_by")?,
        labelled_us: row.try_get("labelled_us")?,
        checked_by: row.try_get("checked_by")?,
        checked_us: row.try_get("checked_us")?,
        contact_id: row.try_get("contact_id")?,
    })
}
