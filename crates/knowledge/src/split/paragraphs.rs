//! Where the paragraphs of a text stand.

use std::ops::Range;

use super::marks::{Level, closes, ends_sentence, mark};

/// Paragraphs longer than this are looked through for marks inside: texts often come as one line.
const LONG: usize = 120;

/// Spans of all paragraphs in bytes, without surrounding white space.
///
/// A paragraph ends at a line break, at the two wide spaces that open the next, and, where everything stands on one
/// line, before a mark that follows the end of a sentence.
pub fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']) {
        let end = start + line.len();
        for gap in gaps(line) {
            out.extend(trimmed(text, start + gap.start..start + gap.end).into_iter().flat_map(|span| {
                let inner = text.get(span.clone()).unwrap_or_default();
                cuts(inner)
                    .into_iter()
                    .filter_map(move |cut| trimmed(text, span.start + cut.start..span.start + cut.end))
            }));
        }
        start = end;
    }
    out
}

fn trimmed(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let inner = text.get(span.clone())?;
    let kept = inner.trim();
    let start = span.start + (inner.len() - inner.trim_start().len());
    if kept.is_empty() { None } else { Some(start..start + kept.len()) }
}

/// The stretches of a line between gaps of two wide spaces or four narrow ones.
fn gaps(line: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut start, mut run, mut width) = (0usize, 0usize, 0usize);
    for (at, c) in line.char_indices() {
        if c == '\u{3000}' || c == ' ' || c == '\u{a0}' {
            if width == 0 {
                run = at;
            }
            width += if c == '\u{3000}' { 2 } else { 1 };
            continue;
        }
        if width >= 4 {
            out.push(start..run);
            start = at;
        }
        width = 0;
    }
    out.push(start..line.len());
    out
}

/// The stretches of a long paragraph between marks that follow the end of a sentence.
fn cuts(text: &str) -> Vec<Range<usize>> {
    if text.chars().take(LONG + 1).count() <= LONG {
        return std::iter::once(0..text.len()).collect();
    }
    let mut out = Vec::new();
    let mut start = 0usize;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let opens = before
            .is_some_and(|b| ends_sentence(b) || matches!(b, '：' | ':' | ' ' | '\u{3000}') || closes(b));
        let found = if opens { text.get(at..).and_then(mark) } else { None };
        // After a blank or a colon only the marks of laws and 一、 are certain enough.
        let certain = |level: Level| level <= Level::Bracketed || before.is_some_and(ends_sentence);
        if found.is_some_and(|found| certain(found.level)) && at > start {
            out.push(start..at);
            start = at;
        }
        before = Some(c);
    }
    out.push(start..text.len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_comes_apart_at_its_marks() {
        let body = "为了做好各项工作，现就有关事项通知如下，请各单位结合实际认真贯彻落实，确保各项措施落到实处，取得实效";
        let text =
            format!("通知　　{body}。一、减免房租。{body}。（一）国有房屋减免。二、其他　　宁波市政府");
        let found: Vec<&str> = paragraphs(&text).into_iter().filter_map(|span| text.get(span)).collect();
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(found[2].starts_with("一、减免") && found[3].starts_with("（一）国有"));
        assert_eq!(found[4..], ["二、其他", "宁波市政府"]);
    }
}
