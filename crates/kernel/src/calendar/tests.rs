use std::path::Path;

use proptest::prelude::*;

use super::*;

fn starter() -> HolidayList {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter/holidays.yaml"),
    )
    .expect("the starter pack has a holiday list");
    serde_yaml_ng::from_str(&text).expect("the list is readable")
}

fn calendar() -> WorkCalendar {
    WorkCalendar::new(&starter()).expect("the starter list is sound")
}

fn at(text: &str) -> Micros {
    let zoned = text
        .parse::<jiff::civil::DateTime>()
        .expect("a civil time")
        .to_zoned(TimeZone::fixed(offset(8)))
        .expect("in range");
    Micros(zoned.timestamp().as_microsecond())
}

fn days(from: &str, days: u32) -> Micros {
    calendar().add_working_days(at(from), days).expect("on the calendar")
}

fn hours(from: &str, hours: u32) -> Micros {
    calendar().add_working_hours(at(from), hours).expect("on the calendar")
}

#[test]
fn terms_in_working_days_end_at_the_close_of_business() {
    // An ordinary Monday, and one that begins in the evening: the day of the beginning is not counted either way.
    assert_eq!(days("2026-03-02T09:00:00", 3), at("2026-03-05T17:30:00"));
    assert_eq!(days("2026-03-02T23:59:59", 3), at("2026-03-05T17:30:00"));
    // Over a weekend.
    assert_eq!(days("2026-03-05T10:00:00", 3), at("2026-03-10T17:30:00"));
    // Begun on a Saturday: the same as on the Friday before.
    assert_eq!(days("2026-03-07T10:00:00", 1), at("2026-03-09T17:30:00"));
    // Spring Festival 2026: off 15 to 23 February, worked on Saturday 14 and Saturday 28.
    assert_eq!(days("2026-02-13T10:00:00", 1), at("2026-02-14T17:30:00"));
    assert_eq!(days("2026-02-13T10:00:00", 2), at("2026-02-24T17:30:00"));
    assert_eq!(days("2026-02-13T10:00:00", 6), at("2026-02-28T17:30:00"));
    // National Day 2025, eight days off with Mid-Autumn: worked on Sunday 28 September and Saturday 11 October.
    assert_eq!(days("2025-09-26T15:00:00", 5), at("2025-10-10T17:30:00"));
    assert_eq!(days("2025-09-26T15:00:00", 6), at("2025-10-11T17:30:00"));
    // New Year 2026: Thursday to Saturday off, Sunday the 4th worked; the term crosses the year.
    assert_eq!(days("2025-12-31T10:00:00", 1), at("2026-01-04T17:30:00"));
    // Labour Day 2024: two weekends worked.
    assert_eq!(days("2024-04-26T10:00:00", 7), at("2024-05-09T17:30:00"));
    assert_eq!(days("2024-04-26T10:00:00", 9), at("2024-05-11T17:30:00"));
    // Nothing to add: the same day, or the next working day.
    assert_eq!(days("2026-03-02T19:00:00", 0), at("2026-03-02T17:30:00"));
    assert_eq!(days("2026-03-07T19:00:00", 0), at("2026-03-09T17:30:00"));
}

#[test]
fn terms_in_unit_hours_stop_for_lunch_nights_and_holidays() {
    assert_eq!(hours("2026-03-02T09:00:00", 2), at("2026-03-02T11:00:00"));
    assert_eq!(hours("2026-03-02T08:30:00", 7), at("2026-03-02T17:00:00"));
    assert_eq!(hours("2026-03-02T11:00:00", 2), at("2026-03-02T14:30:00"));
    assert_eq!(hours("2026-03-02T12:30:00", 1), at("2026-03-02T14:30:00"));
    assert_eq!(hours("2026-03-02T17:00:00", 1), at("2026-03-03T09:00:00"));
    assert_eq!(hours("2026-03-06T17:30:00", 1), at("2026-03-09T09:30:00"));
    // A whole day of 7.5 hours cannot be written in hours; 15 hours are two days exactly, and end when the second ends.
    assert_eq!(hours("2026-03-02T08:30:00", 15), at("2026-03-03T17:30:00"));
    // The evening before the Spring Festival's make-up day.
    assert_eq!(hours("2026-02-13T18:00:00", 2), at("2026-02-14T10:30:00"));
    assert_eq!(hours("2026-02-14T17:30:00", 2), at("2026-02-24T10:30:00"));
}

#[test]
fn a_year_without_a_notice_is_refused_with_advice() {
    let calendar = calendar();
    let error = calendar.add_working_days(at("2026-12-30T10:00:00"), 5).expect_err("2027 has no notice");
    assert_eq!(error, CalendarError::OffCalendar("2027-01-01".parse().expect("date")));
    assert!(error.advice().contains("2027年"), "{}", error.advice());
    assert!(calendar.add_working_days(at("2023-06-01T10:00:00"), 1).is_err());
    assert!(calendar.add_working_hours(at("2023-06-01T10:00:00"), 0).is_err());
    assert!(calendar.working_us_between(at("2026-12-30T10:00:00"), at("2027-01-04T10:00:00")).is_err());
    assert_eq!(
        calendar.provisional().add_working_days(at("2026-12-30T10:00:00"), 2),
        Ok(at("2027-01-01T17:30:00")),
        "by weekdays alone, and only where it was asked for"
    );
    assert_eq!(
        calendar.add_working_days(at("2026-03-02T09:00:00"), 9_999),
        Err(CalendarError::TooLong(9_999))
    );
}

#[test]
fn a_wrong_list_is_refused_by_name() {
    let list = |text: &str| {
        let list: HolidayList = serde_yaml_ng::from_str(text).expect("readable");
        WorkCalendar::new(&list).expect_err("wrong")
    };
    let one = |line: &str| list(&format!("years: [{{year: 2026, holidays: [{line}]}}]"));
    assert!(matches!(one("{name: 元旦, from: 一月一日, to: 2026-01-01}"), CalendarError::BadDate(_)));
    assert!(matches!(one("{name: 元旦, from: 2026-01-03, to: 2026-01-01}"), CalendarError::Backwards(_)));
    assert!(matches!(one("{name: 元旦, from: 2025-01-01, to: 2025-01-01}"), CalendarError::WrongYear { .. }));
    assert!(matches!(
        one("{name: 元旦, from: 2026-01-01, to: 2026-01-03, work: [2026-01-03]}"),
        CalendarError::Both(_)
    ));
    assert!(matches!(
        list("years: [{year: 2026, holidays: []}, {year: 2026, holidays: []}]"),
        CalendarError::TwiceYear(2026)
    ));
    let overlapping =
        UnitHours(vec![WorkSpan { from_min: 500, to_min: 700 }, WorkSpan { from_min: 600, to_min: 900 }]);
    for unit_hours in [overlapping, UnitHours(vec![])] {
        let list = HolidayList { unit_hours, ..starter() };
        assert_eq!(WorkCalendar::new(&list), Err(CalendarError::BadHours));
    }
}

/// The notices against an independent public collection, when the development data is there.
#[test]
fn every_day_agrees_with_the_public_collection() {
    let Ok(text) = std::env::var("MINSHENG_DATA").map_or_else(
        |_| {
            std::fs::read_to_string(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("../../../shared/data/holiday_cn/holidays_2007_2026.csv"),
            )
        },
        |dir| std::fs::read_to_string(Path::new(&dir).join("holiday_cn/holidays_2007_2026.csv")),
    ) else {
        println!("skipped: no holiday_cn data (set MINSHENG_DATA to its folder's parent)");
        return;
    };
    let mut oracle = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let (date, off) = (fields.next().expect("date"), fields.next_back().expect("is_off"));
        oracle.insert(date.parse::<Date>().expect("a date"), off.trim() == "True");
    }
    let calendar = calendar();
    let mut date: Date = "2024-01-01".parse().expect("date");
    let mut days = 0;
    while date.year() <= 2026 {
        let weekday = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let expected = oracle.get(&date).map_or(weekday, |off| !off);
        assert_eq!(calendar.is_working_day(date), Ok(expected), "{date}");
        date = date.tomorrow().expect("tomorrow");
        days += 1;
    }
    assert_eq!(days, 366 + 365 + 365);
}

fn instant() -> impl Strategy<Value = Micros> {
    (at("2024-01-01T00:00:00").0..at("2026-09-30T00:00:00").0).prop_map(Micros)
}

proptest! {
    #[test]
    fn more_days_end_later_and_always_on_a_working_day(from in instant(), days in 0_u32..40) {
        let calendar = calendar();
        let due = calendar.add_working_days(from, days).expect("on the calendar");
        let later = calendar.add_working_days(from, days + 1).expect("on the calendar");
        // Begun on a day off, no day and one day both end on the next working day.
        prop_assert!(due < later || (days == 0 && due == later));
        prop_assert_eq!(calendar.is_working_day(due.day()), Ok(true));
        if days > 0 {
            prop_assert!(due > from);
            prop_assert_eq!(calendar.working_days_between(from, due), Ok(days));
        }
    }

    #[test]
    fn hours_added_are_hours_between(from in instant(), hours in 0_u32..80) {
        let calendar = calendar();
        let due = calendar.add_working_hours(from, hours).expect("on the calendar");
        prop_assert!(due >= from);
        prop_assert_eq!(calendar.working_us_between(from, due), Ok(u64::from(hours) * 3_600_000_000));
        if hours > 0 {
            let sooner = Micros(due.0 - 1);
            let worked = calendar.working_us_between(from, sooner).expect("on the calendar");
            prop_assert!(worked < u64::from(hours) * 3_600_000_000, "the earliest such instant");
        }
    }

    #[test]
    fn terms_follow_one_another(from in instant(), first in 0_u64..40_000_000_000, second in 0_u64..40_000_000_000) {
        let calendar = calendar();
        let middle = calendar.add_working_us(from, first).expect("on the calendar");
        prop_assert_eq!(
            calendar.add_working_us(middle, second),
            calendar.add_working_us(from, first + second)
        );
    }

    #[test]
    fn a_later_beginning_never_ends_earlier(a in instant(), b in instant(), days in 0_u32..30) {
        let calendar = calendar();
        let (early, late) = (a.min(b), a.max(b));
        let by_days = |from| calendar.add_working_days(from, days).expect("on the calendar");
        let by_hours = |from| calendar.add_working_hours(from, days).expect("on the calendar");
        prop_assert!(by_days(early) <= by_days(late));
        prop_assert!(by_hours(early) <= by_hours(late));
    }
}
