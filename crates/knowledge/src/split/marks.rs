//! The marks that structure official texts: 第三章, 第五条, 一、, （一）, 1., ①.

/// Depth of a numbered mark; smaller is wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 第一编, 第一部分
    Part,
    /// 第一章
    Chapter,
    /// 第一节
    Section,
    /// 第一条
    Article,
    /// 一、
    Number,
    /// （一）
    Bracketed,
    /// 1. 1、 1．
    Digit,
    /// （1） 1）
    BracketedDigit,
    /// ①
    Circled,
}

/// A mark at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    /// How deep it stands.
    pub level: Level,
    /// The mark itself.
    pub text: &'a str,
}

const NUMERALS: &str = "〇零一二三四五六七八九十百千两";
/// Characters of a number in a mark: 第一百二十三条 has five.
const LONGEST_NUMBER: usize = 7;

fn numerals(text: &str) -> usize {
    text.chars().take_while(|c| NUMERALS.contains(*c)).take(LONGEST_NUMBER).map(char::len_utf8).sum()
}

fn digits(text: &str) -> usize {
    // Four digits are a year, not the number of an item.
    let count = text.chars().take_while(char::is_ascii_digit).count();
    if count <= 3 { count } else { 0 }
}

/// The mark that a text starts with.
pub fn mark(text: &str) -> Option<Mark<'_>> {
    let found = |level, length: usize| Some(Mark { level, text: text.get(..length)? });
    if let Some(rest) = text.strip_prefix('第') {
        let number = match numerals(rest) {
            0 => digits(rest),
            bytes => bytes,
        };
        if number == 0 {
            return None;
        }
        let before = '第'.len_utf8() + number;
        let unit = text.get(before..)?;
        // 第二条之一
        let after = |unit: char| {
            let tail = text.get(before + unit.len_utf8()..).unwrap_or_default();
            let inserted = tail.strip_prefix('之').map_or(0, |rest| match numerals(rest) {
                0 => 0,
                bytes => '之'.len_utf8() + bytes,
            });
            before + unit.len_utf8() + inserted
        };
        return match unit.chars().next()? {
            '编' | '篇' => found(Level::Part, after('编')),
            '章' => found(Level::Chapter, after('章')),
            '节' if !unit.starts_with("节课") => found(Level::Section, after('节')),
            '条' if !unit.starts_with("条例") => found(Level::Article, after('条')),
            '部' if unit.starts_with("部分") => found(Level::Part, before + "部分".len()),
            _ => None,
        };
    }
    let first = text.chars().next()?;
    if NUMERALS.contains(first) {
        let bytes = numerals(text);
        let next = text.get(bytes..)?.chars().next()?;
        return if matches!(next, '、' | '．' | '.') {
            found(Level::Number, bytes + next.len_utf8())
        } else {
            None
        };
    }
    if matches!(first, '（' | '(' | '〔' | '【') {
        let open = first.len_utf8();
        let rest = text.get(open..)?;
        let (level, bytes) = match numerals(rest) {
            0 => (Level::BracketedDigit, digits(rest)),
            bytes => (Level::Bracketed, bytes),
        };
        let close = rest.get(bytes..)?.chars().next()?;
        let closed = bytes > 0 && matches!(close, '）' | ')' | '〕' | '】');
        return if closed { found(level, open + bytes + close.len_utf8()) } else { None };
    }
    if first.is_ascii_digit() {
        let bytes = digits(text);
        let mut rest = text.get(bytes..)?.chars();
        let next = rest.next()?;
        return match next {
            _ if bytes == 0 => None,
            '、' | '．' => found(Level::Digit, bytes + next.len_utf8()),
            // 1.5 is a figure.
            '.' if !rest.next().is_some_and(|c| c.is_ascii_digit()) => found(Level::Digit, bytes + 1),
            '）' | ')' => found(Level::BracketedDigit, bytes + next.len_utf8()),
            _ => None,
        };
    }
    if ('①'..='⑳').contains(&first) {
        return found(Level::Circled, first.len_utf8());
    }
    None
}

/// Whether a sentence is over after this character.
pub const fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';' | '…')
}

/// Closing signs that belong to the sentence before them.
pub const fn closes(c: char) -> bool {
    matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '》' | '】')
}

/// Splits a text into sentences, each with its end sign; nothing but surrounding white space is lost.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0usize, 0u32);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '（' | '(' | '“' | '《' => depth = depth.saturating_add(1),
            '）' | ')' | '”' | '》' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A quotation that is never closed must not swallow the rest.
        if !(ends_sentence(c) && (depth == 0 || at - start > 600)) {
            // A full stop inside closing quotation marks ends the sentence with them: “……。”
            let quoted =
                ends_sentence(c) && chars.peek().is_some_and(|(_, next)| closes(*next)) && depth == 1;
            if !quoted {
                continue;
            }
        }
        let mut end = at + c.len_utf8();
        while let Some((next_at, next)) = chars.peek().copied() {
            if !closes(next) && !ends_sentence(next) {
                break;
            }
            end = next_at + next.len_utf8();
            chars.next();
        }
        depth = 0;
        out.extend(text.get(start..end).map(str::trim).filter(|s| !s.is_empty()));
        start = end;
    }
    out.extend(text.get(start..).map(str::trim).filter(|s| !s.is_empty()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_figures_and_names() {
        let of = |text| mark(text).map(|m| (m.level, m.text));
        assert_eq!(of("第十二条　申请人"), Some((Level::Article, "第十二条")));
        assert_eq!(of("第二十四条之一 违反"), Some((Level::Article, "第二十四条之一")));
        assert_eq!(of("第三章 附则"), Some((Level::Chapter, "第三章")));
        assert_eq!(of("一、总体要求"), Some((Level::Number, "一、")));
        assert_eq!(of("（十一）加强"), Some((Level::Bracketed, "（十一）")));
        assert_eq!(of("12.材料齐全"), Some((Level::Digit, "12.")));
        assert_eq!(of("(3)身份证"), Some((Level::BracketedDigit, "(3)")));
        assert_eq!(of("②户口本"), Some((Level::Circled, "②")));
        for other in ["1.5万元", "2020年2月", "第一条例", "一般来说", "（以下简称", "第三方", "", "（"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn sentences_keep_their_quotations() {
        let text = "他说：“先办。后补。”然后走了。材料（原件；复印件）各一份；另需照片";
        assert_eq!(
            sentences(text),
            ["他说：“先办。后补。”", "然后走了。", "材料（原件；复印件）各一份；", "另需照片"]
        );
        assert!(sentences("  ").is_empty());
    }
}
