//! What people said about an entry, and the steps it took.

use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::FromRow;
use store::Tx;

use super::Library;
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::sql;

/// The longest note, in characters.
pub(super) const MAX_NOTE_CHARS: usize = 1_000;
/// Notes shown of one entry.
const MOST: i64 = 200;

/// What a note stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoteKind {
    Comment,
    Submitted,
    Returned,
    Approved,
    Published,
    Blocked,
    Dropped,
    Withdrawn,
    Checked,
    Confirmed,
    Repealed,
}

impl NoteKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Blocked => "blocked",
            Self::Dropped => "dropped",
            Self::Withdrawn => "withdrawn",
            Self::Checked => "checked",
            Self::Confirmed => "confirmed",
            Self::Repealed => "repealed",
        }
    }
}

/// The word of a kind of note for people.
pub fn note_words(kind: &str) -> &'static str {
    match kind {
        "submitted" => "提交审核",
        "returned" => "退回修改",
        "approved" => "审核通过，定时发布",
        "published" => "发布",
        "blocked" => "定时发布没有成功",
        "dropped" => "放弃草稿",
        "withdrawn" => "撤下",
        "checked" => "复核无误",
        "confirmed" => "第二人已复核",
        "repealed" => "依据废止",
        _ => "留言",
    }
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Note {
    /// Its number.
    pub seq: i64,
    /// `comment`, or the step that was taken.
    pub kind: String,
    /// The same in words.
    #[sqlx(skip)]
    pub kind_words: &'static str,
    /// What was said, masked.
    pub words: String,
    /// By whom.
    pub by_key: String,
    /// When.
    pub at_us: i64,
}

impl Library {
    /// What was said about an entry and its drafts, the latest first.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn notes(&self, ctx: &Ctx, entry: &str) -> Result<Vec<Note>, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeSuggest, None)?;
        self.note_scope(ctx, entry).await?;
        let rows: Vec<Note> =
            sqlx::query_as(sql::NOTE_LIST).bind(entry).bind(MOST).fetch_all(self.store().read()).await?;
        Ok(rows.into_iter().map(|row| Note { kind_words: note_words(&row.kind), ..row }).collect())
    }

    /// Says something about an entry or its draft.
    ///
    /// # Errors
    /// When nothing is said, or too much, or the actor may not.
    pub async fn comment(&self, ctx: &Ctx, entry: &str, words: &str) -> Result<(), KnowledgeError> {
        authorise(ctx, Permission::KnowledgeSuggest, None)?;
        self.note_scope(ctx, entry).await?;
        if words.trim().is_empty() {
            return Err(KnowledgeError::Faulty(vec![Fault::new("words", "请先写留言，再提交。")]));
        }
        let mut tx = self.store().begin(ctx).await?;
        note(&mut tx, entry, NoteKind::Comment, words).await?;
        Ok(tx.commit().await?)
    }

    /// Notes of an entry that has been in use are open to all staff; those of a draft alone to whom may see it.
    async fn note_scope(&self, ctx: &Ctx, entry: &str) -> Result<(), KnowledgeError> {
        match self.entry_get(ctx, entry).await {
            Ok(_) => return Ok(()),
            Err(KnowledgeError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        let drafts = self.draft_list(ctx).await.unwrap_or_default();
        if drafts.iter().any(|draft| draft.entry_id == entry) {
            Ok(())
        } else {
            Err(KnowledgeError::NotFound(entry.to_owned()))
        }
    }
}

/// Writes a note within a transaction, masked.
pub(super) async fn note(
    tx: &mut Tx,
    entry: &str,
    kind: NoteKind,
    words: &str,
) -> Result<(), KnowledgeError> {
    let words = words.trim().replace('\0', "");
    if words.chars().count() > MAX_NOTE_CHARS {
        let message = format!("最多{MAX_NOTE_CHARS}个字，请写短些。");
        return Err(KnowledgeError::Faulty(vec![Fault::new("words", message)]));
    }
    let (by, Micros(now)) = (tx.ctx().actor_key(), tx.now());
    sqlx::query(sql::NOTE_ADD)
        .bind(entry)
        .bind(kind.as_str())
        .bind(security::mask_text(&words))
        .bind(by)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
