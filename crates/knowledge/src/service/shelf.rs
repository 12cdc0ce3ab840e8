//! What is in use, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{EntryRecord, ScenarioRecord};

/// Entries and scenarios in use, by id. Never changed while somebody reads it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    pub entries: HashMap<String, Arc<EntryRecord>>,
    pub scenarios: HashMap<String, Arc<ScenarioRecord>>,
}
