//! Times and texts as people read them.

use kernel::Micros;

/// The day a thing is due: `11月25日`.
pub fn due_words(due: Micros) -> String {
    let local = due.beijing();
    format!("{}月{}日", local.month(), local.day())
}

/// The day and minute a thing is due: `11月25日17:30`.
pub fn due_words_exact(due: Micros) -> String {
    let local = due.beijing();
    format!("{}月{}日{:02}:{:02}", local.month(), local.day(), local.hour(), local.minute())
}

/// The first instant of a month of China's, `2026-11`, and that of the next one.
pub(crate) fn month(text: &str) -> Option<(Micros, Micros)> {
    let (year, month) = text.split_once('-')?;
    let (year, month): (i64, i64) = (year.parse().ok()?, month.parse().ok()?);
    if !(2000..=2200).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let begin = |months: i64| {
        // Days from the civil calendar, counted from March so that the leap day comes last.
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let year = if month <= 2 { year - 1 } else { year };
        let shifted = (month + 9) % 12;
        let days = year * 365 + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (shifted * 153 + 2) / 5
            - 719_468;
        Micros((days * 86_400 - 8 * 3_600) * Micros::SECOND)
    };
    let months = year * 12 + month - 1;
    Some((begin(months), begin(months + 1)))
}

/// A text as it is kept: without control characters and invisible marks that turn the direction of writing (they can make a
/// line read as something else), without blanks around it. Line breaks stay.
pub(crate) fn clean(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}'))
        .collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_time_is_told_as_a_day() {
        // 2026-11-25T17:30 in China.
        let due = Micros(1_795_599_000 * Micros::SECOND);
        assert_eq!((due_words(due).as_str(), due_words_exact(due).as_str()), ("11月25日", "11月25日17:30"));
    }

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_china() {
        let at = |text: &str| Micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let expected = (at("2026-11-01T00:00:00+08:00"), at("2026-12-01T00:00:00+08:00"));
        assert_eq!(month("2026-11"), Some(expected));
        assert_eq!(month("2024-02").unwrap().1, at("2024-03-01T00:00:00+08:00"));
        assert_eq!(month("2026-13"), None);
    }

    #[test]
    fn hostile_marks_are_taken_out() {
        assert_eq!(clean(" a\0b\u{202e}c\r\n好\u{7} "), "abc\n好");
    }
}
