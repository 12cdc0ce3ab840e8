//! Documents on editors' desks: brought in, worked on, turned into drafts. What the library says already, or otherwise, stands beside.

use jiff::civil::Date;
use kernel::{Actor, Ctx};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use store::{Tx, from_json, to_json};

use super::Library;
use super::draft::{DraftOrigin, StoredDraft};
use super::put::{object, stored};
use crate::KnowledgeError;
use crate::entry::{Fault, index};
use crate::intake::{self, Alike, Common, Fate, Kind, Working, WorkingEntry, likeness};
use crate::model::{EVERYWHERE, Target};
use crate::review::DraftState;
use crate::search::Query;
use crate::sql;

/// Documents shown in a list.
const MOST: i64 = 200;
/// The longest name of a file, in characters.
const NAME_CHARS: usize = 200;
/// Clauses that are compared with those in use at once.
const COMPARED: usize = 3_000;
/// Entries whose clauses each is compared with.
const NEAR: usize = 6;
/// Likenesses shown of one clause.
const MOST_ALIKE: usize = 5;
/// Numbers tried for an id that is free.
const TRIES: usize = 1_000;

/// A document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct DocumentRow {
    /// Its number.
    pub seq: i64,
    /// The file's name.
    pub name: String,
    /// What kind of file it was.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The place it holds for.
    pub region: String,
    /// Clauses made of it.
    pub clauses: i64,
    /// Entries made of it.
    pub entries: i64,
    /// How many of them have become drafts.
    pub drafted: i64,
    /// Who brought it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_us: i64,
}

/// A document on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its number.
    pub seq: i64,
    /// The file's name.
    pub name: String,
    /// What kind of file it was.
    pub kind: String,
    /// Grows with every change; to be given back with one.
    pub version: i64,
    /// Who brought it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_us: i64,
    /// What is made of it.
    #[serde(flatten)]
    pub working: Working,
    /// Each paragraph's fate.
    pub fates: Vec<Fate>,
}

/// What an editor made of a document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentChange {
    /// The version that was changed.
    pub version: i64,
    /// What holds for all of it.
    pub common: Common,
    /// Why each paragraph is in no clause, in the order of the paragraphs.
    pub left_out: Vec<String>,
    /// The entries.
    pub entries: Vec<WorkingEntry>,
}

#[derive(FromRow)]
struct Stored {
    seq: i64,
    name: String,
    kind: String,
    region: String,
    body: String,
    created_by: String,
    version: i64,
    updated_us: i64,
}

impl Stored {
    fn document(self) -> Result<Document, KnowledgeError> {
        let working: Working = from_json("document", &self.body)?;
        let Self { seq, name, kind, created_by, version, updated_us, .. } = self;
        Ok(Document { fates: working.fates(), seq, name, kind, version, created_by, updated_us, working })
    }
}

impl Library {
    /// Reads a document and puts it on the desk with what it might give. Nothing comes into use.
    ///
    /// # Errors
    /// When the document cannot be read, or the actor may not write knowledge.
    pub async fn intake_add(
        &self,
        ctx: &Ctx,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Document, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
        let called = name.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let found = intake::read(&called, &bytes)?;
            Ok::<(Kind, Working), Fault>((found.kind, Working::of(&found.text, &found.aside)?))
        });
        let broken = |_| Fault::new("file", "文件没能读完，请另存一份再上传，或复制文字直接粘贴。");
        let read = reading.await.map_err(broken).and_then(|read| read);
        let (kind, mut working) = read.map_err(|fault| KnowledgeError::Faulty(vec![fault]))?;
        working.common.region = self.own_region(ctx);
        let mut tx = self.store().begin(ctx).await?;
        let (seq,): (i64,) = sqlx::query_as(sql::INTAKE_ADD)
            .bind(&name)
            .bind(kind.as_str())
            .bind(&working.title)
            .bind(&working.common.region)
            .bind(to_json("document", &working)?)
            .bind(working.clauses() as i64)
            .bind(working.entries.len() as i64)
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .fetch_one(&mut *tx)
            .await?;
        let detail = json!({ "name": name, "clauses": working.clauses() });
        tx.audit("intake.add", &format!("intake:{seq}"), &detail).await?;
        tx.commit().await?;
        self.intake_get(ctx, seq).await
    }

    /// The place that what an actor writes holds for, unless they say otherwise.
    fn own_region(&self, ctx: &Ctx) -> String {
        if let Actor::Staff { scope, .. } = &ctx.actor
            && self.may_edit(ctx, EVERYWHERE).is_err()
        {
            let vocabulary = self.vocabulary();
            let own = vocabulary.regions.iter().find(|(_, region)| region.scope == *scope);
            return own.map_or_else(|| EVERYWHERE.to_owned(), |(name, _)| name.clone());
        }
        EVERYWHERE.to_owned()
    }

    /// Documents that the actor may see, the latest change first.
    ///
    /// # Errors
    /// When the actor may not write knowledge or the database refuses.
    pub async fn intake_list(&self, ctx: &Ctx) -> Result<Vec<DocumentRow>, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let rows: Vec<DocumentRow> =
            sqlx::query_as(sql::INTAKE_LIST).bind(MOST).fetch_all(self.store().read()).await?;
        let actor = ctx.actor_key();
        Ok(rows
            .into_iter()
            .filter(|row| row.created_by == actor || self.may_edit(ctx, &row.region).is_ok())
            .collect())
    }

    /// One document.
    ///
    /// # Errors
    /// When there is none such that the actor may see.
    pub async fn intake_get(&self, ctx: &Ctx, seq: i64) -> Result<Document, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let row: Option<Stored> =
            sqlx::query_as(sql::INTAKE_GET).bind(seq).fetch_optional(self.store().read()).await?;
        self.seen(ctx, row, seq)
    }

    fn seen(&self, ctx: &Ctx, row: Option<Stored>, seq: i64) -> Result<Document, KnowledgeError> {
        let hidden = || KnowledgeError::NotFound(format!("文件{seq}"));
        let row = row.ok_or_else(hidden)?;
        if row.created_by != ctx.actor_key() {
            self.may_edit(ctx, &row.region).map_err(|_| hidden())?;
        }
        row.document()
    }

    async fn intake_in(&self, tx: &mut Tx, seq: i64) -> Result<Document, KnowledgeError> {
        let ctx = tx.ctx().clone();
        authorise(&ctx, Permission::KnowledgeEdit, None)?;
        let row: Option<Stored> = sqlx::query_as(sql::INTAKE_GET).bind(seq).fetch_optional(&mut **tx).await?;
        self.seen(&ctx, row, seq)
    }

    /// Keeps what an editor made of a document.
    ///
    /// # Errors
    /// When a paragraph would be lost, somebody changed it since, or the actor may not.
    pub async fn intake_save(
        &self,
        ctx: &Ctx,
        seq: i64,
        change: DocumentChange,
    ) -> Result<Document, KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let mut document = self.intake_in(&mut tx, seq).await?;
        let DocumentChange { version, common, left_out, entries } = change;
        self.may_edit(ctx, if common.region.is_empty() { EVERYWHERE } else { &common.region })?;
        document.working.take(common, &left_out, entries).map_err(KnowledgeError::Faulty)?;
        document.version = version;
        self.intake_write(&mut tx, &document).await?;
        tx.commit().await?;
        self.intake_get(ctx, seq).await
    }

    async fn intake_write(&self, tx: &mut Tx, document: &Document) -> Result<(), KnowledgeError> {
        let Document { seq, working, .. } = document;
        let drafted = working.entries.iter().filter(|entry| entry.draft.is_some()).count();
        let changed = sqlx::query(sql::INTAKE_SAVE)
            .bind(*seq)
            .bind(&working.common.region)
            .bind(to_json("document", working)?)
            .bind(working.clauses() as i64)
            .bind(working.entries.len() as i64)
            .bind(drafted as i64)
            .bind(tx.now().0)
            .bind(document.version)
            .execute(&mut **tx)
            .await?;
        if changed.rows_affected() == 1 {
            Ok(())
        } else {
            Err(KnowledgeError::Conflict(document.name.clone()))
        }
    }

    /// Makes drafts of some of a document's entries, all of them or none. Which are drafts already are passed over.
    ///
    /// # Errors
    /// When one cannot be a draft, somebody changed the document since, or the actor may not.
    pub async fn intake_drafts(
        &self,
        ctx: &Ctx,
        seq: i64,
        version: i64,
        which: &[usize],
    ) -> Result<Document, KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let mut document = self.intake_in(&mut tx, seq).await?;
        document.version = version;
        let origin = DraftOrigin { document: Some(seq), ..DraftOrigin::default() };
        let mut faults = Vec::new();
        for at in which {
            let Some(entry) = document.working.entries.get(*at).cloned() else { continue };
            if self.at_work(&mut tx, entry.draft).await? {
                continue;
            }
            if entry.clauses.is_empty() {
                let message = format!("“{}”里没有条款，请先放入条款，或不存它。", entry.title);
                faults.push(Fault::new(format!("entries[{at}]"), message));
                continue;
            }
            let base = match &entry.onto {
                Some(id) => Some(stored(&mut tx, id).await?.entry),
                None => None,
            };
            let mut made = document.working.entry(&entry, base.as_ref());
            if base.is_none() {
                made.id = self.free_id(&mut tx, &made.id).await?;
            }
            let vocabulary = self.vocabulary();
            // What stops nobody from writing on is no reason to stop here; names that the house does not know are.
            let wrong = made
                .faults(&vocabulary)
                .into_iter()
                .filter(|fault| matches!(fault.field.as_str(), "domain" | "region" | "id"));
            faults.extend(wrong);
            if made.clauses.iter().any(|clause| clause.source.trim().is_empty()) {
                faults.push(Fault::new("common.source", "没有写出处，请填法规或文件的全名。"));
            }
            if !faults.is_empty() {
                break;
            }
            let draft = self.draft_add(&mut tx, &made, &origin).await?;
            document.working.entries.get_mut(*at).into_iter().for_each(|entry| entry.draft = Some(draft));
        }
        if !faults.is_empty() {
            return Err(KnowledgeError::Faulty(faults));
        }
        self.intake_write(&mut tx, &document).await?;
        tx.commit().await?;
        self.intake_get(ctx, seq).await
    }

    /// Whether an entry's draft is still there, or has come into use; one that was given up may be made again.
    async fn at_work(&self, tx: &mut Tx, draft: Option<i64>) -> Result<bool, KnowledgeError> {
        let Some(seq) = draft else { return Ok(false) };
        let row: Option<StoredDraft> =
            sqlx::query_as(sql::DRAFT_GET).bind(seq).fetch_optional(&mut **tx).await?;
        Ok(row.map(StoredDraft::draft).transpose()?.is_some_and(|draft| draft.state != DraftState::Dropped))
    }

    async fn free_id(&self, tx: &mut Tx, id: &str) -> Result<String, KnowledgeError> {
        for number in 1..TRIES {
            let tried = if number == 1 { id.to_owned() } else { format!("{id}-{number}") };
            let open: Option<(i64,)> =
                sqlx::query_as(sql::DRAFT_OPEN).bind(&tried).fetch_optional(&mut **tx).await?;
            if open.is_some() {
                continue;
            }
            match stored(tx, &tried).await {
                Err(KnowledgeError::NotFound(_)) => return Ok(tried),
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
        Err(KnowledgeError::Taken(id.to_owned()))
    }

    /// Takes a document off the desk. Drafts made of it stay.
    ///
    /// # Errors
    /// When there is none such, or the actor may not.
    pub async fn intake_drop(&self, ctx: &Ctx, seq: i64) -> Result<(), KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let document = self.intake_in(&mut tx, seq).await?;
        sqlx::query(sql::INTAKE_DROP).bind(seq).bind(ctx.now.0).execute(&mut *tx).await?;
        tx.audit("intake.drop", &object(&format!("intake:{seq}")), &json!({ "name": document.name })).await?;
        Ok(tx.commit().await?)
    }

    /// What the library says already or otherwise, for each clause of each entry in their order.
    ///
    /// # Errors
    /// When there is no such document that the actor may see.
    pub async fn intake_alike(&self, ctx: &Ctx, seq: i64) -> Result<Vec<Vec<Vec<Alike>>>, KnowledgeError> {
        let document = self.intake_get(ctx, seq).await?;
        let (library, day) = (self.clone(), ctx.now.day());
        let compared = tokio::task::spawn_blocking(move || library.compare(&document.working, day));
        let broken = |_| KnowledgeError::Faulty(vec![Fault::new("", "没能和现有知识比对完，请刷新再试。")]);
        compared.await.map_err(broken)
    }

    fn compare(&self, working: &Working, day: Date) -> Vec<Vec<Vec<Alike>>> {
        let mut left = COMPARED;
        let entries = working.entries.iter().map(|entry| {
            let clauses = entry.clauses.iter().map(|clause| {
                left = left.saturating_sub(1);
                if left == 0 || entry.draft.is_some() { Vec::new() } else { self.alike(&clause.text, day) }
            });
            clauses.collect()
        });
        entries.collect()
    }

    /// Clauses in use that say the same as a text, or the same with another figure.
    fn alike(&self, text: &str, day: Date) -> Vec<Alike> {
        let shelf = self.shelf();
        let mut out = Vec::new();
        for hit in self.0.index.search(&Query { limit: NEAR, ..Query::new(text, day) }) {
            let Target::Entry(id) = index::target(&hit.entry_id) else { continue };
            let Some(record) = shelf.entries.get(&id) else { continue };
            for known in record.entry.clauses.iter().filter(|known| known.in_force(day)) {
                let Some((kind, new, old)) = likeness(text, &known.text) else { continue };
                out.push(Alike {
                    kind,
                    entry_id: id.clone(),
                    title: record.entry.title.clone(),
                    clause_id: known.id.clone(),
                    text: known.text.clone(),
                    source: format!("{}{}", known.source, known.article.as_deref().unwrap_or_default()),
                    new,
                    old,
                });
            }
        }
        out.truncate(MOST_ALIKE);
        out
    }
}
