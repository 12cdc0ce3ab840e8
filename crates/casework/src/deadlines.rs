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

/// A term of its own for some matters. What is not given does not limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatterTerm {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of this urgency.
    pub urgency: Option<Urgency>,
    /// Of this domain.
    pub domain: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Working days until the reply.
    pub working_days: Option<u32>,
    /// Hours by the clock until the reply; beside working days the earlier counts.
    pub hours: Option<u32>,
    /// Minutes by the clock until the unit accepts.
    pub accept_minutes: Option<u32>,
}

/// What the terms depend on.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// The kind of request.
    pub kind: Kind,
    /// Urgency.
    pub urgency: Urgency,
    /// It is a promise to call back.
    pub callback: bool,
    /// Somebody refused to do it.
    pub window: bool,
    /// The business domain.
    pub domain: &'a str,
    /// The category.
    pub category: &'a str,
}

impl MatterTerm {
    fn fits(&self, matter: &Matter<'_>) -> bool {
        self.kind.is_none_or(|kind| kind == matter.kind)
            && self.urgency.is_none_or(|urgency| urgency == matter.urgency)
            && self.domain.as_ref().is_none_or(|domain| domain == matter.domain)
            && self.category.as_ref().is_none_or(|category| category == matter.category)
    }
}

/// Whom a clock tells: `unit`, a role's stable name, or `staff:ID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Escalation {
    /// Shortly before.
    pub warn: Vec<String>,
    /// When it has passed.
    pub late: Vec<String>,
    /// When it has long passed.
    pub very_late: Vec<String>,
    /// How long that is, in hours by the clock.
    pub very_late_hours: u32,
}

impl Default for Escalation {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            warn: names(&["unit"]),
            late: names(&["unit", "dispatcher"]),
            very_late: names(&["manager", "supervisor"]),
            very_late_hours: 24,
        }
    }
}

/// The site's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Unit hours until a unit is found.
    pub dispatch_hours: u32,
    /// The same for an urgent matter, in minutes by the clock.
    pub urgent_dispatch_minutes: u32,
    /// Unit hours until the unit accepts or objects.
    pub accept_hours: u32,
    /// The same for an urgent matter, in minutes by the clock.
    pub urgent_accept_minutes: u32,
    /// Unit hours until an objection is decided.
    pub arbitration_hours: u32,
    /// Working days that the citizen is waited for.
    pub suspend_working_days: u32,
    /// How often the citizen may be asked in a round of work.
    pub suspend_most: u32,
    /// The longest extension, in working days.
    pub extension_days: u32,
    /// How often it may be extended in a round of work.
    pub extension_most: u32,
    /// Unit hours from the reply to the call-back.
    pub callback_hours: u32,
    /// Unit hours until the citizen is tried again.
    pub callback_again_hours: u32,
    /// How often the citizen is tried.
    pub callback_tries: u32,
    /// How often it may go to another unit in a round of work.
    pub reassign_most: u32,
    /// How long after the archive it can be taken up again, in days.
    pub reopen_days: u32,
    /// How long after urging the citizen can urge again.
    pub urge_hours: u32,
    /// Unit hours before a due time that somebody is warned.
    pub warn_hours: u32,
    /// Working days until the reply to a matter that somebody refused.
    pub window_working_days: u32,
    /// Terms of their own; the first that fits counts.
    pub matters: Vec<MatterTerm>,
    /// Whom the clocks tell.
    pub escalation: Escalation,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            working_days: WorkingDays::default(),
            urgent_hours: 24,
            callback_working_days: 1,
            archive_working_days: 3,
            dispatch_hours: 2,
            urgent_dispatch_minutes: 30,
            accept_hours: 8,
            urgent_accept_minutes: 60,
            arbitration_hours: 8,
            suspend_working_days: 5,
            suspend_most: 2,
            extension_days: 20,
            extension_most: 1,
            callback_hours: 8,
            callback_again_hours: 4,
            callback_tries: 3,
            reassign_most: 3,
            reopen_days: 30,
            urge_hours: 24,
            warn_hours: 8,
            window_working_days: 3,
            matters: Vec::new(),
            escalation: Escalation::default(),
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
        let within = |what: &str, term: u32, most: u32, unit: &str| {
            if (1..=most).contains(&term) {
                Ok(())
            } else {
                let text = format!("{what}是{term}{unit}，应在1到{most}之间，请改正。");
                Err(CaseworkError::Deadline(text))
            }
        };
        for kind in Kind::ALL {
            within(&format!("{}的时限", kind.chinese()), self.working_days.of(kind), MOST_DAYS, "个工作日")?;
        }
        for (what, term, most, unit) in [
            ("回电的时限", self.callback_working_days, MOST_DAYS, "个工作日"),
            ("回访归档的时限", self.archive_working_days, MOST_DAYS, "个工作日"),
            ("“办不成事”的时限", self.window_working_days, MOST_DAYS, "个工作日"),
            ("等群众补充的时限", self.suspend_working_days, MOST_DAYS, "个工作日"),
            ("延期的上限", self.extension_days, MOST_DAYS, "个工作日"),
            ("紧急事项的时限", self.urgent_hours, MOST_HOURS, "小时"),
            ("派单的时限", self.dispatch_hours, MOST_HOURS, "小时"),
            ("签收的时限", self.accept_hours, MOST_HOURS, "小时"),
            ("异议裁定的时限", self.arbitration_hours, MOST_HOURS, "小时"),
            ("回访的时限", self.callback_hours, MOST_HOURS, "小时"),
            ("再次回访的间隔", self.callback_again_hours, MOST_HOURS, "小时"),
            ("再次催办的间隔", self.urge_hours, 240, "小时"),
            ("预警提前量", self.warn_hours, MOST_HOURS, "小时"),
            ("升级的时限", self.escalation.very_late_hours, 720, "小时"),
            ("紧急派单的时限", self.urgent_dispatch_minutes, 1_440, "分钟"),
            ("紧急签收的时限", self.urgent_accept_minutes, 1_440, "分钟"),
            ("回访次数", self.callback_tries, 10, "次"),
            ("改派次数上限", self.reassign_most, 20, "次"),
            ("重新办理的期限", self.reopen_days, 365, "天"),
        ] {
            within(what, term, most, unit)?;
        }
        for (at, term) in self.matters.iter().enumerate() {
            let what = format!("第{}条专项时限", at + 1);
            if term.working_days.is_none() && term.hours.is_none() && term.accept_minutes.is_none() {
                return Err(CaseworkError::Deadline(format!("{what}没有写时限，请补上或删去。")));
            }
            if let Some(days) = term.working_days {
                within(&what, days, MOST_DAYS, "个工作日")?;
            }
            if let Some(hours) = term.hours {
                within(&what, hours, MOST_HOURS * 10, "小时")?;
            }
            if let Some(minutes) = term.accept_minutes {
                within(&what, minutes, 14_400, "分钟")?;
            }
        }
        Ok(())
    }

    fn own(&self, matter: &Matter<'_>) -> Option<&MatterTerm> {
        self.matters.iter().find(|term| term.fits(matter))
    }

    /// By when a ticket opened `from` is to be answered: the earliest of the terms that apply. A term of the matter's own
    /// stands in the place of its kind's and its urgency's.
    pub fn reply_due(&self, calendar: &WorkCalendar, matter: &Matter<'_>, from: Micros) -> Due {
        let by_clock = |hours: u32| Due { at: from.plus_secs(i64::from(hours) * 3600), provisional: false };
        let own = self.own(matter).filter(|term| term.working_days.is_some() || term.hours.is_some());
        let mut due = match own.map(|term| (term.working_days, term.hours)) {
            Some((Some(days), Some(hours))) => earlier(working_days(calendar, from, days), by_clock(hours)),
            Some((Some(days), None)) => working_days(calendar, from, days),
            Some((None, Some(hours))) => by_clock(hours),
            _ => {
                let due = working_days(calendar, from, self.working_days.of(matter.kind));
                if matter.urgency == Urgency::Urgent {
                    earlier(due, by_clock(self.urgent_hours))
                } else {
                    due
                }
            }
        };
        if matter.callback {
            due = earlier(due, working_days(calendar, from, self.callback_working_days));
        }
        if matter.window {
            due = earlier(due, working_days(calendar, from, self.window_working_days));
        }
        due
    }

    /// By when a ticket answered `from` is to be called back and archived.
    pub fn archive_due(&self, calendar: &WorkCalendar, from: Micros) -> Due {
        working_days(calendar, from, self.archive_working_days)
    }

    /// By when a unit is to be found.
    pub fn dispatch_due(&self, calendar: &WorkCalendar, matter: &Matter<'_>, from: Micros) -> Due {
        if matter.urgency == Urgency::Urgent {
            minutes(from, self.urgent_dispatch_minutes)
        } else {
            working_hours(calendar, from, self.dispatch_hours)
        }
    }

    /// By when the unit accepts or objects.
    pub fn accept_due(&self, calendar: &WorkCalendar, matter: &Matter<'_>, from: Micros) -> Due {
        if let Some(own) = self.own(matter).and_then(|term| term.accept_minutes) {
            minutes(from, own)
        } else if matter.urgency == Urgency::Urgent {
            minutes(from, self.urgent_accept_minutes)
        } else {
            working_hours(calendar, from, self.accept_hours)
        }
    }

    /// By when an objection is decided.
    pub fn arbitration_due(&self, calendar: &WorkCalendar, matter: &Matter<'_>, from: Micros) -> Due {
        if matter.urgency == Urgency::Urgent {
            minutes(from, self.urgent_accept_minutes)
        } else {
            working_hours(calendar, from, self.arbitration_hours)
        }
    }

    /// Until when the citizen is waited for.
    pub fn suspend_due(&self, calendar: &WorkCalendar, from: Micros) -> Due {
        working_days(calendar, from, self.suspend_working_days)
    }

    /// By when an answered citizen is called back.
    pub fn callback_due(&self, calendar: &WorkCalendar, from: Micros) -> Due {
        working_hours(calendar, from, self.callback_hours)
    }

    /// By when a citizen who was not reached is tried again.
    pub fn callback_again(&self, calendar: &WorkCalendar, from: Micros) -> Due {
        working_hours(calendar, from, self.callback_again_hours)
    }

    /// A due time some working days later.
    pub fn extended(&self, calendar: &WorkCalendar, due: Micros, days: u32) -> Due {
        working_days(calendar, due, days)
    }

    /// What is due before this is due soon.
    pub fn warn_before(&self, calendar: &WorkCalendar, now: Micros) -> Micros {
        working_hours(calendar, now, self.warn_hours).at
    }
}

fn minutes(from: Micros, minutes: u32) -> Due {
    Due { at: from.plus_secs(i64::from(minutes) * 60), provisional: false }
}

fn working_hours(calendar: &WorkCalendar, from: Micros, hours: u32) -> Due {
    if let Ok(at) = calendar.add_working_hours(from, hours) {
        return Due { at, provisional: false };
    }
    let at = calendar
        .provisional()
        .add_working_hours(from, hours)
        .unwrap_or_else(|_| from.plus_secs(i64::from(hours) * 3 * 3_600));
    Due { at, provisional: true }
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
    use kernel::HolidayList;

    fn calendar() -> WorkCalendar {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter/holidays.yaml");
        let list: HolidayList = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        WorkCalendar::new(&list).unwrap()
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
            let due = terms.reply_due(
                &calendar,
                &Matter { kind, urgency, callback, window: false, domain: "", category: "" },
                friday,
            );
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
        assert!(Deadlines { urgent_hours: 0, ..some.clone() }.check().is_err());
        assert!(Deadlines { archive_working_days: 91, ..some.clone() }.check().is_err());
        let mut none = some;
        none.working_days.report = 0;
        assert!(none.check().unwrap_err().to_string().contains("举报"));
    }
}
