//! Keeping entries true: who keeps one, when it is looked at again, what is due, what a second person has not yet seen.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use store::Tx;

use super::Library;
use super::notes::{NoteKind, note};
use super::put::{object, stored};
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::review::{Due, DueKind, due_of};
use crate::sql;

/// A row of `entry_care`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromRow)]
pub struct Care {
    /// The entry.
    #[serde(skip)]
    pub entry_id: String,
    /// Who keeps it: `staff:ID`.
    pub keeper: Option<String>,
    /// The day set for looking at it again.
    pub recheck_on: Option<String>,
    /// When somebody last found it still true.
    pub checked_us: Option<i64>,
    /// Who.
    pub checked_by: Option<String>,
    /// The revision that was published without a second person.
    pub urgent_revision: Option<i64>,
    /// By whom.
    pub urgent_by: Option<String>,
}

/// An entry that asks for somebody's attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upkeep {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// The place it holds for.
    pub region: String,
    /// The domain or unit that keeps it.
    pub owner: String,
    /// The person who keeps it.
    pub keeper: Option<String>,
    /// What falls due.
    pub due: Option<Due>,
    /// The same in words.
    pub due_words: Option<&'static str>,
    /// Reports that nobody has dealt with.
    pub reports: i64,
    /// It was published without a second person.
    pub unconfirmed: bool,
}

/// How many ask for what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpkeepList {
    /// The entries, the most pressing first.
    pub rows: Vec<Upkeep>,
    /// How many have open reports.
    pub reported: usize,
    /// How many are due, by kind.
    pub due: BTreeMap<DueKind, usize>,
    /// How many wait for a second person.
    pub unconfirmed: usize,
}

impl Library {
    /// Everything in use that asks for attention, the most pressing first: reports, what has expired, what a second person has not
    /// seen, what ends soon, what is to be looked at again. Within the actor's scope.
    ///
    /// # Errors
    /// When the actor may not write knowledge or the database refuses.
    pub async fn upkeep(&self, ctx: &Ctx) -> Result<UpkeepList, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let cares: Vec<Care> = sqlx::query_as(sql::CARE_ALL).fetch_all(self.store().read()).await?;
        let cares: HashMap<String, Care> =
            cares.into_iter().map(|care| (care.entry_id.clone(), care)).collect();
        let open: Vec<(String, i64)> =
            sqlx::query_as(sql::REPORT_COUNTS).fetch_all(self.store().read()).await?;
        let open: HashMap<String, i64> = open.into_iter().collect();
        let (shelf, today) = (self.shelf(), ctx.now.day());
        let none = Care::default();
        let mut list = UpkeepList::default();
        for record in shelf.entries.values() {
            let entry = &record.entry;
            if self.may_edit(ctx, &entry.region).is_err() {
                continue;
            }
            let care = cares.get(&entry.id).unwrap_or(&none);
            let seen = Micros(record.updated_us.max(care.checked_us.unwrap_or(0))).day();
            let recheck_on = care.recheck_on.as_deref().and_then(|day| day.parse().ok());
            let due = due_of(entry, recheck_on, seen, today);
            let reports = open.get(&entry.id).copied().unwrap_or(0);
            let unconfirmed = care.urgent_by.is_some();
            if due.is_none() && reports == 0 && !unconfirmed {
                continue;
            }
            list.reported += usize::from(reports > 0);
            list.unconfirmed += usize::from(unconfirmed);
            if let Some(due) = due {
                *list.due.entry(due.kind).or_default() += 1;
            }
            list.rows.push(Upkeep {
                entry_id: entry.id.clone(),
                title: entry.title.clone(),
                domain: entry.domain.clone(),
                region: entry.region.clone(),
                owner: entry.owner.clone(),
                keeper: care.keeper.clone(),
                due,
                due_words: due.map(|due| due.kind.told()),
                reports,
                unconfirmed,
            });
        }
        let pressing = |row: &Upkeep| {
            let due = row.due.map_or(4, |due| due.kind as u8);
            (row.reports <= 0, due, !row.unconfirmed)
        };
        list.rows.sort_by(|a, b| {
            pressing(a)
                .cmp(&pressing(b))
                .then(b.reports.cmp(&a.reports))
                .then_with(|| a.due.map(|due| due.on).cmp(&b.due.map(|due| due.on)))
                .then_with(|| a.entry_id.cmp(&b.entry_id))
        });
        Ok(list)
    }

    /// Who keeps an entry, and when it is looked at again.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn care(&self, ctx: &Ctx, id: &str) -> Result<Care, KnowledgeError> {
        Self::may_read(ctx)?;
        let row = sqlx::query_as(sql::CARE_GET).bind(id).fetch_optional(self.store().read()).await?;
        Ok(row.unwrap_or_default())
    }

    /// Notes that the actor looked at an entry and found it still true; `next` is the day to look again.
    ///
    /// # Errors
    /// When the day is not one to come, there is no such entry, or the actor may not.
    pub async fn recheck(
        &self,
        ctx: &Ctx,
        id: &str,
        next: Option<&str>,
        words: &str,
    ) -> Result<Care, KnowledgeError> {
        let next = day(next)?;
        if next.as_ref().is_some_and(|next| next.parse::<Date>().is_ok_and(|next| next <= ctx.now.day())) {
            let message = "下次复核的日子要在今天以后，请重新选一个日期。";
            return Err(KnowledgeError::Faulty(vec![Fault::new("recheck_on", message)]));
        }
        let mut tx = self.store().begin(ctx).await?;
        let record = stored(&mut tx, id).await?;
        self.may_edit(ctx, &record.entry.region)?;
        sqlx::query(sql::CARE_CHECKED)
            .bind(id)
            .bind(next.as_deref())
            .bind(ctx.now.0)
            .bind(ctx.actor_key())
            .execute(&mut *tx)
            .await?;
        note(&mut tx, id, NoteKind::Checked, words).await?;
        tx.audit("entry.recheck", &object(id), &json!({ "next": next })).await?;
        tx.commit().await?;
        self.care(ctx, id).await
    }

    /// Takes an entry into the actor's keeping, or gives it up.
    ///
    /// # Errors
    /// When there is no such entry or the actor may not.
    pub async fn keep_entry(&self, ctx: &Ctx, id: &str, mine: bool) -> Result<Care, KnowledgeError> {
        let mut tx = self.store().begin(ctx).await?;
        let record = stored(&mut tx, id).await?;
        self.may_edit(ctx, &record.entry.region)?;
        let keeper = mine.then(|| ctx.actor_key());
        sqlx::query(sql::CARE_KEEPER).bind(id).bind(keeper.as_deref()).execute(&mut *tx).await?;
        tx.audit("entry.keeper", &object(id), &json!({ "keeper": keeper })).await?;
        tx.commit().await?;
        self.care(ctx, id).await
    }
}

/// A day as written, `YYYY-MM-DD`; empty is none.
pub(super) fn day(text: Option<&str>) -> Result<Option<String>, KnowledgeError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    match text.parse::<Date>() {
        Ok(day) => Ok(Some(day.to_string())),
        Err(_) => Err(KnowledgeError::Faulty(vec![Fault::new(
            "recheck_on",
            "日期写法不对，请写成“年-月-日”，如 2026-01-01，并核对这一天是否存在。",
        )])),
    }
}

/// An entry's care within a transaction.
pub(super) async fn care_in(tx: &mut Tx, id: &str) -> Result<Care, KnowledgeError> {
    let row = sqlx::query_as(sql::CARE_GET).bind(id).fetch_optional(&mut **tx).await?;
    Ok(row.unwrap_or_default())
}

/// Notes that a second person has seen an entry, and when to look again.
pub(super) async fn reviewed(tx: &mut Tx, id: &str, recheck_on: Option<&str>) -> Result<(), KnowledgeError> {
    sqlx::query(sql::CARE_REVIEWED).bind(id).bind(recheck_on).execute(&mut **tx).await?;
    Ok(())
}

/// Notes that an entry came into use without a second person.
pub(super) async fn urgent(tx: &mut Tx, id: &str, revision: i64) -> Result<(), KnowledgeError> {
    let by = tx.ctx().actor_key();
    sqlx::query(sql::CARE_URGENT).bind(id).bind(revision).bind(by).execute(&mut **tx).await?;
    Ok(())
}
