//! Everything that anybody may read, listed: for the public interface, the site map, other programs.
//!
//! One rule for all of them: an entry stands in a list when its own page would show it on that day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Library, PublicEntry};
use crate::model::{EVERYWHERE, EntryRecord};

/// Which entries are listed; what is not given does not limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicFilter {
    /// The business domain.
    pub domain: Option<String>,
    /// Only what holds at this place: a path from wide to narrow with `/` between.
    pub place: Option<String>,
    /// How many to leave out first.
    pub skip: usize,
    /// How many to give at most.
    pub take: usize,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublicPage {
    /// Its entries, by id.
    pub rows: Vec<PublicEntry>,
    /// How many the filter passes in all.
    pub total: usize,
}

/// An entry that has a page of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// Its id.
    pub id: String,
    /// When it was last changed.
    pub updated_us: i64,
}

impl Library {
    /// Entries that anybody may read on a day, by id.
    pub fn public_list(&self, filter: &PublicFilter, day: Date) -> PublicPage {
        let shelf = self.shelf();
        let mut passed: Vec<&EntryRecord> = shelf
            .entries
            .values()
            .map(AsRef::as_ref)
            .filter(|record| is_public(record, day) && filter.passes(record))
            .collect();
        passed.sort_unstable_by(|a, b| a.entry.id.cmp(&b.entry.id));
        let rows = passed.iter().skip(filter.skip).take(filter.take);
        PublicPage {
            rows: rows.filter_map(|record| PublicEntry::of(record, day)).collect(),
            total: passed.len(),
        }
    }

    /// Every entry that anybody may read on a day, by id.
    pub fn public_addresses(&self, day: Date) -> Vec<PublicAddress> {
        let shelf = self.shelf();
        let of = shelf
            .entries
            .values()
            .filter(|record| is_public(record, day))
            .map(|record| PublicAddress { id: record.entry.id.clone(), updated_us: record.updated_us });
        let mut addresses: Vec<PublicAddress> = of.collect();
        addresses.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        addresses
    }

    /// The business domains with how many entries of each anybody may read on a day.
    pub fn public_domains(&self, day: Date) -> BTreeMap<String, usize> {
        let shelf = self.shelf();
        let mut counts = BTreeMap::new();
        for record in shelf.entries.values().filter(|record| is_public(record, day)) {
            *counts.entry(record.entry.domain.clone()).or_insert(0) += 1;
        }
        counts
    }
}

/// The same as having a card on that day, without making one.
fn is_public(record: &EntryRecord, day: Date) -> bool {
    record.entry.clauses.iter().any(|clause| clause.in_force(day))
}

impl PublicFilter {
    fn passes(&self, record: &EntryRecord) -> bool {
        let entry = &record.entry;
        let everywhere = entry.region.is_empty() || entry.region == EVERYWHERE;
        self.domain.as_ref().is_none_or(|domain| *domain == entry.domain)
            && self
                .place
                .as_ref()
                .is_none_or(|path| everywhere || path.split('/').any(|part| part == entry.region))
    }
}
