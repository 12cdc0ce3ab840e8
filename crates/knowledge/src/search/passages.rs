//! Raw documents found by their passages: every document is split into clauses; a question is matched with whole documents,
//! with clauses under their headings, and with titles, and the best clause of a document is told down to its sentence.
//!
//! Apart from [`super::SearchIndex`]: there an entry is a matter somebody wrote down with its questions, here nobody has.

use language::normalise;
use language::synonyms::Synonyms;

use super::embed::Packed;
use super::find::inverse_frequency;
use super::near::NgramVectors;
use super::postings::{Postings, best};
use super::scores::{added, weighted};
use super::terms::{NumberMap, Term, TermKind, head_terms, pairs};
use crate::split::{self, Clause, sentences};

/// Documents considered by each way of finding them.
const BY_DOCUMENT: usize = 40;
const BY_CLAUSE: usize = 80;
/// Clauses of a document whose mean counts beside its best.
const SEVERAL: usize = 3;
/// Characters of a document's beginning that name it where it has no title.
const OPENING: usize = 60;

/// What a document is judged by, each between 0 and about 1.
pub const SIGNS: [&str; 8] =
    ["document", "clause", "clauses", "title", "pairs", "chars", "clause_pairs", "cosine"];
/// Their weights. The whole document leads, as it did in every fit on the development questions; the others break its ties.
const WEIGHTS: [f32; SIGNS.len()] = [8.0, 2.0, 1.0, 1.0, 3.0, 1.0, 1.0, 0.0];

/// Words that ask and are in no answer.
const ASKING: &[&str] = &[
    "什么时候",
    "为什么",
    "是什么",
    "有什么",
    "是多少",
    "有哪些",
    "是哪些",
    "请问",
    "什么样",
    "什么",
    "哪些",
    "哪个",
    "哪里",
    "哪儿",
    "哪种",
    "如何",
    "怎么样",
    "怎么",
    "怎样",
    "多少",
    "多久",
    "多长",
    "几个",
    "是否",
    "何时",
    "何种",
    "何处",
    "能否",
    "可否",
    "吗",
    "呢",
    "谁",
];

/// A document found.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Number of the document, in the order given.
    pub document: usize,
    /// Higher fits better; comparable within one search only.
    pub score: f32,
    /// The clause that fits best, by its number in the document, where it has any.
    pub clause: Option<usize>,
    /// The words of it that answer.
    pub text: String,
}

struct Document {
    clauses: Vec<Clause>,
    /// Number of its first clause among all.
    first: u32,
    title: Vec<Term>,
}

/// Documents ready to be asked.
pub struct Passages {
    documents: Vec<Document>,
    whole: Postings,
    clauses: Postings,
    vectors: Vec<Packed>,
    /// Document of each clause.
    owners: Vec<u32>,
    near: std::sync::Arc<NgramVectors>,
    synonyms: Synonyms,
}

impl std::fmt::Debug for Passages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passages({} documents, {} clauses)", self.documents.len(), self.owners.len())
    }
}

impl Passages {
    /// Splits and indexes documents.
    pub fn build<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let near = NgramVectors::builtin();
        let synonyms = Synonyms::default();
        let (mut documents, mut whole_terms, mut clause_terms) = (Vec::new(), Vec::new(), Vec::new());
        let (mut vectors, mut owners) = (Vec::new(), Vec::new());
        for (number, text) in texts.enumerate() {
            let split = split::split(text);
            let opening: String = match split.title.as_str() {
                "" => text.chars().take(OPENING).collect(),
                title => title.to_owned(),
            };
            let first = owners.len() as u32;
            let mut all = terms(&split.title, &synonyms);
            for clause in &split.clauses {
                // The title stands over every clause and would drown its own words.
                let above = clause.path.iter().filter(|said| **said != split.title);
                let context: String = above.map(String::as_str).collect();
                let own = terms(&clause.text, &synonyms);
                all.extend_from_slice(&own);
                clause_terms.push(own.into_iter().chain(terms(&context, &synonyms)).collect::<Vec<Term>>());
                vectors.push(near.sense(&normalise::chars(&clause.text)).sum().clone());
                owners.push(number as u32);
            }
            whole_terms.push(all);
            documents.push(Document { clauses: split.clauses, first, title: terms(&opening, &synonyms) });
        }
        let total = |all: &[Vec<Term>]| all.iter().map(Vec::len).sum();
        Self {
            whole: Postings::build(whole_terms.iter(), whole_terms.len(), total(&whole_terms)),
            clauses: Postings::build(clause_terms.iter(), clause_terms.len(), total(&clause_terms)),
            documents,
            vectors,
            owners,
            near,
            synonyms,
        }
    }

    /// The documents that fit a question best with their best clause, best first.
    pub fn search(&self, question: &str, limit: usize) -> Vec<Passage> {
        let mut found: Vec<(usize, f32, u32)> = self
            .candidates(question)
            .into_iter()
            .map(|(document, signs, clause)| {
                let score = signs.iter().zip(WEIGHTS).map(|(sign, weight)| sign * weight).sum();
                (document, score, clause)
            })
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(limit);
        let asked = Question::new(question, self);
        let told = |(document, score, _): (usize, f32, u32)| {
            let (clause, text) = self.answer(&asked, document);
            Passage { document, score, clause, text }
        };
        found.into_iter().map(told).collect()
    }

    /// Every document considered with its signs (see [`SIGNS`]) and its best clause: what weights are learned from.
    pub fn candidates(&self, question: &str) -> Vec<(usize, [f32; SIGNS.len()], u32)> {
        let asked = without_asking(&normalise::chars(question));
        let all = self.asked_terms(&asked);
        let whole_idf = |term| inverse_frequency(self.whole.count(term), self.whole.len());
        let clause_idf = |term| inverse_frequency(self.clauses.count(term), self.clauses.len());
        let documents = added(&self.whole, &weighted(&all, &whole_idf));
        let clauses = added(&self.clauses, &weighted(&all, &clause_idf));
        let mut numbers: Vec<u32> = best(&documents, BY_DOCUMENT).into_iter().map(|(at, _)| at).collect();
        let owner = |(at, _): (u32, f32)| self.owners.get(at as usize).copied();
        numbers.extend(best(&clauses, BY_CLAUSE).into_iter().filter_map(owner));
        numbers.sort_unstable();
        numbers.dedup();
        let kind = |kind: TermKind| {
            let mut of_kind: Vec<Term> = all.iter().copied().filter(|term| term.kind() == kind).collect();
            of_kind.sort_unstable();
            of_kind.dedup();
            let weighed: Vec<(Term, f32)> = of_kind.iter().map(|term| (*term, whole_idf(*term))).collect();
            let sum = weighed.iter().map(|(_, weight)| weight).sum::<f32>().max(1e-6);
            (weighed, sum)
        };
        let ((chars, all_chars), (grams, all_grams)) = (kind(TermKind::Char), kind(TermKind::Pair));
        let held_chars = self.whole.shares(&chars, &numbers);
        let held_grams = self.whole.shares(&grams, &numbers);
        let sense = self.near.sense(&asked);
        let top = |scores: &[f32]| scores.iter().fold(1e-6f32, |most, x| most.max(*x));
        let (best_document, best_clause) = (top(&documents), top(&clauses));
        let mut out = Vec::with_capacity(numbers.len());
        for ((number, chars), grams_held) in numbers.into_iter().zip(held_chars).zip(held_grams) {
            let Some(document) = self.documents.get(number as usize) else { continue };
            let own = document.first..document.first + document.clauses.len() as u32;
            let mut scored: Vec<(f32, u32)> =
                own.map(|at| (clauses.get(at as usize).copied().unwrap_or(0.0), at)).collect();
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            let first = scored.first().copied().unwrap_or((0.0, document.first));
            let several = scored.iter().take(SEVERAL).map(|(score, _)| score).sum::<f32>() / SEVERAL as f32;
            let cosine = scored.iter().take(SEVERAL).filter_map(|(_, at)| self.vectors.get(*at as usize));
            let cosine = cosine.map(|vector| sense.sum().cosine(vector)).fold(0.0f32, f32::max);
            let titled: f32 =
                grams.iter().filter(|(term, _)| document.title.contains(term)).map(|(_, w)| w).sum();
            let together = self.clauses.shares(&grams, &[first.1]).first().copied().unwrap_or(0.0);
            let signs = [
                documents.get(number as usize).copied().unwrap_or(0.0) / best_document,
                first.0 / best_clause,
                several / best_clause,
                titled / all_grams,
                grams_held / all_grams,
                chars / all_chars,
                together / all_grams,
                cosine,
            ];
            out.push((number as usize, signs, first.1 - document.first));
        }
        out
    }

    fn asked_terms(&self, asked: &[char]) -> Vec<Term> {
        let mut all = head_terms(asked, &self.synonyms);
        all.retain(|term| term.kind() != TermKind::Sound);
        all
    }

    /// The clause of a document that fits a question best, and its words that answer.
    fn answer(&self, asked: &Question, document: usize) -> (Option<usize>, String) {
        let Some(document) = self.documents.get(document) else { return (None, String::new()) };
        let mut best: (f32, Option<usize>, &str) = (-1.0, None, "");
        let mut before: Vec<Term> = Vec::new();
        for (number, clause) in document.clauses.iter().enumerate() {
            let above = clause.path.last().map_or_else(Vec::new, |said| grams(said));
            for sentence in sentences(&clause.text) {
                let own = grams(sentence);
                let score = asked.fits(&own, &above, &before) + asked.wanted(sentence);
                if score > best.0 {
                    best = (score, Some(number), sentence);
                }
                before = own;
            }
        }
        (best.1, best.2.to_owned())
    }
}

/// A question as sentences are compared with it.
struct Question {
    /// Its terms with their rarity, which sum to 1.
    terms: Vec<(Term, f32)>,
    amount: bool,
    time: bool,
}

impl Question {
    fn new(text: &str, passages: &Passages) -> Self {
        let mut all: Vec<Term> = grams_of(&without_asking(&normalise::chars(text)));
        all.sort_unstable();
        all.dedup();
        let weight = |term: Term| inverse_frequency(passages.clauses.count(term), passages.clauses.len());
        let terms: Vec<(Term, f32)> = all.into_iter().map(|term| (term, weight(term))).collect();
        let sum = terms.iter().map(|(_, weight)| weight).sum::<f32>().max(1e-6);
        let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
        Self {
            terms: terms.into_iter().map(|(term, weight)| (term, weight / sum)).collect(),
            amount: any(&["多少", "几", "多大", "比例", "金额", "标准"]),
            time: any(&["什么时候", "何时", "多久", "时间", "几天", "日期", "期限", "哪天"]),
        }
    }

    /// How much of the question a sentence holds, and less so what stands around it.
    fn fits(&self, own: &[Term], above: &[Term], before: &[Term]) -> f32 {
        let share = |(term, weight): &(Term, f32)| {
            let held = if own.contains(term) {
                1.0
            } else if above.contains(term) {
                0.5
            } else if before.contains(term) {
                0.3
            } else {
                0.0
            };
            held * weight
        };
        self.terms.iter().map(share).sum()
    }

    /// A figure or a date where one is asked for.
    fn wanted(&self, sentence: &str) -> f32 {
        let figure = sentence.chars().any(|c| c.is_ascii_digit() || "一二三四五六七八九十百".contains(c));
        let day = sentence.chars().any(|c| "年月日天时".contains(c)) && figure;
        if (self.amount && figure) || (self.time && day) { 0.1 } else { 0.0 }
    }
}

fn terms(text: &str, synonyms: &Synonyms) -> Vec<Term> {
    let mut all = head_terms(&normalise::chars(text), synonyms);
    all.retain(|term| term.kind() != TermKind::Sound);
    all
}

fn grams(text: &str) -> Vec<Term> {
    grams_of(&normalise::chars(text))
}

fn grams_of(chars: &[char]) -> Vec<Term> {
    let pairs = pairs(chars).map(|(a, b)| Term::pair(a, b));
    chars.iter().map(|c| Term::char(*c)).chain(pairs).collect()
}

/// A question without the words that only ask; whole where nothing else is left.
fn without_asking(chars: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(chars.len());
    let mut rest = chars;
    'text: while let Some((first, others)) = rest.split_first() {
        for word in ASKING {
            let length = word.chars().count();
            if rest.len() >= length && rest.iter().zip(word.chars()).all(|(a, b)| *a == b) {
                rest = rest.get(length..).unwrap_or_default();
                continue 'text;
            }
        }
        out.push(*first);
        rest = others;
    }
    if out.is_empty() { chars.to_vec() } else { out }
}

/// Character F1 of two texts: how much they share, counted by character.
pub fn character_f1(one: &str, two: &str) -> f64 {
    let count = |text: &str| {
        let mut counts: NumberMap<u32, usize> = NumberMap::default();
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            *counts.entry(u32::from(c)).or_default() += 1;
        }
        counts
    };
    let (a, b) = (count(one), count(two));
    let common: usize = a.iter().map(|(c, n)| (*n).min(b.get(c).copied().unwrap_or(0))).sum();
    let total = a.values().sum::<usize>() + b.values().sum::<usize>();
    if total == 0 { 0.0 } else { 2.0 * common as f64 / total as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_and_its_sentence_are_found() {
        let texts = [
            "关于减免房租的通知\n一、承租国有房屋的企业，免收2个月房租。\n二、减免由出租方办理，无需申请。",
            "关于稳岗返还的通知\n一、不裁员的企业返还失业保险费的50%。\n二、申请截止到12月31日。",
        ];
        let passages = Passages::build(texts.into_iter());
        let found = passages.search("租国有房子的企业能免几个月房租？", 2);
        assert_eq!(found[0].document, 0);
        assert!(found[0].text.contains("2个月"), "{found:?}");
        let found = passages.search("稳岗返还申请到什么时候截止", 2);
        assert_eq!((found[0].document, found[0].clause), (1, Some(1)));
        assert!(passages.search("", 3).is_empty());
    }

    #[test]
    fn shared_characters_count_once() {
        assert!((character_f1("免收两个月", "两个月") - 0.75).abs() < 1e-9);
        assert_eq!(character_f1("", ""), 0.0);
        assert_eq!(character_f1("甲甲", "甲"), 2.0 / 3.0);
    }
}
