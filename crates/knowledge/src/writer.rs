//! Writing many rows for a pack or an import: several in one transaction, and never over what staff have edited.

use kernel::Ctx;
use store::{Store, Tx, to_json};

use crate::KnowledgeError;
use crate::events::WAKE;
use crate::model::{Entry, Status};
use crate::origin::{self, Kind, Standing};
use crate::service::put::{entry_add, entry_change, next_revision};
use crate::service::rows::{ScenarioHead, StoredEntry, StoredScenario};
use crate::service::scenario::scenario_write;
use crate::sql;

/// Rows written in one transaction.
pub(crate) const BATCH: usize = 500;

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was not there.
    Added,
    /// The same origin wrote it before.
    Updated,
    /// It says the same already.
    Unchanged,
    /// Staff edited it, or it came from elsewhere: left as it is.
    Edited,
    /// Staff took it out of use: left as it is.
    Withdrawn,
}

/// A transaction that writes rows of one collection for an origin.
pub(crate) struct Writer<'a> {
    pub tx: Tx,
    origin: &'a str,
    /// Taken at the first change: writing what is there already changes nothing.
    revision: Option<i64>,
}

impl<'a> Writer<'a> {
    pub async fn begin(store: &Store, ctx: &Ctx, origin: &'a str) -> Result<Self, KnowledgeError> {
        Ok(Self { tx: store.begin(ctx).await?, origin, revision: None })
    }

    /// Writes an entry that has been checked.
    pub async fn entry(&mut self, entry: &Entry) -> Result<Done, KnowledgeError> {
        let body = to_json("entry", entry)?;
        let present: Option<StoredEntry> =
            sqlx::query_as(sql::ENTRY_GET).bind(&entry.id).fetch_optional(&mut *self.tx).await?;
        let seen = match present {
            None => None,
            Some(row) if Status::read(&row.status) == Status::Withdrawn => return Ok(Done::Withdrawn),
            Some(row) => match self.standing(Kind::Entry, &entry.id, &row.body, &body).await? {
                Standing::Same => return Ok(Done::Unchanged),
                Standing::Theirs => return Ok(Done::Edited),
                Standing::Ours => Some(row.revision),
            },
        };
        let revision = self.revision("entries").await?;
        let written = match seen {
            None => entry_add(&mut self.tx, entry, revision).await?,
            Some(seen) => entry_change(&mut self.tx, entry, Status::Published, revision, seen).await?,
        };
        // Somebody wrote it since it was read above.
        if !written {
            return Ok(Done::Edited);
        }
        origin::note(&mut self.tx, Kind::Entry, &entry.id, self.origin, &body).await?;
        Ok(if seen.is_none() { Done::Added } else { Done::Updated })
    }

    /// Writes a scenario that has been checked.
    pub async fn scenario(&mut self, head: &ScenarioHead, yaml: &str) -> Result<Done, KnowledgeError> {
        let present: Option<StoredScenario> =
            sqlx::query_as(sql::SCENARIO_GET).bind(&head.id).fetch_optional(&mut *self.tx).await?;
        let seen = match present {
            None => 0,
            Some(row) if Status::read(&row.status) == Status::Withdrawn => return Ok(Done::Withdrawn),
            Some(row) => match self.standing(Kind::Scenario, &head.id, &row.body, yaml).await? {
                Standing::Same => return Ok(Done::Unchanged),
                Standing::Theirs => return Ok(Done::Edited),
                Standing::Ours => row.revision,
            },
        };
        let revision = self.revision("scenarios").await?;
        if !scenario_write(&mut self.tx, head, yaml, Status::Published, revision, seen).await? {
            return Ok(Done::Edited);
        }
        origin::note(&mut self.tx, Kind::Scenario, &head.id, self.origin, yaml).await?;
        Ok(if seen == 0 { Done::Added } else { Done::Updated })
    }

    /// Whether anything has been written.
    pub fn has_changes(&self) -> bool {
        self.revision.is_some()
    }

    pub async fn commit(mut self) -> Result<(), KnowledgeError> {
        if self.has_changes() {
            self.tx.wake(WAKE);
        }
        Ok(self.tx.commit().await?)
    }

    async fn standing(
        &mut self,
        kind: Kind,
        id: &str,
        present: &str,
        wanted: &str,
    ) -> Result<Standing, KnowledgeError> {
        Ok(origin::standing(&mut self.tx, kind, id, self.origin, present, wanted).await?)
    }

    async fn revision(&mut self, collection: &str) -> Result<i64, KnowledgeError> {
        if let Some(revision) = self.revision {
            return Ok(revision);
        }
        let revision = next_revision(&mut self.tx, collection).await?;
        self.revision = Some(revision);
        Ok(revision)
    }
}
