//! Knowledge as everybody may read it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::chat::Citation;
use crate::text::Words;

/// A public search.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublicSearch {
    /// The words.
    #[serde(default)]
    pub q: String,
    /// Only this business domain.
    pub domain: Option<String>,
    /// At most this many, 10 when absent, 50 at most.
    pub limit: Option<u32>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct PublicHits {
    /// Best first; empty when nothing fits.
    pub hits: Vec<PublicHit>,
}

/// One entry found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct PublicHit {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// Its business domain.
    pub domain: String,
    /// The answer.
    pub answer: String,
    /// How likely it is what was asked for, 0 to 1.
    pub confidence: f32,
    /// What it rests on.
    pub citations: Vec<Citation>,
}

/// An entry as everybody may read it: only clauses in force.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct PublicEntry {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// Its business domain.
    pub domain: String,
    /// The place it holds for.
    pub region: String,
    /// Key words.
    pub tags: Vec<String>,
    /// The answer in plain words.
    pub answer: String,
    /// What it rests on.
    pub clauses: Vec<Citation>,
    /// When it was last changed.
    pub updated_us: i64,
}

/// Whether an entry helped.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// 有帮助 or 不对.
    pub helpful: bool,
    /// What is wrong with it.
    pub words: Option<Words>,
}
