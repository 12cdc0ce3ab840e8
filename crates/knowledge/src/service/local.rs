//! What holds for a place before what holds everywhere: a town's office hours, a park's subsidy.
//!
//! Two towns can have two right answers to one question, so an answer that holds for a place names it. Where the caller names
//! the place, what holds there answers, and what holds everywhere does not answer the same matter for it.

use language::normalise;

use super::shelf::Shelf;
use crate::model::{AnswerCard, Answerable, EVERYWHERE, Entry, Target};

/// A local finding less sure than this is another matter.
const KNOWN: f32 = 0.05;
/// Wordings that share so much, the place aside, ask about one matter.
const SAME_MATTER: f32 = 0.5;
/// How names of places end.
const ENDS: [&str; 8] = ["街道", "省", "市", "区", "县", "镇", "乡", "村"];

/// Puts findings for the place that the caller names, or is in, before those for everywhere about the same matter, which then
/// do not answer.
pub(super) fn prefer(found: &mut Vec<Answerable>, asked: &str, path: Option<&str>, shelf: &Shelf) {
    let mut silenced: Vec<usize> = Vec::new();
    for at in 0..found.len() {
        let Some(local) = found.get(at).filter(|local| local.confidence >= KNOWN) else { continue };
        let Some((entry, place)) = local_of(local, shelf).filter(|(_, place)| is_named(place, asked, path))
        else {
            continue;
        };
        let general = |one: &Answerable| {
            entry_of(one, shelf)
                .is_some_and(|general| place_of(general).is_none() && same_matter(entry, general, place))
        };
        let rivals: Vec<usize> =
            found.iter().enumerate().filter(|(_, one)| general(one)).map(|(rival, _)| rival).collect();
        let sure = rivals.iter().filter_map(|rival| found.get(*rival)).map(|one| one.confidence);
        let sure = sure.fold(local.confidence, f32::max);
        if let Some(local) = found.get_mut(at) {
            local.confidence = sure;
        }
        // The first of them gives its place to the local one: what stands between is about other matters.
        if let Some(first) = rivals.first().copied().filter(|first| *first < at) {
            found.swap(first, at);
            silenced.extend(rivals.into_iter().map(|rival| if rival == first { at } else { rival }));
        } else {
            silenced.extend(rivals);
        }
    }
    silenced.sort_unstable();
    silenced.dedup();
    for at in silenced.into_iter().rev() {
        found.remove(at);
    }
}

/// The answer with the place it holds for, and the title too, unless they name it.
pub(super) fn naming_place(entry: &Entry, mut card: AnswerCard) -> AnswerCard {
    if entry.region == EVERYWHERE || entry.region.is_empty() {
        return card;
    }
    if !card.text.contains(&entry.region) {
        card.text = format!("{}：{}", entry.region, card.text);
    }
    if !card.title.contains(&entry.region) {
        card.title = format!("{}（{}）", card.title, entry.region);
    }
    card
}

fn entry_of<'a>(one: &Answerable, shelf: &'a Shelf) -> Option<&'a Entry> {
    match &one.target {
        Target::Entry(id) => shelf.entries.get(id).map(|record| &record.entry),
        Target::Scenario(_) => None,
    }
}

fn local_of<'a>(one: &Answerable, shelf: &'a Shelf) -> Option<(&'a Entry, &'a str)> {
    let entry = entry_of(one, shelf)?;
    Some((entry, place_of(entry)?))
}

/// The place an entry holds for; none for what holds everywhere. A title's own words are no place: 农贸市 is none.
fn place_of(entry: &Entry) -> Option<&str> {
    (entry.region != EVERYWHERE && !entry.region.is_empty()).then_some(entry.region.as_str())
}

/// Whether the words or the caller's place name it, with or without its ending.
fn is_named(place: &str, asked: &str, path: Option<&str>) -> bool {
    if path.is_some_and(|path| path.split('/').any(|part| part == place)) || asked.contains(place) {
        return true;
    }
    let bare = ENDS.iter().find_map(|end| place.strip_suffix(end)).unwrap_or(place);
    bare.chars().count() >= 2 && asked.contains(bare)
}

fn same_matter(local: &Entry, general: &Entry, place: &str) -> bool {
    let wordings = |entry: &Entry| -> Vec<Vec<[char; 2]>> {
        let all = std::iter::once(&entry.title).chain(&entry.questions);
        all.map(|text| pairs(&text.replace(place, ""))).collect()
    };
    let theirs = wordings(general);
    wordings(local).iter().any(|mine| theirs.iter().any(|other| dice(mine, other) >= SAME_MATTER))
}

fn pairs(text: &str) -> Vec<[char; 2]> {
    let chars = normalise::chars(text);
    let mut pairs: Vec<[char; 2]> = chars.windows(2).filter_map(|pair| pair.first_chunk().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn dice(a: &[[char; 2]], b: &[[char; 2]]) -> f32 {
    let both = a.iter().filter(|pair| b.binary_search(pair).is_ok()).count();
    if a.is_empty() || b.is_empty() { 0.0 } else { 2.0 * both as f32 / (a.len() + b.len()) as f32 }
}
