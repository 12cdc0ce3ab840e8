//! What goes into the index and what comes out, as plain values.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A knowledge entry as the index sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedEntry {
    /// Stable identity; putting an entry with a known id replaces it.
    pub id: String,
    /// The matter in the administration's words.
    pub title: String,
    /// The matter in callers' words, one a line.
    pub questions: Vec<String>,
    /// Further key words.
    pub tags: Vec<String>,
    /// What the caller hears first.
    pub answer: String,
    /// The provisions behind the answer.
    pub clauses: Vec<IndexedClause>,
    /// Business domain, compared with [`Query::domain_hint`].
    pub domain: String,
    /// The place the entry holds for; empty or 全国 for everywhere.
    pub region: String,
}

/// One provision of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedClause {
    /// Unique within its entry.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// First day in force; `None`: since before anybody asks.
    pub in_force_from: Option<Date>,
    /// Last day in force; `None`: no end set.
    pub in_force_until: Option<Date>,
}

impl IndexedClause {
    /// Whether the provision holds on a day, both ends included.
    pub fn in_force(&self, day: Date) -> bool {
        self.in_force_from.is_none_or(|from| from <= day)
            && self.in_force_until.is_none_or(|until| day <= until)
    }
}

impl IndexedEntry {
    /// What it is an entry among: the part of its id before a colon.
    pub fn group(&self) -> Option<&str> {
        self.id.split_once(':').map(|(group, _)| group)
    }

    /// Whether anything of the entry may be cited on a day: it has no clauses, or one is in force.
    pub fn in_force(&self, day: Date) -> bool {
        self.clauses.is_empty() || self.clauses.iter().any(|clause| clause.in_force(day))
    }

    /// How closely the entry's region fits the asked one: `None` when it holds elsewhere only, else the deeper the closer.
    ///
    /// `asked` is a place or a path of places from wide to narrow with `/` between; an unknown place sees everything.
    pub fn region_depth(&self, asked: Option<&str>) -> Option<usize> {
        if self.region.is_empty() || self.region == "全国" {
            return Some(0);
        }
        match asked {
            None => Some(0),
            Some(path) => path.split('/').position(|place| place == self.region).map(|at| at + 1),
        }
    }
}

/// What is asked of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The caller's words.
    pub text: String,
    /// The domain the conversation is about, if known: a preference, never a filter.
    pub domain_hint: Option<String>,
    /// Where the caller is, a place or a path (`浙江省/宁波市/鄞州区`): entries for elsewhere are left out.
    pub region: Option<String>,
    /// Only what is in force on this day is found.
    pub day: Date,
    /// At most this many hits.
    pub limit: usize,
    /// Without the sentence encoder, which takes some 20 ms.
    pub quick: bool,
}

impl Query {
    /// A question on a day, without a hint, five hits.
    pub fn new(text: impl Into<String>, day: Date) -> Self {
        Self { text: text.into(), domain_hint: None, region: None, day, limit: 5, quick: false }
    }
}

/// An entry found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// The entry.
    pub entry_id: String,
    /// The clause in force that fits the words best, where one fits at all.
    pub clause_id: Option<String>,
    /// Higher fits better; comparable within one search only.
    pub score: f32,
    /// Calibrated probability (0 to 1) that the entry answers the question.
    pub confidence: f32,
    /// The title or question of the entry that fitted best.
    pub matched: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_narrow() {
        let entry = |region: &str| IndexedEntry { region: region.to_owned(), ..IndexedEntry::default() };
        let here = Some("浙江省/宁波市/鄞州区");
        assert_eq!(entry("全国").region_depth(here), Some(0));
        assert_eq!(entry("鄞州区").region_depth(here), Some(3));
        assert_eq!(entry("杭州市").region_depth(here), None);
        assert_eq!(entry("杭州市").region_depth(None), Some(0));
    }
}
