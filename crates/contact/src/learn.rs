//! What the reader learns from contacts: labels on what citizens said, turns counted for drift, weights followed.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dialogue::Conversation;
use kernel::{ContactId, Ctx, Micros};
use language::table::Task;
use language::{Heard, Reader};
use learning::{Given, LabelFilter, Labels, Overview};
use security::{Permission, authorise};

use crate::turn::Words;
use crate::view::Message;
use crate::{ContactError, Hotline};

/// What other nodes put in use is looked at this often.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);
/// What was counted is written this often: every this many looks.
const FLUSH_EVERY: u32 = 30;

impl Hotline {
    /// The reader of language.
    pub(crate) fn reader(&self) -> Arc<Reader> {
        Arc::clone(&self.0.reader.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the weights in use.
    pub(crate) async fn follow_learning(&self) -> Result<BTreeMap<String, i64>, ContactError> {
        let present = self.learning().present().await?;
        let reader = self.learning().reader().await?;
        *self.0.reader.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(reader);
        Ok(present)
    }

    /// Follows the weights in use and writes what was counted, until the program ends.
    pub(crate) async fn learn_forever(&self) {
        let mut known = None;
        let mut looks = 0_u32;
        loop {
            let now = self.learning().present().await;
            match now {
                Ok(now) if known.as_ref() != Some(&now) => {
                    // The first look after the start finds what `open` has read already.
                    if known.is_some() {
                        let read = self.follow_learning().await;
                        if let Err(error) = read.and(self.reload().await) {
                            tracing::warn!(%error, "the weights in use could not be read");
                        }
                    }
                    known = Some(now);
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the weights in use could not be looked up"),
            }
            if let Err(error) = self.casework().follow_lessons().await {
                tracing::warn!(%error, "what closed tickets teach could not be read");
            }
            looks += 1;
            if looks.is_multiple_of(FLUSH_EVERY)
                && let Err(error) = self.learning().flush(&self.ctx("learning")).await
            {
                tracing::warn!(%error, "what turns were read as could not be written");
            }
            tokio::time::sleep(FOLLOW_EVERY).await;
        }
    }

    /// What stands beside a citizen's words in Ningbo speech: the words in Mandarin. What the words were read as is counted.
    ///
    /// Always by rules and linear models, so that a rush, in which turns are read without the encoder, does not look like drift.
    pub(crate) fn read_aside(&self, state: &Conversation, words: &Words, now: Micros) -> Option<String> {
        if words.author != "citizen" {
            return None;
        }
        let reading = self.brain_quick().reader.read(&words.text, &state.heard);
        self.learning().count(&reading, now);
        let folded = language::plain::fold(&reading.raw);
        (reading.dialect && reading.normal.trim() != folded.trim()).then_some(reading.normal)
    }

    /// Where learning stands, with names of staff in place of accounts.
    ///
    /// # Errors
    /// When the person may not.
    pub async fn learning_view(&self, ctx: &Ctx) -> Result<Overview, ContactError> {
        let mut view = self.learning().overview(ctx).await?;
        for task in &mut view.tasks {
            for version in &mut task.versions {
                version.made_by = self.actor_name(&version.made_by);
            }
            if let Some(run) = &mut task.run {
                run.started_by = self.actor_name(&run.started_by);
            }
        }
        Ok(view)
    }

    /// Where learning from closed tickets stands, with names of staff in place of accounts.
    ///
    /// # Errors
    /// When the person may not.
    pub async fn lessons_view(&self, ctx: &Ctx) -> Result<casework::Lessons, ContactError> {
        let mut lessons = self.casework().lessons(ctx).await?;
        for run in &mut lessons.runs {
            run.started_by = self.actor_name(&run.started_by);
        }
        Ok(lessons)
    }

    /// Begins to learn from closed tickets.
    ///
    /// # Errors
    /// When the person may not, too few are closed, or it is being done.
    pub async fn lesson_begin(&self, ctx: &Ctx) -> Result<(), ContactError> {
        Ok(self.casework().lesson_begin(ctx, self.shared_clock()).await?)
    }

    /// A page of labels, with names of staff in place of accounts.
    ///
    /// # Errors
    /// When the person may not.
    pub async fn labels_view(&self, ctx: &Ctx, filter: &LabelFilter) -> Result<Labels, ContactError> {
        let mut labels = self.learning().labels(ctx, filter).await?;
        for label in &mut labels.rows {
            label.labelled_by = self.actor_name(&label.labelled_by);
            label.checked_by = label.checked_by.as_deref().map(|by| self.actor_name(by));
        }
        Ok(labels)
    }

    /// Begins a training.
    ///
    /// # Errors
    /// When the person may not, too few labels are checked, or another training runs.
    pub async fn learning_train(&self, ctx: &Ctx, task: Task) -> Result<(), ContactError> {
        Ok(self.learning().train(ctx, task, self.shared_clock()).await?)
    }

    /// The name behind an actor's key. Labels of older versions hold the account alone.
    pub(crate) fn actor_name(&self, key: &str) -> String {
        match key.split_once(':') {
            Some(("staff", id)) => self.name_of(id),
            Some(("system", _)) => "系统".to_owned(),
            _ => self.name_of(key),
        }
    }

    /// Labels what a citizen said in a contact: what it should have been read as.
    ///
    /// # Errors
    /// When the person may not read contacts or suggest, there are no such words of the citizen, or the task has no such label.
    pub async fn label_words(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        seq: i64,
        task: Task,
        label: &str,
    ) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactRead, None)?;
        let messages = self.messages(id, 0, true).await?;
        let at = messages.iter().position(|message| message.seq == seq && message.author == "citizen");
        let Some((before, [said, ..])) = at.and_then(|at| messages.split_at_checked(at)) else {
            return Err(ContactError::Words("只能标注市民自己说的话，请在对话里选一句。"));
        };
        let was = self.reader().read(&said.text, &Heard::Opening);
        let was = learning::label_of(task, &was);
        let given = Given {
            task,
            text: &said.text,
            context: &heard(before),
            label,
            was: was.as_deref(),
            contact: Some(id),
        };
        Ok(self.learning().label_add(ctx, &given).await?)
    }
}

/// Where words were said, as the tables of labels have it: what stood before them tells.
fn heard(before: &[Message]) -> String {
    let asked = before.iter().rev().take_while(|message| message.author != "citizen").collect::<Vec<_>>();
    if !before.iter().any(|message| message.author == "citizen") {
        "opening".to_owned()
    } else if let Some(question) = asked.iter().find(|message| message.text.ends_with(['？', '?'])) {
        format!("form:{}", question.text)
    } else if asked.iter().any(|message| !message.citations.is_empty()) {
        "after_answer".to_owned()
    } else {
        String::new()
    }
}
