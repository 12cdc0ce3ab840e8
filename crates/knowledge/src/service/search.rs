//! Finding what answers a caller's words.

use std::collections::HashMap;

use kernel::Micros;

use super::Library;
use super::shelf::Shelf;
use crate::entry::index;
use crate::model::{AnswerCard, Answerable, Target};
use crate::search::{Hit, Query};

/// A plain search this sure is not tried again in the light of the last answer.
const SURE: f32 = 0.6;
/// How many findings of the plain search a follow-up is chosen from.
const LOOKED_AT: usize = 30;
/// What a follow-up can make of the answer just given: enough to ask whether it is meant, never to repeat it.
const OF_LAST_ANSWER: f32 = 0.5;

/// What is asked, and in what light.
#[derive(Debug, Clone, Default)]
pub struct Ask<'a> {
    /// The caller's words.
    pub text: &'a str,
    /// The domain the conversation is about: a preference, never a filter.
    pub domain: Option<&'a str>,
    /// Where the caller is: an address as told, a place, or a path from wide to narrow with `/` between.
    pub region: Option<&'a str>,
    /// The title of the last answer, for follow-ups.
    pub about: Option<&'a str>,
    /// Entries and scenarios the caller has rejected, by id.
    pub except: &'a [String],
}

impl Library {
    /// Entries and scenarios that fit, best first, at most `limit`. Entries come with the answer they give at `now`.
    pub fn search(&self, ask: &Ask<'_>, now: Micros, limit: usize) -> Vec<Answerable> {
        let query = Query {
            text: ask.text.to_owned(),
            domain_hint: ask.domain.map(str::to_owned),
            region: ask.region.and_then(|place| self.vocabulary().path_of(place)),
            day: now.day(),
            limit: LOOKED_AT.max(limit.saturating_add(ask.except.len())),
        };
        let shelf = self.shelf();
        let plain = self.answerable(&shelf, &query, ask.except, now);
        let best = |found: &[Answerable]| found.first().map_or(0.0, |first| first.confidence);
        let mut found = match ask.about.filter(|about| !about.trim().is_empty()) {
            Some(about) if best(&plain) < SURE => {
                let both = Query { text: format!("{about}{}", ask.text), ..query };
                let light = in_the_light_of(about, &plain, self.answerable(&shelf, &both, ask.except, now));
                if best(&light) > best(&plain) { light } else { plain }
            }
            _ => plain,
        };
        found.truncate(limit);
        found
    }

    /// The answer of an entry at an instant, or of one clause of it; none when there is no such or it is not in force.
    pub fn card(&self, entry: &str, clause: Option<&str>, now: Micros) -> Option<AnswerCard> {
        self.shelf().entries.get(entry).and_then(|record| record.entry.card(clause, now.day()))
    }

    fn answerable(&self, shelf: &Shelf, query: &Query, except: &[String], now: Micros) -> Vec<Answerable> {
        let hits = self.0.index.search(query);
        hits.into_iter().filter_map(|hit| answerable(shelf, &hit, except, now)).collect()
    }
}

fn answerable(shelf: &Shelf, hit: &Hit, except: &[String], now: Micros) -> Option<Answerable> {
    let target = index::target(&hit.entry_id);
    let (title, card) = match &target {
        Target::Entry(id) | Target::Scenario(id) if except.contains(id) => return None,
        Target::Entry(id) => {
            let record = shelf.entries.get(id)?;
            (record.entry.title.clone(), Some(record.entry.card(None, now.day())?))
        }
        Target::Scenario(id) => (shelf.scenarios.get(id)?.title.clone(), None),
    };
    Some(Answerable { target, title, confidence: hit.confidence, card })
}

/// What the words mean after an answer about `about`: only what the words themselves find too, or any remark would be
/// taken for a question about the last matter; and the last answer itself is not worth repeating.
fn in_the_light_of(about: &str, plain: &[Answerable], both: Vec<Answerable>) -> Vec<Answerable> {
    let alone: HashMap<&Target, f32> = plain.iter().map(|found| (&found.target, found.confidence)).collect();
    let mut light: Vec<Answerable> = both
        .into_iter()
        .filter_map(|mut found| {
            let alone = *alone.get(&found.target)?;
            if found.title == about {
                found.confidence = alone.max(found.confidence.min(OF_LAST_ANSWER));
            }
            Some(found)
        })
        .collect();
    light.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    light
}
