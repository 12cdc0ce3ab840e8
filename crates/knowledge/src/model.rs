//! What the libraries hold and what they give out, as plain values. The form of an entry is docs/pack-format.md.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The name of the region that everything holds for.
pub const EVERYWHERE: &str = "全国";

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Law, regulation or policy.
    Policy,
    /// How something is done.
    Guide,
}

impl EntryKind {
    /// The word in files and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Guide => "guide",
        }
    }
}

/// One provision behind an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Unique within its entry, never reused.
    pub id: String,
    /// The article's wording or a faithful shortening of it.
    pub text: String,
    /// The law or regulation, full name.
    pub source: String,
    /// 国务院令第262号 and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// 第二十四条 and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// First day this wording is in force; none: since before anybody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_from: Option<Date>,
    /// Last day in force, where the text itself sets an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_until: Option<Date>,
    /// The figure is set by the city or district and is to be completed by the site.
    #[serde(default)]
    pub local: bool,
}

impl Clause {
    /// Whether the clause holds on a day, both ends included.
    pub fn in_force(&self, day: Date) -> bool {
        self.in_force_from.is_none_or(|from| from <= day)
            && self.in_force_until.is_none_or(|until| day <= until)
    }
}

/// One matter a caller asks about, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Unique, never reused: small letters, digits and hyphens.
    pub id: String,
    /// The matter in the administration's words.
    pub title: String,
    /// The business domain, by name.
    pub domain: String,
    /// What it is.
    pub kind: EntryKind,
    /// The place it holds for, or 全国.
    pub region: String,
    /// Further key words.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Who keeps it true: a domain or a unit.
    pub owner: String,
    /// What the caller hears first.
    pub answer: String,
    /// Ways callers ask for it.
    #[serde(default)]
    pub questions: Vec<String>,
    /// The provisions behind the answer; every fact of it stands in one of them.
    pub clauses: Vec<Clause>,
    /// Questions held apart to test that the entry is found.
    #[serde(default)]
    pub tests: Vec<String>,
}

/// Whether an entry or scenario may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In use.
    Published,
    /// Taken out of use, kept with its history.
    Withdrawn,
}

impl Status {
    /// The word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status a row names; what is not known is not in use.
    pub fn read(word: &str) -> Self {
        if word == Self::Published.as_str() { Self::Published } else { Self::Withdrawn }
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryRecord {
    /// Its content.
    pub entry: Entry,
    /// Whether it is in use.
    pub status: Status,
    /// Grows with every change of the library; to be given back with a change of this entry.
    pub revision: i64,
    /// How often citizens have opened it.
    pub views: i64,
    /// When it was last changed.
    pub updated_us: i64,
    /// By whom: `staff:ID`, `system:pack`.
    pub updated_by: String,
}

/// A scenario as it is kept. Its text is YAML as in docs/pack-format.md; the dialogue crate reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScenarioRecord {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// How callers begin this matter.
    pub triggers: Vec<String>,
    /// The whole file.
    pub yaml: String,
    /// Whether it is in use.
    pub status: Status,
    /// Grows with every change of a scenario; to be given back with a change of this one.
    pub revision: i64,
    /// When it was last changed.
    pub updated_us: i64,
    /// By whom.
    pub updated_by: String,
}

/// A clause in force that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// The entry.
    pub entry_id: String,
    /// The clause.
    pub clause_id: String,
    /// The clause's text.
    pub text: String,
    /// Law or regulation.
    pub source: String,
    /// Document number.
    pub document_number: Option<String>,
    /// Article.
    pub article: Option<String>,
    /// First day in force, where known.
    pub in_force_from: Option<Date>,
    /// Last day in force.
    pub in_force_until: Option<Date>,
    /// The figure is set locally.
    pub local: bool,
}

/// An answer ready to be given: nothing in it is out of force on the day it was made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AnswerCard {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// What the caller hears.
    pub text: String,
    /// What it rests on; never empty.
    pub citations: Vec<Citation>,
}

/// What a search may find.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "target", content = "id", rename_all = "snake_case")]
pub enum Target {
    /// A knowledge entry.
    Entry(String),
    /// A scenario.
    Scenario(String),
}

/// One finding of a search.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answerable {
    /// What it is.
    pub target: Target,
    /// Its title.
    pub title: String,
    /// The calibrated probability that it is what was asked for, 0 to 1.
    pub confidence: f32,
    /// The answer, for entries.
    pub card: Option<AnswerCard>,
}
