//! An immutable part of the index: prepared entries with their postings and vectors.

use std::sync::Arc;

use language::normalise;
use language::synonyms::Synonyms;

use super::embed::{Embedder, Packed};
use super::entry::IndexedEntry;
use super::postings::Postings;
use super::terms::{Term, body_terms, head_terms};
use super::text::Text;

/// A title or question, ready for comparison.
#[derive(Debug)]
pub struct Head {
    pub text: Text,
    pub shown: String,
    pub terms: Vec<Term>,
    pub vector: Packed,
    pub deep: Option<Packed>,
}

/// An answer (with the tags) or a clause: found by, but not compared word for word.
#[derive(Debug)]
pub struct Body {
    /// Which clause of the entry; `None` for the answer.
    pub clause: Option<usize>,
    pub terms: Vec<Term>,
}

/// An entry with everything computed that does not depend on other entries.
#[derive(Debug)]
pub struct Prepared {
    pub entry: IndexedEntry,
    pub heads: Vec<Head>,
    pub bodies: Vec<Body>,
}

impl Prepared {
    pub fn new(entry: IndexedEntry, synonyms: &Synonyms, near: &dyn Embedder, deep: Option<&dyn Embedder>) -> Self {
        let heads = std::iter::once(&entry.title)
            .chain(&entry.questions)
            .filter(|shown| !shown.trim().is_empty())
            .map(|shown| {
                let text = Text::new(shown, synonyms);
                Head {
                    terms: head_terms(&text.chars, synonyms),
                    vector: Packed::new(&near.embed(shown)),
                    deep: deep.map(|embedder| Packed::new(&embedder.embed(shown))),
                    text,
                    shown: shown.clone(),
                }
            })
            .collect();
        let mut bodies = Vec::with_capacity(entry.clauses.len() + 1);
        let mut answer = body_terms(&normalise::chars(&entry.answer), synonyms);
        for tag in &entry.tags {
            answer.extend(body_terms(&normalise::chars(tag), synonyms));
        }
        if !answer.is_empty() {
            bodies.push(Body { clause: None, terms: answer });
        }
        for (number, clause) in entry.clauses.iter().enumerate() {
            bodies.push(Body { clause: Some(number), terms: body_terms(&normalise::chars(&clause.text), synonyms) });
        }
        Self { entry, heads, bodies }
    }
}

/// Prepared entries searched together. Heads and bodies are numbered through all entries.
#[derive(Debug, Default)]
pub struct Part {
    pub entries: Vec<Arc<Prepared>>,
    pub heads: Postings,
    pub bodies: Postings,
    /// Entry and place within it of each head.
    head_at: Vec<(u32, u32)>,
    body_at: Vec<(u32, u32)>,
    /// Number of the first head of each entry.
    first_head: Vec<u32>,
}

impl Part {
    pub fn build(entries: Vec<Arc<Prepared>>) -> Self {
        let heads = Postings::build(entries.iter().flat_map(|e| e.heads.iter().map(|head| head.terms.as_slice())));
        let bodies = Postings::build(entries.iter().flat_map(|e| e.bodies.iter().map(|body| body.terms.as_slice())));
        let mut part = Self { heads, bodies, ..Self::default() };
        for (number, entry) in entries.iter().enumerate() {
            part.first_head.push(part.head_at.len() as u32);
            part.head_at.extend((0..entry.heads.len()).map(|at| (number as u32, at as u32)));
            part.body_at.extend((0..entry.bodies.len()).map(|at| (number as u32, at as u32)));
        }
        part.entries = entries;
        part
    }

    /// The entry number of a head.
    pub fn head_entry(&self, head: u32) -> Option<u32> {
        self.head_at.get(head as usize).map(|at| at.0)
    }

    /// The entry and place within it of a body.
    pub fn body_entry(&self, body: u32) -> Option<(u32, u32)> {
        self.body_at.get(body as usize).copied()
    }

    /// The heads of an entry with their numbers.
    pub fn heads_of(&self, entry: u32) -> impl Iterator<Item = (u32, &Head)> {
        let first = self.first_head.get(entry as usize).copied().unwrap_or(0);
        let heads = self.entries.get(entry as usize).map_or(&[][..], |entry| entry.heads.as_slice());
        (first..).zip(heads)
    }

    /// How alike every head's vector is to the query's, by number of head.
    pub fn cosines(&self, query: &Packed) -> Vec<f32> {
        self.entries.iter().flat_map(|entry| &entry.heads).map(|head| head.vector.dot(query)).collect()
    }

    /// The same for the second embedder; empty vectors count as 0.
    pub fn deep_cosines(&self, query: &Packed) -> Vec<f32> {
        let heads = self.entries.iter().flat_map(|entry| &entry.heads);
        heads.map(|head| head.deep.as_ref().map_or(0.0, |vector| vector.dot(query))).collect()
    }
}
