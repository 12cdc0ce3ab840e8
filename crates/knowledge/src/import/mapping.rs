//! Which column holds what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::template::Template;
use crate::model::EntryKind;

/// The columns of a table by what they hold, and what holds for every row. Instead of a column's name there may be words with
/// columns in them: `办理地点：{地点}[，电话：{电话}]`; what stands in square brackets is said only where its columns hold something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// What tells rows apart; without it the title does.
    pub id: Option<String>,
    /// The matter or question. Needed, unless rows are whole entries.
    pub title: Option<String>,
    /// Further ways to ask, one a line.
    pub question: Option<String>,
    /// The answer. Needed, unless rows are whole entries.
    pub answer: Option<String>,
    /// The law, regulation or notice.
    pub source: Option<String>,
    /// Its number.
    pub document_number: Option<String>,
    /// The article.
    pub article: Option<String>,
    /// First day in force.
    pub in_force_from: Option<String>,
    /// Last day in force.
    pub in_force_until: Option<String>,
    /// The business domain.
    pub domain: Option<String>,
    /// The place it holds for.
    pub region: Option<String>,
    /// Key words, with 、 or commas between.
    pub tags: Option<String>,
    /// Who keeps it true.
    pub owner: Option<String>,
    /// Clauses of each row, where one row holds several; without them the answer is the only one.
    pub clauses: Vec<ClauseMapping>,
    /// What stands in a cell that says nothing: 无, / ...
    pub nothing: Vec<String>,
    /// The house's business domain for what the column of domains says.
    pub domains: BTreeMap<String, String>,
    /// Values for every row, where no column gives one.
    pub fixed: Fixed,
}

/// One of the clauses of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClauseMapping {
    /// What it is about, such as 办理地点: its place in the source.
    pub name: String,
    /// A column, or words with columns in them. A row where it says nothing has no such clause.
    pub text: String,
}

/// Values for every row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fixed {
    /// The law, regulation or notice, such as 公开通知.
    pub source: Option<String>,
    /// Its number.
    pub document_number: Option<String>,
    /// The business domain; 其他 when nothing gives one.
    pub domain: Option<String>,
    /// The place; 全国 when nothing gives one.
    pub region: Option<String>,
    /// Who keeps it true; the domain when nothing gives one.
    pub owner: Option<String>,
    /// What the entries are.
    pub kind: Option<EntryKind>,
}

impl Mapping {
    /// The columns it names, each with the field it is for.
    pub fn columns(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("id", &self.id),
            ("title", &self.title),
            ("question", &self.question),
            ("answer", &self.answer),
            ("source", &self.source),
            ("document_number", &self.document_number),
            ("article", &self.article),
            ("in_force_from", &self.in_force_from),
            ("in_force_until", &self.in_force_until),
            ("domain", &self.domain),
            ("region", &self.region),
            ("tags", &self.tags),
            ("owner", &self.owner),
        ];
        let fields = fields.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        let clauses = self.clauses.iter().map(|clause| ("clauses", clause.text.as_str()));
        let named =
            |(field, text)| Template::of(text).columns().into_iter().map(move |column| (field, column));
        fields.chain(clauses).flat_map(named).collect()
    }
}
