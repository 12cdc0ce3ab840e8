//! Numbers that name a person: found in runs of digits, whatever script and spacing they are written in.

use super::Hidden;

/// The most separators between two digits of one number (`(0574) 8741` has two).
const GAP_MAX: usize = 2;
/// The value that stands for the check character X.
const X: u8 = 10;

/// A digit of a run.
#[derive(Clone, Copy)]
struct Digit {
    /// Its place in the text.
    at: usize,
    value: u8,
    /// Separators come before it, or the run begins.
    after_gap: bool,
    /// As above, or the script changes.
    after_edge: bool,
}

/// The value of a decimal digit, ASCII, full-width or Chinese.
pub(super) fn value(c: char) -> Option<u8> {
    Some(match c {
        '0'..='9' => c as u8 - b'0',
        '０'..='９' => (u32::from(c) - u32::from('０')) as u8,
        '〇' | '零' => 0,
        '一' | '幺' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn is_chinese(c: char) -> bool {
    !c.is_ascii_digit() && !('０'..='９').contains(&c)
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\u{a0}'
            | '\u{3000}'
            | '-'
            | '‐'
            | '‑'
            | '‒'
            | '–'
            | '—'
            | '−'
            | '－'
            | '.'
            | '．'
            | '·'
            | '•'
            | '_'
            | '('
            | ')'
            | '（'
            | '）'
            | '+'
    )
}

/// Characters that show nothing and so separate nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// Marks the digits to hide.
pub(super) fn mark(chars: &[char], hidden: &mut Hidden) {
    let mut run: Vec<Digit> = Vec::new();
    let mut gap = 0;
    let mut was_chinese = false;
    for (at, &c) in chars.iter().enumerate() {
        if let Some(value) = value(c) {
            let after_gap = run.is_empty() || gap > 0;
            let after_edge = after_gap || is_chinese(c) != was_chinese;
            run.push(Digit { at, value, after_gap, after_edge });
            (gap, was_chinese) = (0, is_chinese(c));
        } else if matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ') && run.len() >= 17 {
            run.push(Digit { at, value: X, after_gap: gap > 0, after_edge: gap > 0 });
            mark_run(&run, hidden);
            run.clear();
        } else if is_separator(c) && gap < GAP_MAX {
            gap += 1;
        } else if !is_invisible(c) {
            mark_run(&run, hidden);
            run.clear();
            gap = 0;
        }
    }
    mark_run(&run, hidden);
}

fn mark_run(run: &[Digit], hidden: &mut Hidden) {
    for start in 0..run.len() {
        for length in [11, 12, 15, 16, 17, 18, 19] {
            let Some(window) = run.get(start..start + length) else { break };
            let is_solid = window.iter().skip(1).all(|digit| !digit.after_gap);
            let ends_at_edge = run.get(start + length).is_none_or(|next| next.after_edge);
            let starts_at_edge =
                window.first().is_some_and(|digit| digit.after_edge) || follows_country_code(run, start);
            let shape = Window { digits: window, is_solid, is_whole: starts_at_edge && ends_at_edge };
            if let Some((head, tail)) = shape.shown() {
                for digit in window.iter().take(length - tail).skip(head) {
                    hidden.hide(digit.at);
                }
            }
        }
    }
}

fn follows_country_code(run: &[Digit], start: usize) -> bool {
    let before = start.checked_sub(2).and_then(|from| run.get(from..start));
    matches!(before, Some([Digit { value: 8, .. }, Digit { value: 6, .. }]))
}

/// Some digits in a row, perhaps a number.
struct Window<'a> {
    digits: &'a [Digit],
    /// Nothing separates them.
    is_solid: bool,
    /// They begin and end where a group of digits does.
    is_whole: bool,
}

impl Window<'_> {
    fn value(&self, at: usize) -> u8 {
        self.digits.get(at).map_or(u8::MAX, |digit| digit.value)
    }

    fn number(&self, from: usize, length: usize) -> u32 {
        self.digits
            .iter()
            .skip(from)
            .take(length)
            .fold(0, |number, digit| number * 10 + u32::from(digit.value))
    }

    /// How many digits at the head and at the tail may be shown, when this is a number to hide.
    fn shown(&self) -> Option<(usize, usize)> {
        if !self.is_solid && !self.is_whole {
            return None;
        }
        let length = self.digits.len();
        if length != 18 && self.value(length - 1) == X {
            return None;
        }
        match length {
            11 if self.value(0) == 1 && (3..=9).contains(&self.value(1)) => Some((3, 4)),
            11 | 12 if self.is_whole => self.landline_area().map(|area| (area, 4)),
            15 if self.is_whole && self.is_identity_15() => Some((3, 4)),
            18 if self.is_identity_18() => Some((3, 4)),
            16..=19 if self.is_whole && self.is_card() => Some((4, 4)),
            _ => None,
        }
    }

    /// The digits of the area code, of a landline written with it.
    fn landline_area(&self) -> Option<usize> {
        let area = match (self.value(0), self.value(1)) {
            (0, 1 | 2) => 3,
            (0, 3..=9) => 4,
            _ => return None,
        };
        let local = self.digits.len() - area;
        // Three-digit areas have eight-digit numbers only.
        ((7..=8).contains(&local) && (area == 4 || local == 8) && (2..=9).contains(&self.value(area)))
            .then_some(area)
    }

    /// GB 11643: the check digit is right; or the birthday is, in a number that stands alone (a slip of one digit must not
    /// unmask a person).
    fn is_identity_18(&self) -> bool {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: [u8; 11] = [1, 0, X, 9, 8, 7, 6, 5, 4, 3, 2];
        let sum: u32 =
            self.digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.value) * weight).sum();
        let is_checked = CHECKS.get((sum % 11) as usize) == Some(&self.value(17));
        let is_dated = self.is_whole
            && (1..=8).contains(&self.value(0))
            && (1900..=2099).contains(&self.number(6, 4))
            && self.is_day(10);
        is_checked || is_dated
    }

    /// The old form: six digits of place, yymmdd, three of sequence.
    fn is_identity_15(&self) -> bool {
        (1..=8).contains(&self.value(0)) && self.is_day(8)
    }

    fn is_day(&self, at: usize) -> bool {
        (1..=12).contains(&self.number(at, 2)) && (1..=31).contains(&self.number(at + 2, 2))
    }

    /// ISO/IEC 7812: a card scheme's first digit and Luhn's check.
    fn is_card(&self) -> bool {
        let sum: u32 = self
            .digits
            .iter()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let value = u32::from(digit.value);
                if place % 2 == 0 { value } else { value * 2 / 10 + value * 2 % 10 }
            })
            .sum();
        matches!(self.value(0), 3..=6 | 9) && sum.is_multiple_of(10)
    }
}
