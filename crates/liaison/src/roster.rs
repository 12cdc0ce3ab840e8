//! The roster as values: who is on duty, whom to ask first, what is wrong with it, what a pasted table says.

use jiff::{civil::Date, tz::TimeZone};
use kernel::Micros;
use serde::{Deserialize, Serialize};

/// Shifts of one table.
const LINES_MAX: usize = 2_000;
const DAY_MINUTES: i64 = 24 * 60;

/// A member of the station.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Member {
    /// The id.
    pub id: String,
    /// The account; empty: none yet.
    pub staff: String,
    /// The name.
    pub name: String,
    /// The office: 人大代表, 政协委员, ...
    pub office: String,
    /// The code of the town or street; empty: the whole district.
    pub place: String,
    /// Domains the member knows.
    pub topics: Vec<String>,
    /// Takes turns.
    pub active: bool,
}

impl Member {
    /// Towards citizens: office and name.
    pub fn shown(&self) -> String {
        format!("{}{}", self.office, self.name)
    }
}

/// A turn of duty, the end not included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// The id.
    pub id: String,
    /// Whose.
    pub member: String,
    /// From.
    pub from_us: i64,
    /// Until.
    pub until_us: i64,
}

impl Shift {
    /// Whether an instant lies in it.
    pub const fn holds(&self, at: Micros) -> bool {
        self.from_us <= at.0 && at.0 < self.until_us
    }

    const fn meets(&self, other: &Self) -> bool {
        self.from_us < other.until_us && other.from_us < self.until_us
    }
}

/// When the station is meant to be kept, in minutes of the day, on which days of the week (1 is Monday).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// From.
    pub from: i64,
    /// Until.
    pub until: i64,
    /// Days of the week.
    pub days: Vec<i8>,
}

impl Default for Hours {
    fn default() -> Self {
        Self { from: 9 * 60, until: 17 * 60, days: vec![1, 2, 3, 4, 5] }
    }
}

/// Who is on duty at an instant, those to be asked first standing first: of the caller's town, then knowing the topic, then by name.
pub fn on_duty<'a>(
    members: &'a [Member],
    shifts: &[Shift],
    at: Micros,
    place: &str,
    topic: &str,
) -> Vec<&'a Member> {
    let mut there: Vec<&Member> = members
        .iter()
        .filter(|one| one.active && shifts.iter().any(|shift| shift.member == one.id && shift.holds(at)))
        .collect();
    there.sort_by_key(|one| {
        let near = !place.is_empty() && !one.place.is_empty() && place.starts_with(&one.place);
        let knows = one.topics.iter().any(|known| known == topic);
        (!near, !knows, one.name.clone(), one.id.clone())
    });
    there
}

/// The first two shifts of one member that meet.
pub fn overlap(shifts: &[Shift]) -> Option<(&Shift, &Shift)> {
    let mut sorted: Vec<&Shift> = shifts.iter().collect();
    sorted.sort_by(|a, b| (&a.member, a.from_us, a.until_us).cmp(&(&b.member, b.from_us, b.until_us)));
    sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .find(|(a, b)| a.member == b.member && a.meets(b))
        .map(|(a, b)| (*a, *b))
}

/// Stretches within the station's hours in which nobody is on duty, from one instant until another.
pub fn gaps(shifts: &[Shift], hours: &Hours, from: Micros, until: Micros) -> Vec<(Micros, Micros)> {
    let mut sorted: Vec<&Shift> = shifts.iter().collect();
    sorted.sort_by_key(|shift| shift.from_us);
    let mut found = Vec::new();
    let mut day = from.day();
    while let Some(open) = instant(day, 0).filter(|open| *open < until) {
        if hours.days.contains(&day.weekday().to_monday_one_offset()) {
            let begin = open.plus_secs(hours.from * 60).max(from);
            let end = open.plus_secs(hours.until * 60).min(until);
            let mut at = begin;
            for shift in &sorted {
                if shift.from_us > at.0 && at < end {
                    found.push((at, Micros(shift.from_us).min(end)));
                }
                if shift.until_us > at.0 && shift.from_us < end.0 {
                    at = at.max(Micros(shift.until_us));
                }
                if shift.from_us >= end.0 {
                    at = end;
                    break;
                }
            }
            if at < end {
                found.push((at, end));
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    found
}

/// Minutes after midnight of a day in China.
fn instant(day: Date, minutes: i64) -> Option<Micros> {
    let midnight = day.to_zoned(TimeZone::fixed(jiff::tz::offset(8))).ok()?;
    Some(Micros(midnight.timestamp().as_microsecond()).plus_secs(minutes * 60))
}

/// A stretch of time as people read it: `11月24日 09:00–11:30`.
pub fn stretch(from: Micros, until: Micros) -> String {
    let (a, b) = (from.beijing(), until.beijing());
    let end = if b.hour() == 0 && b.minute() == 0 {
        "24:00".to_owned()
    } else {
        format!("{:02}:{:02}", b.hour(), b.minute())
    };
    format!("{}月{}日 {:02}:{:02}–{end}", a.month(), a.day(), a.hour(), a.minute())
}

/// A line of a pasted table that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its number, from 1; 0: the table as a whole.
    pub line: usize,
    /// What is wrong, and what to do.
    pub words: String,
}

/// Reads a pasted table, one shift a line: day, name, hours, with tabs, commas or blanks between. Ids are left empty.
///
/// # Errors
/// Every line that cannot be taken.
pub fn read(table: &str, members: &[Member]) -> Result<Vec<Shift>, Vec<Fault>> {
    let (mut shifts, mut faults) = (Vec::new(), Vec::new());
    for (at, line) in table.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || (line.contains("姓名") && line.contains("日期")) {
            continue;
        }
        if shifts.len() >= LINES_MAX {
            faults.push(Fault {
                line: at + 1, words: format!("一次最多{LINES_MAX}行，请分几次粘贴。")
            });
            break;
        }
        match shift(line, members) {
            Ok(shift) => shifts.push(shift),
            Err(words) => faults.push(Fault { line: at + 1, words }),
        }
    }
    if shifts.is_empty() && faults.is_empty() {
        faults.push(Fault {
            line: 0, words: "表里还没有班次，请一行写一班：日期、姓名、时间。".to_owned()
        });
    }
    if faults.is_empty() { Ok(shifts) } else { Err(faults) }
}

fn shift(line: &str, members: &[Member]) -> Result<Shift, String> {
    let mut cells =
        line.split(['\t', ',', '，', ' ', '\u{3000}']).map(str::trim).filter(|cell| !cell.is_empty());
    let (Some(day), Some(name), Some(hours), None) = (cells.next(), cells.next(), cells.next(), cells.next())
    else {
        return Err("请按“日期 姓名 时间”写，例如：2026-11-24 邵永康 09:00-11:30。".to_owned());
    };
    let date = date(day).ok_or_else(|| format!("“{day}”不是日期，请写成2026-11-24。"))?;
    let mut named = members.iter().filter(|one| one.active && one.name == name);
    let member = named.next().ok_or_else(|| format!("名册里没有“{name}”，请先在成员里添加。"))?;
    if named.next().is_some() {
        return Err(format!("名册里有两位“{name}”，请先改成能分清的名字。"));
    }
    let bad = || format!("“{hours}”不是时间，请写成09:00-11:30，结束要晚于开始。");
    let (from, until) = hours.split_once(['-', '–', '—', '~', '至', '到']).ok_or_else(bad)?;
    let (from, until) = (minutes(from).ok_or_else(bad)?, minutes(until).ok_or_else(bad)?);
    let (Some(begin), Some(end)) = (instant(date, from), instant(date, until)) else { return Err(bad()) };
    if begin >= end {
        return Err(bad());
    }
    Ok(Shift { id: String::new(), member: member.id.clone(), from_us: begin.0, until_us: end.0 })
}

fn date(text: &str) -> Option<Date> {
    let plain = text.replace(['年', '月', '/', '.'], "-").replace('日', "");
    let mut parts = plain.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (2000..=2200).contains(&date.year()).then_some(date)
}

fn minutes(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once([':', '：'])?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour * 60 + minute;
    ((0..=24).contains(&hour) && (0..60).contains(&minute) && all <= DAY_MINUTES).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn member(id: &str, place: &str, topics: &[&str]) -> Member {
        Member {
            id: id.to_owned(),
            name: id.to_owned(),
            place: place.to_owned(),
            topics: topics.iter().map(|&one| one.to_owned()).collect(),
            active: true,
            ..Member::default()
        }
    }

    #[test]
    fn the_town_comes_before_the_topic() {
        let members =
            [member("甲", "", &["物业小区"]), member("乙", "330212005", &[]), member("丙", "", &[])];
        let shifts: Vec<Shift> = members
            .iter()
            .map(|one| Shift { id: one.id.clone(), member: one.id.clone(), from_us: 0, until_us: 10 })
            .collect();
        let names = |at, place, topic| {
            on_duty(&members, &shifts, Micros(at), place, topic)
                .iter()
                .map(|one| one.id.clone())
                .collect::<String>()
        };
        assert_eq!(names(0, "330212005", "物业小区"), "乙甲丙");
        assert_eq!(names(9, "330212006", "物业小区"), "甲丙乙");
        assert_eq!(names(10, "330212005", ""), "");
    }

    #[test]
    fn a_table_is_taken_as_people_type_it_or_every_fault_is_told() {
        let members = [member("邵永康", "", &[])];
        let good =
            "日期\t姓名\t时间\n2026-11-24\t邵永康\t09:00-11:30\n2026年11月25日，邵永康，13：30至24:00\n";
        let shifts = read(good, &members).unwrap();
        assert_eq!(shifts.len(), 2);
        let words: Vec<String> =
            shifts.iter().map(|one| stretch(Micros(one.from_us), Micros(one.until_us))).collect();
        assert_eq!(words, ["11月24日 09:00–11:30", "11月25日 13:30–24:00"]);
        let bad =
            "2026-13-24 邵永康 09:00-11:30\n2026-11-24 张三 09:00-11:30\n2026-11-24 邵永康 11:30-09:00\n乱写";
        let lines: Vec<usize> = read(bad, &members).unwrap_err().iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 2, 3, 4]);
        assert!(read(" \n", &members).is_err());
    }

    proptest! {
        #[test]
        fn nothing_pasted_breaks_the_reader(text in "\\PC{0,80}") {
            let _read = read(&text, &[member("甲", "", &[])]);
        }

        #[test]
        fn overlap_is_found_exactly_where_two_shifts_of_one_member_share_an_instant(
            rows in proptest::collection::vec((0_u8..3, 0_i64..40, 1_i64..10), 0..12)
        ) {
            let shifts: Vec<Shift> = rows.iter().enumerate().map(|(at, (who, from, long))| Shift {
                id: at.to_string(), member: who.to_string(), from_us: *from, until_us: from + long,
            }).collect();
            let shared = (0..60).any(|at| {
                (0..3_u8).any(|who| shifts.iter().filter(|one| one.member == who.to_string() && one.holds(Micros(at))).count() > 1)
            });
            prop_assert_eq!(overlap(&shifts).is_some(), shared);
        }

        #[test]
        fn a_minute_of_the_station_is_kept_or_in_a_gap_never_both(
            rows in proptest::collection::vec((0_i64..2880, 1_i64..600), 0..8)
        ) {
            // Midnight of Monday, 2026-11-23, in China.
            let start = instant(Date::constant(2026, 11, 23), 0).unwrap();
            let shifts: Vec<Shift> = rows.iter().map(|(from, long)| Shift {
                id: String::new(), member: "a".to_owned(),
                from_us: start.plus_secs(from * 60).0, until_us: start.plus_secs((from + long) * 60).0,
            }).collect();
            let found = gaps(&shifts, &Hours::default(), start, start.plus_secs(2 * 86_400));
            for minute in 0..2880 {
                let at = start.plus_secs(minute * 60);
                let open = (540..1020).contains(&(minute % 1440));
                let kept = shifts.iter().any(|one| one.holds(at));
                let within = found.iter().filter(|(from, until)| *from <= at && at < *until).count();
                prop_assert_eq!(within, usize::from(open && !kept), "minute {}", minute);
            }
        }
    }
}
