//! What the engine knows beside the conversation: scenarios, the reader of language, the boundary table, the lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use language::Reader;
use serde::{Deserialize, Serialize};

use crate::boundary::Boundary;
use crate::guards::Guards;
use crate::scenario::Scenarios;

/// Thresholds that a site tunes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// An answer is given at or above this confidence. Default 0.65.
    pub answer_at: f32,
    /// The same for a question after an answer, searched in its light. Default 0.50.
    pub follow_at: f32,
    /// Candidates are put to the caller at or above this confidence. Default 0.20.
    pub clarify_at: f32,
    /// The same where nothing has been answered yet and the caller would be passed on otherwise. Default 0.06: of 66 first
    /// questions between 0.06 and 0.40 in the project's conversations the right entry was among the first three for 61.
    pub unclear_at: f32,
    /// Below this an answer is followed by what else may have been meant. Default 0.90.
    pub sure_at: f32,
    /// Two candidates closer than this are both named to the caller. Default 0.08.
    pub margin: f32,
    /// Failures in a row that hand over. Default 2; the charter allows no more.
    pub failures: u8,
    /// Below this confidence of the recogniser the words are not relied upon. Default 0.45.
    pub speech_at: f32,
    /// How often the queue position is told again, in seconds. Default 60.
    pub position_every_secs: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            answer_at: 0.65,
            follow_at: 0.50,
            clarify_at: 0.20,
            unclear_at: 0.06,
            sure_at: 0.90,
            margin: 0.08,
            failures: 2,
            speech_at: 0.45,
            position_every_secs: 60,
        }
    }
}

/// What the engine needs to know of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineProfile {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its greeting.
    pub greeting: String,
    /// The domains it serves; empty for all.
    pub domains: Vec<String>,
}

/// Everything the engine reads. Immutable; replaced as a whole when staff change something.
#[derive(Debug, Clone, Default)]
pub struct Brain {
    /// The scenarios.
    pub scenarios: Scenarios,
    /// The reader of language.
    pub reader: Arc<Reader>,
    /// The boundary table.
    pub boundary: Boundary,
    /// The lines.
    pub lines: BTreeMap<String, LineProfile>,
    /// The line that serves each domain, where it is not served by the line dialled.
    pub line_of_domain: BTreeMap<String, String>,
    /// The skill an agent needs for a domain.
    pub skill_of_domain: BTreeMap<String, String>,
    /// Domains in which help means that somebody goes to a place.
    pub on_site: BTreeSet<String>,
    /// Thresholds.
    pub policy: Policy,
    /// The charter's enforcement.
    pub guards: Guards,
}
