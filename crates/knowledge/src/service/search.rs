//! Finding what answers a caller's words.

use kernel::Micros;

use super::shelf::Shelf;
use super::{Library, lead, local};
use crate::entry::index;
use crate::model::{AnswerCard, Answerable, Target};
use crate::search::{Hit, Query};

/// A plain search this sure is not tried again in the light of the last answer, and nothing found in it is surer.
const SURE: f32 = 0.8;
/// A sentence of the entry just given speaks of what is asked: as sure as that.
const WITHIN: f32 = 0.85;
/// A sentence of it only means what is asked: given where nothing else is surer, and what else may be meant is named beside it.
const MEANT: f32 = 0.66;
/// No more than this sure is anything found only in the light of the last answer.
const LIKELY: f32 = 0.6;
/// How many findings of the plain search a follow-up is chosen from.
const LOOKED_AT: usize = 30;

/// What is asked, and in what light.
#[derive(Debug, Clone, Default)]
pub struct Ask<'a> {
    /// The caller's words.
    pub text: &'a str,
    /// The domain the conversation is about: a preference, never a filter.
    pub domain: Option<&'a str>,
    /// Where the caller is: an address as told, a place, or a path from wide to narrow with `/` between.
    pub region: Option<&'a str>,
    /// The entry last given as an answer, for follow-ups.
    pub about: Option<&'a str>,
    /// Entries and scenarios the caller has rejected, by id.
    pub except: &'a [String],
    /// Without the sentence encoder: less is found in unusual words, and at once.
    pub quick: bool,
}

impl Library {
    /// Entries and scenarios that fit, best first, at most `limit`. Entries come with the answer they give at `now`.
    pub fn search(&self, ask: &Ask<'_>, now: Micros, limit: usize) -> Vec<Answerable> {
        let query = Query {
            text: ask.text.to_owned(),
            domain_hint: ask.domain.map(str::to_owned),
            region: self.place(ask),
            day: now.day(),
            limit: LOOKED_AT.max(limit.saturating_add(ask.except.len())),
            quick: ask.quick,
        };
        let shelf = self.shelf();
        let mut found = self.answerable(&shelf, &query, ask.except, now);
        local::prefer(&mut found, ask.text, query.region.as_deref(), &shelf);
        if !self.0.index.reads(&query) {
            lead::judge(&mut found);
        }
        let sure = found.first().is_some_and(|best| best.confidence >= SURE);
        let last = ask.about.and_then(|entry| shelf.entries.get(entry));
        if let Some(last) = last.filter(|_| !sure) {
            let with =
                |text: String| self.answerable(&shelf, &Query { text, ..query.clone() }, ask.except, now);
            let about = &last.entry.title;
            in_the_light(&mut found, with(format!("{about}{}", ask.text)), &with(about.clone()));
            if let Some(part) = last.entry.within(ask.text, now.day()) {
                let (target, title) = (Target::Entry(last.entry.id.clone()), last.entry.title.clone());
                let confidence = if part.in_words { WITHIN } else { MEANT };
                let surer = found.iter().take_while(|one| !part.in_words && one.confidence > confidence);
                let at = surer.count();
                found.insert(at, Answerable { target, title, confidence, card: Some(part.card) });
            }
        }
        found.truncate(limit);
        found
    }

    /// Where the caller is, or which place the words name where that is not known.
    fn place(&self, ask: &Ask<'_>) -> Option<String> {
        let vocabulary = self.vocabulary();
        let named = || (!vocabulary.regions.is_empty()).then(|| vocabulary.path_of(ask.text)).flatten();
        ask.region.and_then(|place| vocabulary.path_of(place)).or_else(named)
    }

    /// The answer of an entry at an instant, or of one clause of it; none when there is no such or it is not in force.
    pub fn card(&self, entry: &str, clause: Option<&str>, now: Micros) -> Option<AnswerCard> {
        let shelf = self.shelf();
        let record = shelf.entries.get(entry)?;
        Some(local::naming_place(&record.entry, record.entry.card(clause, now.day())?))
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
            let card = local::naming_place(&record.entry, record.entry.card(None, now.day())?);
            (card.title.clone(), Some(card))
        }
        Target::Scenario(id) => (shelf.scenarios.get(id)?.title.clone(), None),
    };
    Some(Answerable { target, title, confidence: hit.confidence, card })
}

/// Adds what the words mean together with the matter spoken of: 那还贷款呢 after an answer about renting.
///
/// Together, the matter's own words speak for every entry near it, whatever was said. What counts is what the new words add to
/// them: a finding that the matter alone finds as well gains nothing, so that no remark is taken for a question and no answer
/// is given twice. What is found in this light is never sure: it is put to the caller, not told.
fn in_the_light(found: &mut Vec<Answerable>, both: Vec<Answerable>, matter: &[Answerable]) {
    for mut one in both {
        let without =
            matter.iter().find(|known| known.target == one.target).map_or(0.0, |known| known.confidence);
        let added = 1.0 - without / one.confidence.max(f32::EPSILON);
        one.confidence = (one.confidence * added.max(0.0).sqrt()).min(LIKELY);
        match found.iter_mut().find(|known| known.target == one.target) {
            Some(known) => known.confidence = known.confidence.max(one.confidence),
            None => found.push(one),
        }
    }
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
}
