//! From paragraphs to clauses: what stands over what.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::fate::{is_loose_heading, is_signature, is_title, leads_in, left_out};
use super::marks::{Level, Mark, mark, sentences};
use super::{Clause, Fate, Paragraph, Reason, Split};

/// A longer paragraph becomes several clauses of about this many characters, at ends of sentences.
const LONGEST: usize = 220;
const WANTED: usize = 140;
/// Longest heading with a number: 一、申请条件.
const HEADING: usize = 36;
/// A repeated line shorter than this may well be meant.
const REPEATED: usize = 8;
/// Lines of the end that can be signature.
const TAIL: usize = 4;
/// Headings in a row at the head of a text that make its title.
const TITLE_LINES: usize = 3;

/// Something that what follows stands under.
struct Above {
    level: Option<Level>,
    /// For lines without a number: the level of the first mark under it.
    holds: Option<Level>,
    mark: String,
    /// Its words, where they belong to what stands under it.
    said: Option<String>,
    paragraph: usize,
    /// Number of clauses when it was opened.
    since: usize,
}

struct Builder<'a> {
    text: &'a str,
    spans: Vec<Range<usize>>,
    /// Paragraphs that are known to be in no clause.
    aside: Vec<Option<Reason>>,
    above: Vec<Above>,
    fates: Vec<Option<Fate>>,
    out: Split,
}

pub fn build(text: &str, spans: Vec<Range<usize>>, aside: &BTreeMap<usize, Reason>) -> Split {
    let fates = vec![None; spans.len()];
    let aside = known(text, &spans, aside);
    let mut builder = Builder { text, spans, aside, above: Vec::new(), fates, out: Split::default() };
    builder.run();
    builder.out
}

/// For each paragraph why the line that it stands on is no part of what the text says.
fn known(text: &str, spans: &[Range<usize>], aside: &BTreeMap<usize, Reason>) -> Vec<Option<Reason>> {
    let (mut line, mut from) = (0, 0);
    let reason = |span: &Range<usize>| {
        line += text.get(from..span.start).map_or(0, |before| before.matches('\n').count());
        from = span.start;
        aside.get(&line).copied()
    };
    spans.iter().map(reason).collect()
}

impl<'a> Builder<'a> {
    fn words(&self, paragraph: usize) -> &'a str {
        self.spans.get(paragraph).and_then(|span| self.text.get(span.clone())).unwrap_or_default()
    }

    fn known(&self, paragraph: usize) -> Option<Reason> {
        self.aside.get(paragraph).copied().flatten()
    }

    fn run(&mut self) {
        let tail = self.tail();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut titles = 0;
        for paragraph in 0..self.spans.len() {
            let text = self.words(paragraph);
            let known = self.known(paragraph);
            let again = known.is_none() && !seen.insert(text) && text.chars().count() >= REPEATED;
            let reason = left_out(text)
                .or(known)
                .or_else(|| again.then_some(Reason::Repeated))
                .or_else(|| (paragraph >= tail).then_some(Reason::Signature));
            if let Some(reason) = reason {
                self.fate(paragraph, Fate::LeftOut(reason));
                continue;
            }
            let found = mark(text);
            let opening = self.out.clauses.is_empty() && titles < TITLE_LINES;
            let more = paragraph + 1 < tail;
            if found.is_none() && opening && more && is_title(text) {
                titles += 1;
                self.out.title.push_str(text);
                self.open(paragraph, None, true);
                continue;
            }
            titles = TITLE_LINES;
            self.close_for(found.map(|found| found.level));
            let rest = found.map_or(text, |found| text.get(found.text.len()..).unwrap_or_default()).trim();
            let heading = match found {
                Some(Mark { level: Level::Part | Level::Chapter | Level::Section, .. }) => true,
                Some(Mark { level: Level::Article, .. }) => false,
                Some(_) => rest.chars().count() <= HEADING && is_title(rest) && !rest.contains('，'),
                None => is_loose_heading(text) && more,
            };
            if heading || (leads_in(text) && more) {
                self.open(paragraph, found, true);
            } else {
                self.add(paragraph, found);
                if found.is_some() {
                    self.open(paragraph, found, false);
                }
            }
        }
        self.close_to(0);
        let fates = std::mem::take(&mut self.fates);
        // Every paragraph was given a fate above; one forgotten would be seen as left out, never lost.
        let paragraphs = self.spans.iter().zip(fates).map(|(span, fate)| Paragraph {
            at: span.clone(),
            fate: fate.unwrap_or(Fate::LeftOut(Reason::EmptyHeading)),
        });
        self.out.paragraphs = paragraphs.collect();
    }

    /// The paragraph from which on there is only signature.
    fn tail(&self) -> usize {
        let count = self.spans.len();
        let lowest = count.saturating_sub(TAIL).max(1);
        let signed = (lowest..count).rev().take_while(|at| {
            let text = self.words(*at);
            is_signature(text) || left_out(text).is_some() || self.known(*at).is_some()
        });
        signed.last().unwrap_or(count)
    }

    fn fate(&mut self, paragraph: usize, fate: Fate) {
        if let Some(cell) = self.fates.get_mut(paragraph) {
            *cell = Some(fate);
        }
    }

    fn open(&mut self, paragraph: usize, found: Option<Mark>, said: bool) {
        self.above.push(Above {
            level: found.map(|found| found.level),
            holds: None,
            mark: found.map_or_else(String::new, |found| found.text.to_owned()),
            said: said.then(|| self.words(paragraph).to_owned()),
            paragraph,
            since: self.out.clauses.len(),
        });
    }

    /// Ends what a paragraph with this mark does not stand under.
    fn close_for(&mut self, level: Option<Level>) {
        let titles =
            self.above.iter().take_while(|above| above.paragraph < TITLE_LINES && above.is_title()).count();
        let under = self.above.iter().skip(titles);
        let keep = if let Some(level) = level {
            let over = |above: &Above| match (above.level, above.holds) {
                (Some(own), _) => own < level,
                (None, Some(holds)) => holds <= level,
                (None, None) => true,
            };
            under.take_while(|above| over(above)).count()
        } else {
            // A paragraph without a number after an article's items is the article's own; a lead-in is over.
            let article = self.in_article();
            let over = |above: &Above| above.level.is_some_and(|own| own <= Level::Article || !article);
            under.take_while(|above| over(above)).count()
        };
        self.close_to(titles + keep);
        if let (Some(level), Some(Above { level: None, holds, .. })) = (level, self.above.last_mut()) {
            holds.get_or_insert(level);
        }
    }

    fn in_article(&self) -> bool {
        self.above.iter().any(|above| above.level == Some(Level::Article))
    }

    fn close_to(&mut self, keep: usize) {
        while self.above.len() > keep {
            let Some(last) = self.above.pop() else { return };
            if last.said.is_none() {
                continue;
            }
            let wide = last.level.is_some_and(|level| level <= Level::Section);
            if last.since < self.out.clauses.len() {
                self.fate(last.paragraph, Fate::Merged(last.since..self.out.clauses.len()));
            } else if wide {
                self.fate(last.paragraph, Fate::LeftOut(Reason::EmptyHeading));
            } else {
                // Nothing stands under it: it was an item, not a heading.
                self.add(last.paragraph, mark(self.words(last.paragraph)));
            }
        }
    }

    fn add(&mut self, paragraph: usize, found: Option<Mark>) {
        let from = self.out.clauses.len();
        let path: Vec<String> = self.above.iter().filter_map(|above| above.said.clone()).collect();
        let marks = self.above.iter().filter(|above| !above.mark.is_empty());
        let article = self.in_article() || found.is_some_and(|found| found.level == Level::Article);
        let mut place: String = marks
            .filter(|above| !article || above.level >= Some(Level::Article))
            .map(|above| above.mark.as_str())
            .collect();
        place.push_str(found.map_or("", |found| found.text));
        for text in pieces(self.words(paragraph)) {
            self.out.clauses.push(Clause { path: path.clone(), place: place.clone(), text, paragraph });
        }
        self.fate(paragraph, Fate::Used(from..self.out.clauses.len()));
    }
}

impl Above {
    fn is_title(&self) -> bool {
        self.level.is_none() && self.since == 0
    }
}

/// A long paragraph in pieces at ends of sentences; a short one whole.
fn pieces(text: &str) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    if length(text) <= LONGEST {
        return vec![text.to_owned()];
    }
    let mut out: Vec<String> = Vec::new();
    for sentence in sentences(text) {
        match out.last_mut() {
            Some(last) if length(last) + length(sentence) <= WANTED => last.push_str(sentence),
            _ => out.push(sentence.to_owned()),
        }
    }
    out
}
