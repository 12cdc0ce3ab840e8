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
    /// Where the asker is: what holds elsewhere only is left out. The site's own place when absent.
    pub region: Option<String>,
    /// At most this many on a page, 10 when absent, 50 at most.
    pub limit: Option<u32>,
    /// The page, from 1.
    pub page: Option<u32>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct PublicHits {
    /// Best first; empty when nothing fits.
    pub hits: Vec<PublicHit>,
    /// How many were found in all.
    pub total: usize,
    /// The page, from 1.
    pub page: u32,
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
    /// The address of its page.
    pub url: String,
}

/// Which entries are listed.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublicListing {
    /// Only this business domain.
    pub domain: Option<String>,
    /// Only what holds at this place.
    pub region: Option<String>,
    /// At most this many on a page, 50 when absent, 200 at most.
    pub limit: Option<u32>,
    /// The page, from 1.
    pub page: Option<u32>,
}

/// A page of the entries in force.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct PublicEntries {
    /// The entries, by id.
    pub entries: Vec<PublicEntry>,
    /// How many there are in all.
    pub total: usize,
    /// The page, from 1.
    pub page: u32,
}

/// A business domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct PublicDomain {
    /// Its name, as `domain` takes it.
    pub name: String,
    /// How many entries of it are in force.
    pub entries: usize,
    /// The address of its page.
    pub url: String,
}

/// The business domains.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct PublicDomains {
    /// By their order on the site.
    pub domains: Vec<PublicDomain>,
}

/// The day an entry is read for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OnDay {
    /// `yyyy-mm-dd`; today when absent. The entry's present clauses are told as they hold on that day.
    pub on: Option<String>,
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
    /// `policy` or `guide`.
    pub kind: String,
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
    /// The day its clauses are in force on, `yyyy-mm-dd`.
    pub on: String,
    /// The address of its page.
    pub url: String,
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
