//! Tags and text of XML and HTML, one after another. No tree, no entities beyond the common ones, nothing fetched.

/// A piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<name ...>`: name and what stands after it; `closed` when it ends itself.
    Open { name: &'a str, rest: &'a str, closed: bool },
    /// `</name>`
    Close(&'a str),
    /// Text between tags, entities still in it.
    Text(&'a str),
}

/// The pieces of a text.
pub(super) struct Pieces<'a>(pub &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.0.is_empty() {
                return None;
            }
            let Some(rest) = self.0.strip_prefix('<') else {
                let (text, rest) = self.0.split_at(self.0.find('<').unwrap_or(self.0.len()));
                self.0 = rest;
                return Some(Piece::Text(text));
            };
            if let Some(comment) = rest.strip_prefix("!--") {
                self.0 = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            if let Some(data) = rest.strip_prefix("![CDATA[") {
                let (text, after) = data.split_once("]]>").unwrap_or((data, ""));
                self.0 = after;
                return Some(Piece::Text(text));
            }
            // A lone < in running text.
            if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
                let end = rest.find('<').unwrap_or(rest.len());
                let (text, after) = rest.split_at(end);
                self.0 = after;
                return Some(Piece::Text(text));
            }
            let (tag, after) = rest.split_once('>').unwrap_or((rest, ""));
            self.0 = after;
            if tag.starts_with(['!', '?']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Piece::Close(name.trim()));
            }
            let closed = tag.ends_with('/');
            let tag = tag.trim_end_matches('/');
            let (name, rest) = tag.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((tag, ""));
            return Some(Piece::Open { name, rest, closed });
        }
    }
}

/// The value of an attribute.
pub(super) fn attribute<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    rest.split_ascii_whitespace().find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then(|| value.trim_matches(['"', '\'']))
    })
}

/// Text with its entities resolved.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
        let Some((name, behind)) = end.and_then(|at| Some((after.get(..at)?, after.get(at + 1..)?))) else {
            out.push('&');
            rest = after;
            continue;
        };
        match entity(name) {
            Some(c) => out.push(c),
            None => out.push_str(&format!("&{name};")),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || *c == '\n');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "ldquo" => '“',
        "rdquo" => '”',
        "middot" => '·',
        "mdash" => '—',
        "hellip" => '…',
        "times" => '×',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entities_are_resolved_and_others_left() {
        assert_eq!(plain("A&amp;B&nbsp;&#20013;&#x6587;&unknown; & c"), "A&B 中文&unknown; & c");
        assert_eq!(attribute(r#"r="B2" t="s""#, "t"), Some("s"));
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "[<>&;/!?a-z中 \"=-]{0,80}") {
            prop_assert!(Pieces(&text).count() <= text.len());
            let _ = plain(&text);
        }
    }
}
