//! Finding what answers a caller's words.

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
        let mut found = self.answerable(&shelf, &query, ask.except, now);
        let sure = found.first().is_some_and(|best| best.confidence >= SURE);
        if let Some(about) = ask.about.filter(|about| !sure && !about.trim().is_empty()) {
            let both = Query { text: format!("{about}{}", ask.text), ..query };
            in_the_light(&mut found, &self.answerable(&shelf, &both, ask.except, now));
        }
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

/// Raises the finding that fits best when the words are taken together with the matter spoken of.
///
/// Together, the matter's own words speak for every entry near it, whatever was said: so only the best of them rises, to the
/// geometric mean of the two confidences at most, and a remark that finds nothing by itself is not taken for a question.
fn in_the_light(found: &mut [Answerable], both: &[Answerable]) {
    let Some(together) = both.first() else { return };
    if let Some(one) = found.iter_mut().find(|one| one.target == together.target) {
        one.confidence = one.confidence.max((one.confidence * together.confidence).sqrt());
    }
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
}
