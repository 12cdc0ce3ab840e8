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
    fn hostile_marks_are_taken_out() {
        assert_eq!(clean(" a\0b\u{202e}c\r\n好\u{7} "), "abc\n好");
    }
}
