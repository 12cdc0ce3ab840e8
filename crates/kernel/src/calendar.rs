//! The Chinese working-day calendar: weekends, public holidays, the make-up working days that pay for them, and the hours in
//! which units work. Deadlines of tickets are counted on it.
//!
//! How a term is counted: the day on which it begins is not counted, it begins on the next day (Civil Code, article 201); when
//! its last day is a day off, the next working day is the last (article 203); and a last day ends when business stops (article
//! 203). Years without a notice are refused: a guessed holiday is a wrong promise to a citizen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, offset};
use serde::{Deserialize, Serialize};

use crate::{Coded, ErrorCode, Micros};

/// One holiday of a notice. Dates are `yyyy-mm-dd`, both ends off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The name, as 春节.
    pub name: String,
    /// The first day off.
    pub from: String,
    /// The last day off.
    pub to: String,
    /// Weekend days worked in exchange.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<String>,
}

/// The holidays of one year, with the notice that announced them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayYear {
    /// The year.
    pub year: i16,
    /// The notice's title.
    #[serde(default)]
    pub notice: String,
    /// The notice's document number, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// The day of the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<String>,
    /// Its holidays.
    pub holidays: Vec<Holiday>,
}

/// A site's `holidays` document: notices, and the hours in which its units work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayList {
    /// Every year the site has a notice for.
    pub years: Vec<HolidayYear>,
    /// The hours of working days.
    #[serde(default)]
    pub unit_hours: UnitHours,
}

impl HolidayList {
    /// The settings document's name.
    pub const SETTING: &'static str = "holidays";
}

/// A stretch of work within a day: minutes after midnight, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkSpan {
    /// When work begins.
    pub from_min: u16,
    /// When it ends.
    pub to_min: u16,
}

/// The hours in which units work on a working day: 08:30-12:00 and 13:30-17:30 unless the site says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitHours(pub Vec<WorkSpan>);

impl Default for UnitHours {
    fn default() -> Self {
        let span = |from_min, to_min| WorkSpan { from_min, to_min };
        Self(vec![span(8 * 60 + 30, 12 * 60), span(13 * 60 + 30, 17 * 60 + 30)])
    }
}

impl UnitHours {
    fn check(&self) -> Result<(), CalendarError> {
        let mut last = 0;
        for span in &self.0 {
            if span.from_min < last || span.to_min <= span.from_min || span.to_min > 24 * 60 {
                return Err(CalendarError::BadHours);
            }
            last = span.to_min;
        }
        if self.0.is_empty() { Err(CalendarError::BadHours) } else { Ok(()) }
    }
}

/// Why a date could not be counted or a list not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The year of this date has no holiday notice in the list.
    #[error("{0} is in a year the holiday list does not have")]
    OffCalendar(Date),
    /// A term too long to be meant.
    #[error("a term of {0} is too long to count")]
    TooLong(u64),
    /// A text in the list is no date.
    #[error("not a date: {0}")]
    BadDate(String),
    /// A date stands under a year it cannot belong to.
    #[error("{date} does not belong under the year {year}")]
    WrongYear {
        /// The year.
        year: i16,
        /// The date.
        date: Date,
    },
    /// A holiday ends before it begins.
    #[error("the holiday {0} ends before it begins")]
    Backwards(String),
    /// A day is said to be both off and worked.
    #[error("{0} is listed both as a day off and as a working day")]
    Both(Date),
    /// A year stands in the list twice.
    #[error("the year {0} is listed twice")]
    TwiceYear(i16),
    /// Unit hours overlap, run backwards or are empty.
    #[error("unit hours are empty, overlap or run backwards")]
    BadHours,
}

impl Coded for CalendarError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Invalid
    }

    fn advice(&self) -> String {
        match self {
            Self::OffCalendar(date) => format!(
                "工作日历里还没有{}年的节假日安排，请管理员按国务院办公厅通知补上这一年。",
                date.year()
            ),
            Self::TooLong(_) => "期限太长，无法计算，请改短。".to_owned(),
            Self::BadDate(text) => format!("“{text}”不是日期，请写成 2026-01-01 的样子。"),
            Self::WrongYear { year, date } => format!("{date}不该写在{year}年下面，请核对节假日安排。"),
            Self::Backwards(name) => format!("{name}的结束日期早于开始日期，请核对。"),
            Self::Both(date) => format!("{date}既写成放假又写成上班，请只留一个。"),
            Self::TwiceYear(year) => format!("{year}年写了两遍，请合并成一份。"),
            Self::BadHours => {
                "上下班时间有误：请按先后写，不要重叠，例如 8:30-12:00、13:30-17:30。".to_owned()
            }
        }
    }
}

/// Far beyond any term of law; stops a mistyped one from running through years.
const LONGEST_DAYS: u64 = 3_660;
const MINUTE_US: i64 = 60 * Micros::SECOND;

/// The calendar of one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    years: BTreeSet<i16>,
    listed: BTreeMap<Date, Listed>,
    hours: UnitHours,
    unlisted: Unlisted,
}

/// What the notices say about a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Off,
    Working,
}

/// What to do with a year that has no notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unlisted {
    Refuse,
    ByWeekday,
}

fn date_of(text: &str) -> Result<Date, CalendarError> {
    text.parse().map_err(|_| CalendarError::BadDate(text.to_owned()))
}

impl WorkCalendar {
    /// A calendar out of a site's notices and unit hours.
    ///
    /// # Errors
    /// [`CalendarError`] naming the first line of the list, or the hours, that cannot be right.
    pub fn new(list: &HolidayList) -> Result<Self, CalendarError> {
        let hours = list.unit_hours.clone();
        hours.check()?;
        let mut calendar =
            Self { years: BTreeSet::new(), listed: BTreeMap::new(), hours, unlisted: Unlisted::Refuse };
        for year in &list.years {
            if !calendar.years.insert(year.year) {
                return Err(CalendarError::TwiceYear(year.year));
            }
            for holiday in &year.holidays {
                calendar.list_holiday(year.year, holiday)?;
            }
        }
        Ok(calendar)
    }

    /// The same calendar that takes a year without a notice by its weekdays alone, for a **provisional** date where none would
    /// be worse (a citizen's matter must not be turned away because the list ran out). Whoever uses it says so in the record.
    #[must_use]
    pub fn provisional(&self) -> Self {
        Self { unlisted: Unlisted::ByWeekday, ..self.clone() }
    }

    fn list_holiday(&mut self, year: i16, holiday: &Holiday) -> Result<(), CalendarError> {
        let (from, to) = (date_of(&holiday.from)?, date_of(&holiday.to)?);
        if to < from {
            return Err(CalendarError::Backwards(holiday.name.clone()));
        }
        let mut day = Some(from);
        while let Some(date) = day.filter(|date| *date <= to) {
            self.list(year, date, Listed::Off)?;
            day = date.tomorrow().ok();
        }
        for text in &holiday.work {
            self.list(year, date_of(text)?, Listed::Working)?;
        }
        Ok(())
    }

    fn list(&mut self, year: i16, date: Date, as_what: Listed) -> Result<(), CalendarError> {
        // New Year's holiday and its exchanges reach into the last days of the year before.
        let belongs = date.year() == year || (date.year() == year - 1 && date.month() == 12);
        if !belongs {
            return Err(CalendarError::WrongYear { year, date });
        }
        match self.listed.insert(date, as_what) {
            Some(before) if before != as_what => Err(CalendarError::Both(date)),
            _ => Ok(()),
        }
    }

    /// Whether units work on this day.
    ///
    /// # Errors
    /// [`CalendarError::OffCalendar`] when the year has no notice.
    pub fn is_working_day(&self, date: Date) -> Result<bool, CalendarError> {
        if self.unlisted == Unlisted::Refuse && !self.years.contains(&date.year()) {
            return Err(CalendarError::OffCalendar(date));
        }
        Ok(match self.listed.get(&date) {
            Some(Listed::Off) => false,
            Some(Listed::Working) => true,
            None => !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
        })
    }

    /// When a term of `days` working days that begins at `from` ends: the close of business of its last day. The day of `from`
    /// is not counted. With 0 days, the close of business of that day, or of the next working day.
    ///
    /// # Errors
    /// [`CalendarError::OffCalendar`] when the count leaves the years of the list; [`CalendarError::TooLong`].
    pub fn add_working_days(&self, from: Micros, days: u32) -> Result<Micros, CalendarError> {
        if u64::from(days) > LONGEST_DAYS {
            return Err(CalendarError::TooLong(u64::from(days)));
        }
        let mut date = from.day();
        let mut left = days;
        if left == 0 {
            while !self.is_working_day(date)? {
                date = next(date)?;
            }
        } else {
            self.is_working_day(date)?;
        }
        while left > 0 {
            date = next(date)?;
            if self.is_working_day(date)? {
                left -= 1;
            }
        }
        let close = self.hours.0.last().map_or(24 * 60, |span| span.to_min);
        Ok(at_minute(date, close))
    }

    /// The earliest instant by which `hours` of unit time have passed since `from`.
    ///
    /// # Errors
    /// As [`Self::add_working_days`].
    pub fn add_working_hours(&self, from: Micros, hours: u32) -> Result<Micros, CalendarError> {
        self.add_working_us(from, u64::from(hours) * 60 * MINUTE_US as u64)
    }

    /// As [`Self::add_working_hours`], in microseconds of unit time.
    ///
    /// # Errors
    /// As [`Self::add_working_days`].
    pub fn add_working_us(&self, from: Micros, time_us: u64) -> Result<Micros, CalendarError> {
        let mut date = from.day();
        self.is_working_day(date)?;
        let mut left = i64::try_from(time_us).map_err(|_| CalendarError::TooLong(time_us))?;
        if left == 0 {
            return Ok(from);
        }
        for _ in 0..=LONGEST_DAYS {
            if self.is_working_day(date)? {
                for span in &self.hours.0 {
                    let (open, close) = (at_minute(date, span.from_min).0, at_minute(date, span.to_min).0);
                    let begin = open.max(from.0);
                    let worked = (close - begin).max(0);
                    if worked >= left {
                        return Ok(Micros(begin + left));
                    }
                    left -= worked;
                }
            }
            date = next(date)?;
        }
        Err(CalendarError::TooLong(time_us))
    }

    /// Unit time between two instants, in microseconds; 0 when `to` is not after `from`.
    ///
    /// # Errors
    /// [`CalendarError::OffCalendar`] when a day between them is in no year of the list; [`CalendarError::TooLong`].
    pub fn working_us_between(&self, from: Micros, to: Micros) -> Result<u64, CalendarError> {
        let mut date = from.day();
        let last = to.day();
        if (to.0.saturating_sub(from.0)) / (86_400 * Micros::SECOND) > LONGEST_DAYS as i64 {
            return Err(CalendarError::TooLong(to.0.abs_diff(from.0)));
        }
        let mut total = 0;
        while date <= last {
            if self.is_working_day(date)? {
                for span in &self.hours.0 {
                    let open = at_minute(date, span.from_min).0.max(from.0);
                    let close = at_minute(date, span.to_min).0.min(to.0);
                    total += (close - open).max(0);
                }
            }
            date = next(date)?;
        }
        Ok(total as u64)
    }

    /// Working days after the day of `from` up to and with the day of `to`: what a person means by "还有几个工作日".
    ///
    /// # Errors
    /// As [`Self::working_us_between`].
    pub fn working_days_between(&self, from: Micros, to: Micros) -> Result<u32, CalendarError> {
        let mut date = from.day();
        if (to.0.saturating_sub(from.0)) / (86_400 * Micros::SECOND) > LONGEST_DAYS as i64 {
            return Err(CalendarError::TooLong(to.0.abs_diff(from.0)));
        }
        let mut days = 0;
        while date < to.day() {
            date = next(date)?;
            days += u32::from(self.is_working_day(date)?);
        }
        Ok(days)
    }
}

fn next(date: Date) -> Result<Date, CalendarError> {
    date.tomorrow().map_err(|_| CalendarError::OffCalendar(date))
}

fn at_minute(date: Date, minute: u16) -> Micros {
    let midnight = date
        .to_datetime(Time::midnight())
        .to_zoned(TimeZone::fixed(offset(8)))
        .map_or(0, |zoned| zoned.timestamp().as_microsecond());
    Micros(midnight + i64::from(minute) * MINUTE_US)
}

#[cfg(test)]
mod tests;
