//! The form in which search compares text: folded, letters and digits only, spoken fillers kept (their weight is learned).

use crate::plain;

/// The characters search compares: folded, letters and digits only, at most [`plain::MAX_CHARS`].
pub fn chars(text: &str) -> Vec<char> {
    plain::fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The pieces of a text between punctuation and spaces, each folded; empty pieces left out.
pub fn pieces(text: &str) -> Vec<String> {
    plain::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The numbers a text names, Arabic or Chinese, in order, as plain digits: 三个月 and 3个月 both give 3.
///
/// Chinese numerals are read positionally up to 亿; a lone 一 is left out, it is an article more often than a number.
pub fn numbers(chars: &[char]) -> Vec<u64> {
    let mut found = Vec::new();
    let mut run = Run::default();
    for &c in chars {
        if !run.push(c) {
            run.finish(&mut found);
            run.push(c);
        }
    }
    run.finish(&mut found);
    found
}

#[derive(Default)]
struct Run {
    arabic: Option<u64>,
    chinese: bool,
    total: u64,
    section: u64,
    digit: Option<u64>,
    length: usize,
    only_one: bool,
}

impl Run {
    /// Takes a character that continues the number; false when it does not.
    fn push(&mut self, c: char) -> bool {
        if let Some(d) = c.to_digit(10) {
            if self.chinese {
                return false;
            }
            self.arabic = Some(self.arabic.unwrap_or(0).saturating_mul(10).saturating_add(u64::from(d)));
            return true;
        }
        if self.arabic.is_some() {
            return false;
        }
        let digit = "零一二三四五六七八九".chars().position(|n| n == c).or(match c {
            '〇' => Some(0),
            '两' => Some(2),
            _ => None,
        });
        if let Some(d) = digit {
            self.only_one = self.length == 0 && d == 1;
            // Digits read one by one (一二三四五) are shifted like Arabic ones.
            let before = self.digit.unwrap_or(0).saturating_mul(10);
            self.digit = Some(before.saturating_add(d as u64));
        } else if let Some(unit) = match c {
            '十' => Some(10),
            '百' => Some(100),
            '千' => Some(1_000),
            _ => None,
        } {
            // 百 and 千 without a digit before them belong to words (百姓, 千万别).
            if self.length == 0 && unit > 10 {
                return true;
            }
            self.section = self.section.saturating_add(self.digit.take().unwrap_or(1).saturating_mul(unit));
            self.only_one = false;
        } else if let Some(unit) = match c {
            '万' => Some(10_000),
            '亿' => Some(100_000_000),
            _ => None,
        } {
            if self.length == 0 {
                return true;
            }
            let section = self.section.saturating_add(self.digit.take().unwrap_or(0));
            self.total = self.total.saturating_add(section).saturating_mul(unit);
            self.section = 0;
            self.only_one = false;
        } else {
            return false;
        }
        self.chinese = true;
        self.length += 1;
        true
    }

    fn finish(&mut self, found: &mut Vec<u64>) {
        let run = std::mem::take(self);
        if let Some(number) = run.arabic {
            found.push(number);
        } else if run.length > 0 && !run.only_one {
            found.push(run.total.saturating_add(run.section).saturating_add(run.digit.unwrap_or(0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_both_scripts() {
        let of = |text: &str| numbers(&chars(text));
        assert_eq!(of("交满3个月"), [3]);
        assert_eq!(of("交满三个月"), [3]);
        assert_eq!(of("十五年和二十岁"), [15, 20]);
        assert_eq!(of("两万五千元"), [25_000]);
        assert_eq!(of("一个人"), [] as [u64; 0]);
        assert_eq!(of("百姓千万别急"), [] as [u64; 0]);
        assert_eq!(of("拨打12345"), [12_345]);
    }
}
