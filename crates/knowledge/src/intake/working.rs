//! A document on an editor's desk: its paragraphs, the entries and clauses made of them, and what is left out and why.
//!
//! A paragraph's fate is derived from the clauses that hold it, so that none can be said to be used that is not; one that no clause
//! holds must say why.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::entry::Fault;
use crate::import::convert::shortened;
use crate::model::{Clause, EVERYWHERE, Entry, EntryKind};

/// Entries made of one document.
const MOST_ENTRIES: usize = 500;
/// Clauses made of one document.
pub(super) const MOST_CLAUSES: usize = 10_000;
/// The longest reason, in characters.
const REASON_CHARS: usize = 100;

/// What became of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is the wording of a clause.
    Used,
    /// A heading or lead-in that stands over clauses.
    Merged,
    /// In no clause, with a reason.
    LeftOut,
}

/// A paragraph of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its words.
    pub text: String,
    /// Why it is in no clause; empty where it is in one.
    #[serde(default)]
    pub left_out: String,
}

/// What holds for every clause of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Common {
    /// The full name of the law, regulation or notice.
    pub source: String,
    /// Its number.
    pub document_number: String,
    /// The business domain.
    pub domain: String,
    /// The place it holds for.
    pub region: String,
    /// The first day in force.
    pub in_force_from: Option<Date>,
    /// The last day in force.
    pub in_force_until: Option<Date>,
}

/// A clause to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkingClause {
    /// Its place in the numbering, such as 第十二条.
    pub place: String,
    /// Its words.
    pub text: String,
    /// The paragraphs it is made of.
    pub paragraphs: Vec<usize>,
    /// Headings and lead-ins it stands under.
    pub above: Vec<usize>,
    /// The clause that it takes the place of, where the entry is a change to one in use.
    pub replaces: Option<String>,
}

/// An entry to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkingEntry {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What a caller hears first.
    pub answer: String,
    /// Ways of asking.
    pub questions: Vec<String>,
    /// Its clauses.
    pub clauses: Vec<WorkingClause>,
    /// The entry in use that it changes; none for a new one.
    pub onto: Option<String>,
    /// The draft it became.
    pub draft: Option<i64>,
}

/// A document on the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Working {
    /// Its title.
    pub title: String,
    /// What holds for all of it.
    pub common: Common,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Source>,
    /// What is made of them.
    pub entries: Vec<WorkingEntry>,
}

impl Working {
    /// Each paragraph's fate.
    pub fn fates(&self) -> Vec<Fate> {
        let mut fates = vec![Fate::LeftOut; self.paragraphs.len()];
        let clauses = || self.entries.iter().flat_map(|entry| &entry.clauses);
        for at in clauses().flat_map(|clause| &clause.above) {
            fates.get_mut(*at).into_iter().for_each(|fate| *fate = Fate::Merged);
        }
        for at in clauses().flat_map(|clause| &clause.paragraphs) {
            fates.get_mut(*at).into_iter().for_each(|fate| *fate = Fate::Used);
        }
        fates
    }

    /// How many clauses there are.
    pub fn clauses(&self) -> usize {
        self.entries.iter().map(|entry| entry.clauses.len()).sum()
    }

    /// Takes over what an editor made of it: reasons in the order of the paragraphs, and entries. The paragraphs' words stay, and
    /// so do the entries that have become drafts.
    ///
    /// # Errors
    /// Everything wrong with it; then nothing is taken over.
    pub fn take(
        &mut self,
        common: Common,
        left_out: &[String],
        entries: Vec<WorkingEntry>,
    ) -> Result<(), Vec<Fault>> {
        let mut paragraphs = self.paragraphs.clone();
        for (at, paragraph) in paragraphs.iter_mut().enumerate() {
            left_out.get(at).cloned().unwrap_or_default().trim().clone_into(&mut paragraph.left_out);
        }
        let mut next = Self { title: self.title.clone(), common, paragraphs, entries };
        let mut faults = next.faults();
        let drafted =
            |working: &Self| -> Vec<i64> { working.entries.iter().filter_map(|entry| entry.draft).collect() };
        if drafted(&next) != drafted(self) {
            faults.push(Fault::new(
                "entries",
                "已经存成草稿的条目不能删改，请刷新后再试；要改内容请到草稿里改。",
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        for (paragraph, fate) in next.fates().into_iter().enumerate() {
            if fate != Fate::LeftOut {
                next.paragraphs.get_mut(paragraph).into_iter().for_each(|one| one.left_out.clear());
            }
        }
        *self = next;
        Ok(())
    }

    /// What keeps it from being kept. What keeps an entry from being published is looked at when it is.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.entries.len() > MOST_ENTRIES || self.clauses() > MOST_CLAUSES {
            let message = format!("最多{MOST_ENTRIES}个条目、{MOST_CLAUSES}条条款，请拆成几个文件。");
            return vec![Fault::new("entries", message)];
        }
        for (at, entry) in self.entries.iter().enumerate() {
            for (number, clause) in entry.clauses.iter().enumerate() {
                let field = format!("entries[{at}].clauses[{number}]");
                let known = |of: &Vec<usize>| of.iter().all(|paragraph| *paragraph < self.paragraphs.len());
                if clause.text.trim().is_empty() {
                    faults.push(Fault::new(&field, "条款没有文字，请补上，或把它去掉。"));
                }
                if clause.paragraphs.is_empty() || !known(&clause.paragraphs) || !known(&clause.above) {
                    faults.push(Fault::new(&field, "条款没有对应的原文，请刷新后再改。"));
                }
            }
        }
        for (at, (paragraph, fate)) in self.paragraphs.iter().zip(self.fates()).enumerate() {
            let reason = paragraph.left_out.trim();
            if fate == Fate::LeftOut && reason.is_empty() {
                faults.push(Fault::new(
                    format!("left_out[{at}]"),
                    format!("原文第{}段还没有着落，请放进条款，或写明不用的原因。", at + 1),
                ));
            } else if reason.chars().count() > REASON_CHARS {
                faults.push(Fault::new(format!("left_out[{at}]"), format!("原因最多{REASON_CHARS}个字。")));
            }
        }
        faults
    }

    /// An entry as a draft. `base` is the entry in use that it changes, where it does.
    pub fn entry(&self, entry: &WorkingEntry, base: Option<&Entry>) -> Entry {
        let Common { source, document_number, domain, region, in_force_from, in_force_until } = &self.common;
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let region = some(region).unwrap_or_else(|| EVERYWHERE.to_owned());
        let clause = |clause: &WorkingClause, id: String| Clause {
            id,
            text: clause.text.trim().to_owned(),
            source: source.trim().to_owned(),
            document_number: some(document_number),
            article: some(&clause.place),
            in_force_from: *in_force_from,
            in_force_until: *in_force_until,
            local: region != EVERYWHERE,
        };
        let questions = entry.questions.iter().filter_map(|line| some(line));
        let Some(base) = base else {
            let clauses =
                entry.clauses.iter().enumerate().map(|(at, one)| clause(one, (at + 1).to_string())).collect();
            return Entry {
                id: entry.id.clone(),
                title: entry.title.trim().to_owned(),
                owner: domain.clone(),
                domain: domain.clone(),
                kind: EntryKind::Policy,
                tags: Vec::new(),
                answer: shortened(entry.answer.trim()),
                questions: questions.collect(),
                clauses,
                tests: Vec::new(),
                region,
            };
        };
        let mut changed = base.clone();
        for one in &entry.clauses {
            let replaced = changed.clauses.iter_mut().find(|known| Some(&known.id) == one.replaces.as_ref());
            if let Some(known) = replaced {
                *known = clause(one, known.id.clone());
            } else {
                let free = (1..).map(|number: usize| number.to_string());
                let id = { free }
                    .find(|id| changed.clauses.iter().all(|known| known.id != *id))
                    .unwrap_or_default();
                changed.clauses.push(clause(one, id));
            }
        }
        if let Some(answer) = some(&entry.answer) {
            changed.answer = shortened(&answer);
        }
        let more: Vec<String> =
            questions.filter(|line| *line != changed.title && !changed.questions.contains(line)).collect();
        changed.questions.extend(more);
        changed
    }
}
