//! The answer of an entry on a day.

use jiff::civil::Date;

use crate::model::{AnswerCard, Citation, Clause, Entry};

/// The longest text put together from clauses, in characters; one clause is always given whole.
const MAX_JOINED_CHARS: usize = 300;

impl Entry {
    /// The answer on a day, from the whole entry or one clause of it; none when nothing of it is in force.
    ///
    /// The entry's own answer was written for all its clauses. On a day when one of them is not in force the answer may state
    /// what no longer holds, so the clauses in force speak for themselves.
    pub fn card(&self, clause: Option<&str>, day: Date) -> Option<AnswerCard> {
        let cited: Vec<&Clause> = self
            .clauses
            .iter()
            .filter(|known| clause.is_none_or(|wanted| wanted == known.id) && known.in_force(day))
            .collect();
        let first = cited.first()?;
        let text = if clause.is_some() {
            first.text.clone()
        } else if cited.len() == self.clauses.len() {
            self.answer.clone()
        } else {
            joined(&cited)
        };
        Some(AnswerCard {
            entry_id: self.id.clone(),
            title: self.title.clone(),
            domain: self.domain.clone(),
            text,
            citations: cited.into_iter().map(|clause| self.citation(clause)).collect(),
        })
    }

    fn citation(&self, clause: &Clause) -> Citation {
        Citation {
            entry_id: self.id.clone(),
            clause_id: clause.id.clone(),
            text: clause.text.clone(),
            source: clause.source.clone(),
            document_number: clause.document_number.clone(),
            article: clause.article.clone(),
            in_force_from: clause.in_force_from,
            in_force_until: clause.in_force_until,
            local: clause.local,
        }
    }
}

fn joined(clauses: &[&Clause]) -> String {
    let mut text = String::new();
    let mut chars = 0;
    for clause in clauses {
        let more = clause.text.chars().count();
        if chars > 0 && chars + more > MAX_JOINED_CHARS {
            break;
        }
        if chars > 0 {
            text.push('\n');
        }
        text.push_str(&clause.text);
        chars += more;
    }
    text
}
