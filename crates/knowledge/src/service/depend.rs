//! What rests on an entry or a document, and taking a document out of force.
//!
//! Nothing that rests on withdrawn words is said any longer: a withdrawn entry leaves memory and index, scenario nodes that
//! answer from it find nothing, and an entry one of whose clauses has ended speaks by those that are left. This lists all
//! of it, so that people can mend it.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::Ctx;
use serde::Serialize;
use serde_json::json;

use super::Library;
use super::notes::{NoteKind, note};
use super::put::{entry_change, next_revision, object, stored};
use super::shelf::Shelf;
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::model::Status;
use crate::pack::answers_of;

/// Documents shown for a search.
const MOST_SOURCES: usize = 50;

/// A node of a scenario that answers from an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DependentNode {
    /// The scenario.
    pub scenario_id: String,
    /// Its title.
    pub title: String,
    /// The node.
    pub node: String,
    /// The entry it answers from.
    pub entry_id: String,
    /// Whether it has nothing to say today.
    pub silent: bool,
}

/// A test that rests on an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DependentTest {
    /// The entry.
    pub entry_id: String,
    /// The question.
    pub question: String,
}

/// What rests on something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Dependents {
    /// Entries whose answers are no longer said as written: id and title, and whether they are silent now.
    pub answers: Vec<DependentAnswer>,
    /// Nodes of scenarios.
    pub nodes: Vec<DependentNode>,
    /// Tests that no longer count.
    pub tests: Vec<DependentTest>,
}

/// An answer that rests on a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DependentAnswer {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The clauses of it.
    pub clauses: Vec<String>,
    /// Whether nothing of it would be left in force.
    pub silent: bool,
}

/// A law or document that entries cite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceRow {
    /// Its name.
    pub source: String,
    /// Its numbers.
    pub document_numbers: Vec<String>,
    /// Entries that cite it.
    pub entries: usize,
    /// Clauses of it in force.
    pub clauses: usize,
}

impl Library {
    /// What rests on an entry.
    ///
    /// # Errors
    /// When the actor may not read or there is no such entry.
    pub async fn dependents(&self, ctx: &Ctx, id: &str) -> Result<Dependents, KnowledgeError> {
        let record = self.entry_get(ctx, id).await?;
        let shelf = self.shelf();
        let day = ctx.now.day();
        let silent = shelf.entries.get(id).is_none_or(|record| record.entry.card(None, day).is_none());
        let answer = DependentAnswer {
            entry_id: id.to_owned(),
            title: record.entry.title.clone(),
            clauses: record.entry.clauses.iter().map(|clause| clause.id.clone()).collect(),
            silent,
        };
        let tests = record
            .entry
            .tests
            .iter()
            .map(|question| DependentTest { entry_id: id.to_owned(), question: question.clone() });
        let found = rest_on(&shelf, vec![answer], day, |entry, _| (entry == id).then_some(silent));
        Ok(Dependents { tests: tests.collect(), ..found })
    }

    /// Laws and documents whose name or number holds the words, with how much rests on them.
    ///
    /// # Errors
    /// When the actor may not read.
    pub fn sources(&self, ctx: &Ctx, words: &str) -> Result<Vec<SourceRow>, KnowledgeError> {
        Self::may_read(ctx)?;
        let (shelf, day, words) = (self.shelf(), ctx.now.day(), words.trim());
        let mut found: BTreeMap<&str, SourceRow> = BTreeMap::new();
        for record in shelf.entries.values() {
            let mut counted: Vec<&str> = Vec::new();
            for clause in record.entry.clauses.iter().filter(|clause| clause.in_force(day)) {
                let number = clause.document_number.as_deref().unwrap_or_default();
                if !clause.source.contains(words) && !number.contains(words) {
                    continue;
                }
                let row = found.entry(&clause.source).or_insert_with(|| SourceRow {
                    source: clause.source.clone(),
                    document_numbers: Vec::new(),
                    entries: 0,
                    clauses: 0,
                });
                row.clauses += 1;
                if !counted.contains(&clause.source.as_str()) {
                    counted.push(&clause.source);
                    row.entries += 1;
                }
                if !number.is_empty() && !row.document_numbers.iter().any(|known| known == number) {
                    row.document_numbers.push(number.to_owned());
                    row.document_numbers.sort_unstable();
                }
            }
        }
        let mut rows: Vec<SourceRow> = found.into_values().collect();
        rows.sort_by(|a, b| b.entries.cmp(&a.entries).then_with(|| a.source.cmp(&b.source)));
        rows.truncate(MOST_SOURCES);
        Ok(rows)
    }

    /// Takes a law or document out of force from a day on: every clause of it ends the day before, in one transaction. A dry run
    /// only lists what rests on it.
    ///
    /// # Errors
    /// When no entry cites it, no reason is given, the actor may not for one of them, or the database refuses.
    pub async fn repeal(
        &self,
        ctx: &Ctx,
        source: &str,
        from: Date,
        reason: &str,
        dry_run: bool,
    ) -> Result<Dependents, KnowledgeError> {
        let last = from.saturating_sub(1.days());
        let shelf = self.shelf();
        let mut answers: Vec<DependentAnswer> = Vec::new();
        for record in shelf.entries.values() {
            let entry = &record.entry;
            let ends = |clause: &&crate::Clause| {
                clause.source == source && clause.in_force_until.is_none_or(|until| last < until)
            };
            let ended: Vec<String> =
                entry.clauses.iter().filter(ends).map(|clause| clause.id.clone()).collect();
            if ended.is_empty() {
                continue;
            }
            self.may_publish(ctx, &entry.region)?;
            let left = |clause: &crate::Clause| !ended.contains(&clause.id) && clause.in_force(from);
            let silent = !entry.clauses.iter().any(left);
            let (entry_id, title) = (entry.id.clone(), entry.title.clone());
            answers.push(DependentAnswer { entry_id, title, clauses: ended, silent });
        }
        answers.sort();
        if answers.is_empty() {
            let message = format!("没有条目以“{source}”为有效依据，请核对名称。");
            return Err(KnowledgeError::Faulty(vec![Fault::new("source", message)]));
        }
        let found = {
            let of = answers.clone();
            rest_on(&shelf, answers, ctx.now.day(), |entry, clause| {
                let answer = of.iter().find(|answer| answer.entry_id == entry)?;
                match clause {
                    Some(clause) => answer.clauses.iter().any(|id| id == clause).then_some(true),
                    None => Some(answer.silent),
                }
            })
        };
        if dry_run {
            return Ok(found);
        }
        if reason.trim().is_empty() {
            return Err(KnowledgeError::Faulty(vec![Fault::new("reason", "请写明废止的依据或原因。")]));
        }
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "entries").await?;
        for answer in &found.answers {
            let record = stored(&mut tx, &answer.entry_id).await?;
            let mut entry = record.entry;
            for clause in entry.clauses.iter_mut().filter(|clause| answer.clauses.contains(&clause.id)) {
                // One that was to begin later then ends before it begins, and so holds on no day.
                clause.in_force_until = Some(last);
            }
            if !entry_change(&mut tx, &entry, Status::Published, revision, record.revision).await? {
                return Err(KnowledgeError::Conflict(entry.title));
            }
            note(
                &mut tx,
                &entry.id,
                NoteKind::Repealed,
                &format!("《{source}》自{from}起废止：{}", reason.trim()),
            )
            .await?;
            let detail = json!({ "source": source, "from": from, "revision": revision });
            tx.audit("entry.repeal", &object(&entry.id), &detail).await?;
        }
        self.commit(tx).await?;
        Ok(found)
    }

    /// Nodes of scenarios in use that answer from an entry with nothing to say today.
    ///
    /// # Errors
    /// When the actor may not read.
    pub fn silent_nodes(&self, ctx: &Ctx) -> Result<Vec<DependentNode>, KnowledgeError> {
        Self::may_read(ctx)?;
        let (shelf, day) = (self.shelf(), ctx.now.day());
        let found = rest_on(&shelf, Vec::new(), day, |entry, clause| {
            let card = shelf.entries.get(entry).and_then(|record| record.entry.card(clause, day));
            card.is_none().then_some(true)
        });
        Ok(found.nodes)
    }
}

/// Nodes and tests that rest on some answers. `silent` tells of an entry and clause that a node names whether it has nothing to
/// say, and none where it is not concerned.
fn rest_on(
    shelf: &Shelf,
    answers: Vec<DependentAnswer>,
    day: Date,
    silent: impl Fn(&str, Option<&str>) -> Option<bool>,
) -> Dependents {
    let mut nodes = Vec::new();
    for (id, record) in &shelf.scenarios {
        for (node, (entry, clause)) in answers_of(&record.yaml) {
            if let Some(silent) = silent(&entry, clause.as_deref()) {
                let title = record.title.clone();
                nodes.push(DependentNode { scenario_id: id.clone(), title, node, entry_id: entry, silent });
            }
        }
    }
    nodes.sort();
    let entries = answers.iter().filter_map(|answer| shelf.entries.get(&answer.entry_id));
    let tests = entries.filter(|record| record.entry.card(None, day).is_some()).flat_map(|record| {
        let of = |question: &String| DependentTest {
            entry_id: record.entry.id.clone(),
            question: question.clone(),
        };
        record.entry.tests.iter().map(of).collect::<Vec<_>>()
    });
    Dependents { tests: tests.collect(), answers, nodes }
}
