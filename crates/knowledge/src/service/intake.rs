//! A document looked at: its clauses, and what of them the library says already or says otherwise.

use kernel::Ctx;
use security::{Permission, authorise};
use serde::Serialize;

use super::Library;
use crate::KnowledgeError;
use crate::entry::{Fault, index};
use crate::intake::{self, Alike, Kind, Proposal, propose};
use crate::model::Target;
use crate::search::Query;

/// Clauses that are compared with those in use; a document with more is to be split.
const COMPARED: usize = 1_500;
/// Entries whose clauses each is compared with.
const NEAR: usize = 4;

/// A document looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Looked {
    /// What kind of document it is.
    pub kind: Kind,
    /// Characters of its text.
    pub chars: usize,
    /// What it gives.
    #[serde(flatten)]
    pub proposal: Proposal,
}

impl Library {
    /// Reads a document and proposes clauses. Nothing is written.
    ///
    /// # Errors
    /// When the document cannot be read, or the actor may not write knowledge.
    pub async fn intake(&self, ctx: &Ctx, name: &str, bytes: Vec<u8>) -> Result<Looked, KnowledgeError> {
        authorise(ctx, Permission::KnowledgeEdit, None)?;
        let (library, name, now) = (self.clone(), name.to_owned(), ctx.now);
        let looked = tokio::task::spawn_blocking(move || {
            let (kind, text) = intake::read(&name, &bytes)?;
            let mut proposal = Proposal::of(&text);
            library.compare(&mut proposal, now.day());
            Ok(Looked { kind, chars: text.chars().count(), proposal })
        });
        let broken = |_| Fault::new("file", "文件没能读完，请另存一份再上传，或复制文字直接粘贴。");
        let looked: Result<Looked, Fault> = looked.await.map_err(broken).and_then(|looked| looked);
        looked.map_err(|fault| KnowledgeError::Faulty(vec![fault]))
    }

    fn compare(&self, proposal: &mut Proposal, day: jiff::civil::Date) {
        let shelf = self.shelf();
        for clause in proposal.clauses.iter_mut().take(COMPARED) {
            let hits = self.0.index.search(&Query { limit: NEAR, ..Query::new(clause.text.as_str(), day) });
            for hit in hits {
                let Target::Entry(id) = index::target(&hit.entry_id) else { continue };
                let Some(record) = shelf.entries.get(&id) else { continue };
                for known in record.entry.clauses.iter().filter(|known| known.in_force(day)) {
                    let Some((kind, figures)) = propose::likeness(&clause.text, &known.text) else {
                        continue;
                    };
                    clause.alike.push(Alike {
                        kind,
                        entry_id: id.clone(),
                        title: record.entry.title.clone(),
                        clause_id: known.id.clone(),
                        text: known.text.clone(),
                        figures,
                    });
                }
            }
        }
    }
}
