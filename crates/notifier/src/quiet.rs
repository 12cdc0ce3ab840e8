//! Nobody is woken by a message. Pure.

use jiff::ToSpan as _;
use kernel::Micros;

/// The earliest instant from `now` on that is not within the quiet hours (Beijing time), which begin at `from` and end at `until`
/// o'clock; equal hours mean none.
pub fn earliest(now: Micros, from: u32, until: u32) -> Micros {
    let local = now.beijing();
    let hour = u32::from(local.hour().unsigned_abs());
    let quiet = if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until };
    if !quiet {
        return now;
    }
    let days = i64::from(hour >= until);
    local
        .start_of_day()
        .and_then(|day| day.checked_add(days.days()))
        .and_then(|day| day.checked_add(i64::from(until).hours()))
        .map_or(now, |end| Micros(end.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Micros {
        let zoned: jiff::Zoned = format!("{text}+08:00[Asia/Shanghai]").parse().unwrap();
        Micros(zoned.timestamp().as_microsecond())
    }

    #[test]
    fn the_night_is_slept_through() {
        for (now, then) in [
            ("2026-11-24T21:59:59", "2026-11-24T21:59:59"),
            ("2026-11-24T22:00:00", "2026-11-25T08:00:00"),
            ("2026-11-25T03:12:00", "2026-11-25T08:00:00"),
            ("2026-11-25T08:00:00", "2026-11-25T08:00:00"),
            ("2026-12-31T23:30:00", "2027-01-01T08:00:00"),
        ] {
            assert_eq!(earliest(at(now), 22, 8), at(then), "{now}");
        }
    }

    #[test]
    fn a_rest_at_noon_and_none_at_all() {
        assert_eq!(earliest(at("2026-11-24T12:30:00"), 12, 14), at("2026-11-24T14:00:00"));
        assert_eq!(earliest(at("2026-11-24T02:30:00"), 12, 14), at("2026-11-24T02:30:00"));
        assert_eq!(earliest(at("2026-11-24T02:30:00"), 0, 0), at("2026-11-24T02:30:00"));
    }
}
