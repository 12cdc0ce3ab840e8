//! Rows as records.

use serde::Deserialize;
use sqlx::FromRow;
use store::from_json;

use crate::KnowledgeError;
use crate::model::{Entry, EntryRecord, ScenarioRecord, Status};

/// A row of `entries`.
#[derive(Debug, FromRow)]
pub(crate) struct StoredEntry {
    pub id: String,
    pub status: String,
    pub body: String,
    pub revision: i64,
    pub views: i64,
    pub updated_us: i64,
    pub updated_by: String,
}

impl StoredEntry {
    pub fn record(self) -> Result<EntryRecord, KnowledgeError> {
        Ok(EntryRecord {
            entry: from_json::<Entry>("entry", &self.body)?,
            status: Status::read(&self.status),
            revision: self.revision,
            views: self.views,
            updated_us: self.updated_us,
            updated_by: self.updated_by,
        })
    }
}

/// A row of `scenarios`.
#[derive(Debug, FromRow)]
pub(crate) struct StoredScenario {
    pub id: String,
    pub status: String,
    pub body: String,
    pub revision: i64,
    pub updated_us: i64,
    pub updated_by: String,
}

impl StoredScenario {
    pub fn record(self) -> Result<ScenarioRecord, serde_yaml_ng::Error> {
        let head = ScenarioHead::read(&self.body)?;
        Ok(ScenarioRecord {
            id: self.id,
            title: head.title,
            domain: head.domain,
            triggers: head.triggers,
            yaml: self.body,
            status: Status::read(&self.status),
            revision: self.revision,
            updated_us: self.updated_us,
            updated_by: self.updated_by,
        })
    }
}

/// What of a scenario's file concerns finding it; the flow is read by the dialogue crate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ScenarioHead {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// How callers begin this matter.
    pub triggers: Vec<String>,
}

impl ScenarioHead {
    /// Reads the head of a scenario file.
    ///
    /// # Errors
    /// When the YAML is broken or lacks one of the four.
    pub fn read(yaml: &str) -> Result<Self, serde_yaml_ng::Error> {
        serde_yaml_ng::from_str(yaml)
    }
}
