//! An immutable part of the index: prepared entries with their postings and vectors.

use std::sync::Arc;

use language::normalise;
use language::synonyms::Synonyms;

use super::embed::{Embedder, Packed, dot};
use super::entry::IndexedEntry;
use super::near::{NgramVectors, Sense};
use super::postings::{Postings, best};
use super::signs::{Signs, nearest};
use super::terms::{Term, head_terms, whole_terms};
use super::text::Text;

/// Heads compared exactly after the signs of their vectors.
const SHORTLIST: usize = 512;

/// A title or question, ready for comparison.
#[derive(Debug)]
pub struct Head {
    pub text: Text,
    pub shown: String,
    pub terms: Vec<Term>,
    pub deep: Option<Packed>,
    signs: Signs,
}

/// An entry with everything computed that does not depend on other entries.
#[derive(Debug)]
pub struct Prepared {
    pub entry: IndexedEntry,
    pub heads: Vec<Head>,
    /// Tags, normalised.
    pub tags: Vec<Box<[char]>>,
    /// What the answer means.
    pub answer: Sense,
    /// What the heads mean together.
    pub middle: Packed,
}

impl Prepared {
    pub fn new(
        entry: IndexedEntry,
        synonyms: &Synonyms,
        near: &NgramVectors,
        deep: Option<&dyn Embedder>,
        whole: bool,
    ) -> Self {
        let heads: Vec<Head> = std::iter::once(&entry.title)
            .chain(&entry.questions)
            .filter(|shown| !shown.trim().is_empty())
            .map(|shown| {
                let text = Text::new(shown, synonyms, near);
                Head {
                    terms: head_terms(&text.chars, synonyms),
                    signs: Signs::of(text.sense.sum().parts().0),
                    deep: deep
                        .filter(|embedder| whole || embedder.knows(shown))
                        .map(|embedder| Packed::new(&embedder.embed(shown))),
                    text,
                    shown: shown.clone(),
                }
            })
            .collect();
        Self {
            tags: entry.tags.iter().map(|tag| normalise::chars(tag).into()).collect(),
            answer: near.sense(&normalise::chars(&entry.answer)),
            middle: Packed::middle(heads.iter().map(|head| head.text.sense.sum())),
            heads,
            entry,
        }
    }

    /// Whether every head has its vector by the encoder.
    pub fn whole(&self) -> bool {
        self.heads.iter().all(|head| head.deep.is_some())
    }

    /// Length of the longest tag that the words name.
    pub fn tag_named(&self, chars: &[char]) -> usize {
        let named = |tag: &[char]| tag.len() >= 2 && chars.windows(tag.len()).any(|window| window == tag);
        self.tags.iter().filter(|tag| named(tag)).map(|tag| tag.len()).max().unwrap_or(0)
    }

    /// The terms of all its texts.
    fn all_terms(&self, synonyms: &Synonyms) -> Vec<Term> {
        let texts = self.entry.tags.iter().chain(std::iter::once(&self.entry.answer));
        let texts = texts.chain(self.entry.clauses.iter().map(|clause| &clause.text));
        let heads = self.heads.iter().flat_map(|head| whole_terms(&head.text.chars, synonyms));
        heads.chain(texts.flat_map(|text| whole_terms(&normalise::chars(text), synonyms))).collect()
    }
}

/// Prepared entries searched together. Heads are numbered through all entries.
#[derive(Debug, Default)]
pub struct Part {
    pub entries: Vec<Arc<Prepared>>,
    /// By head.
    pub heads: Postings,
    /// By entry.
    pub wholes: Postings,
    /// Entry of each head.
    head_entry: Vec<u32>,
    /// Number of the first head of each entry.
    first_head: Vec<u32>,
    near: Rows,
    signs: Vec<Signs>,
    deep: Rows,
}

impl Part {
    pub fn build(entries: Vec<Arc<Prepared>>, synonyms: &Synonyms) -> Self {
        let all = || entries.iter().flat_map(|entry| &entry.heads);
        let total = all().map(|head| head.terms.len()).sum();
        let wholes: Vec<Vec<Term>> = entries.iter().map(|entry| entry.all_terms(synonyms)).collect();
        let whole_total = wholes.iter().map(Vec::len).sum();
        let mut part = Self {
            heads: Postings::build(all().map(|head| &head.terms), all().count(), total),
            wholes: Postings::build(wholes.iter(), entries.len(), whole_total),
            near: Rows::new(all().map(|head| Some(head.text.sense.sum()))),
            signs: all().map(|head| head.signs).collect(),
            deep: Rows::new(all().map(|head| head.deep.as_ref())),
            ..Self::default()
        };
        for (number, entry) in entries.iter().enumerate() {
            part.first_head.push(part.head_entry.len() as u32);
            part.head_entry.extend(entry.heads.iter().map(|_| number as u32));
        }
        part.entries = entries;
        part
    }

    /// The entry number of a head.
    pub fn head_entry(&self, head: u32) -> Option<u32> {
        self.head_entry.get(head as usize).copied()
    }

    /// The heads of an entry with their numbers.
    pub fn heads_of(&self, entry: u32) -> impl Iterator<Item = (u32, &Head)> {
        let first = self.first_head.get(entry as usize).copied().unwrap_or(0);
        let heads = self.entries.get(entry as usize).map_or(&[][..], |entry| entry.heads.as_slice());
        (first..).zip(heads)
    }

    /// About the `limit` heads nearest to a query with their cosines, nearest first.
    pub fn nearest(&self, query: &Packed, limit: usize) -> Vec<(u32, f32)> {
        let listed = nearest(&self.signs, Signs::of(query.parts().0), SHORTLIST);
        let cosines: Vec<f32> = listed.iter().map(|head| self.near.dot(*head, query)).collect();
        let numbered = best(&cosines, limit).into_iter();
        numbered.filter_map(|(at, cosine)| Some((*listed.get(at as usize)?, cosine))).collect()
    }

    /// Cosine of a head with a query.
    pub fn cosine(&self, head: u32, query: &Packed) -> f32 {
        self.near.dot(head, query)
    }

    /// The same by the second embedder; 0 where a head has no such vector.
    pub fn deep_cosines(&self, query: &Packed) -> Vec<f32> {
        self.deep.dots(query)
    }
}

/// Vectors of all heads side by side, which reads much faster than one at a time.
#[derive(Debug, Default)]
struct Rows {
    bytes: Vec<i8>,
    /// What one unit of a row is worth once the vector is made to length 1.
    units: Vec<f32>,
}

impl Rows {
    fn new<'a>(vectors: impl Iterator<Item = Option<&'a Packed>> + Clone) -> Self {
        let width = vectors.clone().flatten().map(|v| v.parts().0.len()).max().unwrap_or(0);
        let mut rows = Self::default();
        for vector in vectors {
            let (bytes, scale) = vector.map_or((&[][..], 0.0), Packed::parts);
            let length = vector.map_or(0.0, Packed::length);
            rows.bytes.extend_from_slice(bytes);
            rows.bytes.resize(rows.bytes.len() + width - bytes.len(), 0);
            rows.units.push(if length > 0.0 { scale / length } else { 0.0 });
        }
        rows
    }

    fn dot(&self, number: u32, query: &Packed) -> f32 {
        let (wanted, scale) = query.parts();
        let start = number as usize * wanted.len();
        let row = self.bytes.get(start..start + wanted.len()).unwrap_or_default();
        let own = self.units.get(number as usize).copied().unwrap_or(0.0);
        let unit = if query.length() > 0.0 { scale / query.length() } else { 0.0 };
        dot(row, wanted) as f32 * own * unit
    }

    fn dots(&self, query: &Packed) -> Vec<f32> {
        let (wanted, scale) = query.parts();
        let unit = if query.length() > 0.0 { scale / query.length() } else { 0.0 };
        if wanted.is_empty() || self.bytes.is_empty() {
            return vec![0.0; self.units.len()];
        }
        let rows = self.bytes.chunks_exact(wanted.len());
        rows.zip(&self.units).map(|(row, own)| dot(row, wanted) as f32 * own * unit).collect()
    }
}
