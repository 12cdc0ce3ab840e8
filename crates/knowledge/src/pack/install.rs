//! Putting a pack's entries and scenarios into a database: again and again without harm, and never over what staff wrote.

use std::collections::BTreeSet;
use std::fmt;

use kernel::Ctx;
use serde::Serialize;
use sqlx::Row as _;
use store::Store;

use super::load::Pack;
use crate::KnowledgeError;
use crate::origin::Kind;
use crate::sql;
use crate::writer::{BATCH, Done, Writer};

/// What happened to the rows of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// New.
    pub added: usize,
    /// Written by this pack before, and now anew.
    pub updated: usize,
    /// The same already.
    pub unchanged: usize,
    /// Edited or withdrawn by staff, or from elsewhere: left as they are.
    pub kept: usize,
}

impl Written {
    fn count(&mut self, done: Done) {
        match done {
            Done::Added => self.added += 1,
            Done::Updated => self.updated += 1,
            Done::Unchanged => self.unchanged += 1,
            Done::Edited | Done::Withdrawn => self.kept += 1,
        }
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, updated, unchanged, kept } = self;
        write!(f, "新增{added}，更新{updated}，不变{unchanged}，保留人工修改{kept}")
    }
}

/// What installing a pack did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// To entries.
    pub entries: Written,
    /// To scenarios.
    pub scenarios: Written,
    /// Entries that an earlier version of the pack brought and this one does not have: left in use, to be looked at.
    pub no_longer_in_pack: Vec<String>,
}

impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "条目：{}；场景：{}", self.entries, self.scenarios)?;
        if !self.no_longer_in_pack.is_empty() {
            write!(f, "；新版本里已没有的条目（仍在使用，请核对）：{}", self.no_longer_in_pack.join("、"))?;
        }
        Ok(())
    }
}

/// Puts a pack's entries and scenarios into the database. Idempotent.
///
/// # Errors
/// When the database refuses; what was committed stays and the next call goes on.
pub async fn install(store: &Store, pack: &Pack, ctx: &Ctx) -> Result<Installed, KnowledgeError> {
    let origin = format!("pack:{}", pack.manifest.name);
    let mut installed = Installed::default();
    for batch in pack.entries.chunks(BATCH) {
        let mut writer = Writer::begin(store, ctx, &origin).await?;
        for entry in batch {
            installed.entries.count(writer.entry(entry).await?);
        }
        writer.commit().await?;
    }
    for batch in pack.scenarios.chunks(BATCH) {
        let mut writer = Writer::begin(store, ctx, &origin).await?;
        for scenario in batch {
            installed.scenarios.count(writer.scenario(&scenario.head, &scenario.yaml).await?);
        }
        writer.commit().await?;
    }
    let present: BTreeSet<&str> = pack.entries.iter().map(|entry| entry.id.as_str()).collect();
    let known = sqlx::query(sql::ORIGIN_LIST)
        .bind(&origin)
        .bind(Kind::Entry.as_str())
        .fetch_all(store.read())
        .await?;
    for row in known {
        let id: String = row.try_get(0)?;
        if !present.contains(id.as_str()) {
            installed.no_longer_in_pack.push(id);
        }
    }
    let Installed { entries, scenarios, .. } = &installed;
    if entries.added + entries.updated + scenarios.added + scenarios.updated > 0 {
        let mut tx = store.begin(ctx).await?;
        tx.audit("pack.install", &origin, &installed).await?;
        tx.commit().await?;
    }
    Ok(installed)
}
