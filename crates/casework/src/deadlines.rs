//! By when a ticket is to be answered and archived. Terms differ from place to place: they are the settings document
//! `deadlines`; the defaults are an example to begin with.

use kernel::{Micros, WorkCalendar};
use serde::{Deserialize, Serialize};

use crate::CaseworkError;
use crate::model::{Kind, Urgency};

/// Working days until the reply, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkingDays {
    /// 咨询.
    pub consult: u32,
    /// 求助.
    pub help: u32,
    /// 投诉.
    pub complaint: u32,
    /// 举报.
    pub report: u32,
    /// 建议.
    pub suggestion: u32,
    /// 表扬.
    pub praise: u32,
}

impl Default for WorkingDays {
    fn default() -> Self {
        Self { consult: 3, help: 5, complaint: 7, report: 7, suggestion: 5, praise: 5 }
    }
}

impl WorkingDays {
    /// The term of a kind.
    pub const fn of(self, kind: Kind) -> u32 {
        match kind {
            Kind::Consult => self.consult,
            Kind::Help => self.help,
            Kind::Complaint => self.complaint,
            Kind::Report => self.report,
            Kind::Suggestion => self.suggestion,
            Kind::Praise => self.praise,
        }
    }
}

/// The site's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    /// Working days until the reply.
    pub working_days: WorkingDays,
    /// Hours by the clock until the reply to an urgent matter.
    pub urgent_hours: u32,
    /// Working days until a promised call-back.
    pub callback_working_days: u32,
    /// Working days from the reply to call-back and archive.
    pub archive_working_days: u32,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            working_days: WorkingDays::default(),
            urgent_hours: 24,
            callback_working_days: 1,
            archive_working_days: 3,
        }
    }
}

/// A due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// When.
    pub at: Micros,
    /// The calendar lacks a year of the term: counted by weekdays alone.
    #[serde(default)]
    pub provisional: bool,
}

/// The longest term in working days that is accepted as meant.
const MOST_DAYS: u32 = 90;
/// The longest term of an urgent matter, in hours.
const MOST_HOURS: u32 = 72;

impl Deadlines {
    /// The settings document's name.
    pub const SETTING: &'static str = "deadlines";

    /// Whether the terms can be meant.
    ///
    /// # Errors
    /// Naming the first that cannot, in Chinese.
    pub fn check(&self) -> Result<(), CaseworkError> {
        let days = Kind::ALL
            .map(|kind| (kind.chinese(), self.working_days.of(kind)))
            .into_iter()
            .chain([("回电", self.callback_working_days), ("回访归档", self.archive_working_days)]);
        for (what, term) in days {
            if !(1..=MOST_DAYS).contains(&term) {
                return Err(CaseworkError::Deadline(format!(
                    "{what}的时限是{term}个工作日，应在1到{MOST_DAYS}之间，请改正。"
                )));
            }
        }
        if !(1..=MOST_HOURS).contains(&self.urgent_hours) {
            let hours = self.urgent_hours;
            return Err(CaseworkError::Deadline(format!(
                "紧急事项的时限是{hours}小时，应在1到{MOST_HOURS}之间，请改正。"
            )));
        }
        Ok(())
    }

    /// By when a ticket opened `from` is to be answered: the earliest of the terms that apply.
    pub fn reply_due(
        &self,
        calendar: &WorkCalendar,
        kind: Kind,
        urgency: Urgency,
        callback: bool,
        from: Micros,
    ) -> Due {
        let mut due = working_days(calendar, from, self.working_days.of(kind));
        if callback {
            due = earlier(due, working_days(calendar, from, self.callback_working_days));
        }
        if urgency == Urgency::Urgent {
            let at = from.plus_secs(i64::from(self.urgent_hours) * 3600);
            due = earlier(due, Due { at, provisional: false });
        }
        due
    }

    /// By when a ticket answered `from` is to be called back and archived.
    pub fn archive_due(&self, calendar: &WorkCalendar, from: Micros) -> Due {
        working_days(calendar, from, self.archive_working_days)
    }
}

fn earlier(one: Due, other: Due) -> Due {
    if other.at < one.at { other } else { one }
}

fn working_days(calendar: &WorkCalendar, from: Micros, days: u32) -> Due {
    if let Ok(at) = calendar.add_working_days(from, days) {
        return Due { at, provisional: false };
    }
    // The list of holidays has run out. A weekday date now is better for the citizen than no ticket.
    let at = calendar
        .provisional()
        .add_working_days(from, days)
        .unwrap_or_else(|_| from.plus_secs(i64::from(days) * 86_400));
    Due { at, provisional: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{HolidayList, UnitHours};

    fn calendar() -> WorkCalendar {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter/holidays.yaml");
        let list: HolidayList = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        WorkCalendar::new(&list, UnitHours::default()).unwrap()
    }

    fn at(text: &str) -> Micros {
        let zoned = format!("{text}+08:00").parse::<jiff::Timestamp>().unwrap();
        Micros(zoned.as_microsecond())
    }

    #[test]
    fn terms_follow_kind_urgency_and_promise() {
        let (calendar, terms) = (calendar(), Deadlines::default());
        // Friday before Spring Festival 2026: Saturday 14 is worked, 15 to 23 February is off.
        let friday = at("2026-02-13T10:00:00");
        for (kind, urgency, callback, expected) in [
            (Kind::Consult, Urgency::Normal, false, "2026-02-25T17:30:00"),
            (Kind::Help, Urgency::Normal, false, "2026-02-27T17:30:00"),
            (Kind::Complaint, Urgency::Normal, false, "2026-03-02T17:30:00"),
            (Kind::Report, Urgency::Normal, false, "2026-03-02T17:30:00"),
            (Kind::Suggestion, Urgency::Normal, false, "2026-02-27T17:30:00"),
            (Kind::Praise, Urgency::Normal, false, "2026-02-27T17:30:00"),
            (Kind::Help, Urgency::Urgent, false, "2026-02-14T10:00:00"),
            (Kind::Help, Urgency::Normal, true, "2026-02-14T17:30:00"),
            (Kind::Help, Urgency::Urgent, true, "2026-02-14T10:00:00"),
        ] {
            let due = terms.reply_due(&calendar, kind, urgency, callback, friday);
            assert_eq!(due, Due { at: at(expected), provisional: false }, "{kind:?} {urgency:?} {callback}");
        }
    }

    #[test]
    fn beyond_the_calendar_a_due_time_is_provisional() {
        let due = Deadlines::default().archive_due(&calendar(), at("2031-03-03T10:00:00"));
        assert_eq!(due, Due { at: at("2031-03-06T17:30:00"), provisional: true });
    }

    #[test]
    fn a_document_may_name_some_terms_and_no_unknown_ones() {
        let some: Deadlines = serde_json::from_str(r#"{"working_days": {"consult": 2}}"#).unwrap();
        assert_eq!((some.working_days.consult, some.working_days.help, some.urgent_hours), (2, 5, 24));
        assert!(serde_json::from_str::<Deadlines>(r#"{"urgent_hour": 2}"#).is_err());
        assert!(some.check().is_ok());
        assert!(Deadlines { urgent_hours: 0, ..some }.check().is_err());
        assert!(Deadlines { archive_working_days: 91, ..some }.check().is_err());
        let mut none = some;
        none.working_days.report = 0;
        assert!(none.check().unwrap_err().to_string().contains("举报"));
    }
}
