//! The words of a text that carry its matter, alike for text with blanks between the words and for text without.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::segment::Segmenter;

/// The longest text that is read, in characters: its beginning and its end.
const LONGEST: usize = 2_000;
/// Of these, from the end, where the writer says what is wanted.
const FROM_END: usize = 400;

static FUNCTION_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../assets/lexicon/function-words.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Words in order, folded, without function words, marks and blanks; digits carry only that they are digits.
pub fn words(text: &str) -> Vec<String> {
    let solid = solid(text);
    Segmenter::common()
        .words(&solid)
        .into_iter()
        .filter(|word| word.chars().any(char::is_alphanumeric) && !FUNCTION_WORDS.contains(word))
        .map(digits)
        .collect()
}

/// Width and case folded, blanks out, over-long text cut in its middle.
fn solid(text: &str) -> String {
    // Line ends that an office program has written out.
    let text = text.replace("_x000D_", "");
    let folded = text.chars().filter_map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
        c if c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}') => None,
        c => Some(c),
    });
    let all: Vec<char> = folded.map(|c| c.to_ascii_lowercase()).collect();
    if all.len() <= LONGEST {
        return all.into_iter().collect();
    }
    let end = all.len() - FROM_END;
    all.iter().take(LONGEST - FROM_END).chain(all.iter().skip(end)).collect()
}

/// `2018` and `12` are both `0`.
fn digits(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_marks_and_function_words_make_no_difference() {
        let plain = words("我们小区的楼顶水箱，长年不洗！希望尽快处理。");
        assert_eq!(words("小区 楼顶 水箱 长年 洗 处理"), plain);
        assert!(plain.contains(&"水箱".to_owned()), "{plain:?}");
        assert_eq!(words("２０１８年"), words("2019 年"));
        assert!(words(" ，。！\u{feff}").is_empty());
    }

    #[test]
    fn an_endless_text_is_read_at_both_ends() {
        let text = format!("噪音扰民{}拖欠工资", "某".repeat(5_000_000));
        let read = words(&text).concat();
        assert!(read.contains("噪音") && read.contains("工资"));
        assert!(read.chars().count() <= LONGEST);
    }
}
