//! What of an entry falls due: a look at it, the end of a clause.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::Serialize;

use crate::model::Entry;

/// An entry without a day of its own is to be looked at again so many days after its last change or check.
pub const RECHECK_DAYS: i32 = 180;
/// A clause's end is told so many days before.
const ENDS_WITHIN: i32 = 30;

/// What falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// Nothing of it is in force: it answers nobody.
    Expired,
    /// A clause has ended; the answer is put together from what is left.
    ClauseEnded,
    /// A clause ends soon.
    ClauseEnds,
    /// The day to look at it again has come.
    Recheck,
}

impl DueKind {
    /// In words.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Expired => "依据全部失效，已不再回答",
            Self::ClauseEnded => "有依据已失效",
            Self::ClauseEnds => "有依据快到期",
            Self::Recheck => "到了复核的日子",
        }
    }
}

/// One thing that falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// Since when, or when.
    pub on: Date,
}

/// The most pressing thing that is due of an entry on a day. `seen` is the day of its last change or check, `recheck_on` the day
/// that was set for looking at it again.
pub fn due_of(entry: &Entry, recheck_on: Option<Date>, seen: Date, day: Date) -> Option<Due> {
    let ends = || entry.clauses.iter().filter_map(|clause| clause.in_force_until);
    let in_force = entry.clauses.iter().any(|clause| clause.in_force(day));
    let begins = entry.clauses.iter().any(|clause| clause.in_force_from.is_some_and(|from| day < from));
    let due = |kind, on| Some(Due { kind, on });
    if !in_force
        && !begins
        && let Some(last) = ends().max()
    {
        return due(DueKind::Expired, last);
    }
    // An end that was looked at after it had come is settled.
    if let Some(ended) = ends().filter(|end| *end < day && seen <= *end).max() {
        return due(DueKind::ClauseEnded, ended);
    }
    let soon = later(day, ENDS_WITHIN);
    if let Some(end) = ends().filter(|end| day <= *end && *end <= soon).min() {
        return due(DueKind::ClauseEnds, end);
    }
    let on = recheck_on.unwrap_or_else(|| later(seen, RECHECK_DAYS));
    if on <= day { due(DueKind::Recheck, on) } else { None }
}

fn later(day: Date, days: i32) -> Date {
    let span: Span = days.days();
    day.saturating_add(span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clause, EntryKind};
    use jiff::civil::date;

    fn entry(ends: &[Option<Date>]) -> Entry {
        let clause = |(at, end): (usize, &Option<Date>)| Clause {
            id: at.to_string(),
            text: "可以提取".to_owned(),
            source: "条例".to_owned(),
            document_number: None,
            article: None,
            in_force_from: None,
            in_force_until: *end,
            local: false,
        };
        Entry {
            id: "a".to_owned(),
            title: "a".to_owned(),
            domain: "公积金".to_owned(),
            kind: EntryKind::Policy,
            region: "全国".to_owned(),
            tags: Vec::new(),
            owner: "公积金".to_owned(),
            answer: "可以提取".to_owned(),
            questions: Vec::new(),
            clauses: ends.iter().enumerate().map(clause).collect(),
            tests: Vec::new(),
        }
    }

    #[test]
    fn the_most_pressing_is_told() {
        let day = date(2026, 9, 1);
        let fresh = date(2026, 8, 1);
        let kind = |entry: &Entry, recheck, seen| due_of(entry, recheck, seen, day).map(|due| due.kind);
        assert_eq!(kind(&entry(&[None]), None, fresh), None);
        assert_eq!(kind(&entry(&[None]), None, date(2026, 1, 1)), Some(DueKind::Recheck));
        assert_eq!(kind(&entry(&[None]), Some(date(2027, 1, 1)), date(2020, 1, 1)), None);
        assert_eq!(kind(&entry(&[Some(date(2026, 9, 20)), None]), None, fresh), Some(DueKind::ClauseEnds));
        let ended = entry(&[Some(date(2026, 8, 15)), None]);
        assert_eq!(kind(&ended, None, fresh), Some(DueKind::ClauseEnded));
        assert_eq!(kind(&ended, None, date(2026, 8, 20)), None);
        assert_eq!(kind(&entry(&[Some(date(2026, 8, 15))]), None, date(2026, 8, 20)), Some(DueKind::Expired));
    }
}
