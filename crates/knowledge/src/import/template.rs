//! Words with columns in them: 办理地点：{地点}[，电话：{电话}]. What stands in square brackets is said only where its columns are.

use std::collections::BTreeMap;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'a> {
    Words(&'a str),
    Column(&'a str),
    /// Said only where every column in it holds something.
    Where(Vec<Piece<'a>>),
}

/// A template taken apart. A text without braces is the name of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template<'a>(Vec<Piece<'a>>);

impl<'a> Template<'a> {
    pub fn of(text: &'a str) -> Self {
        if !text.contains('{') {
            return Self(vec![Piece::Column(text)]);
        }
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('[') {
            let Some((inner, behind)) = after.split_once(']') else { break };
            out.extend(pieces(before));
            out.push(Piece::Where(pieces(inner)));
            rest = behind;
        }
        out.extend(pieces(rest));
        Self(out)
    }

    /// The columns it names.
    pub fn columns(&self) -> Vec<&'a str> {
        fn walk<'a>(pieces: &[Piece<'a>], out: &mut Vec<&'a str>) {
            for piece in pieces {
                match piece {
                    Piece::Words(_) => {}
                    Piece::Column(name) => out.push(name),
                    Piece::Where(inner) => walk(inner, out),
                }
            }
        }
        let mut out = Vec::new();
        walk(&self.0, &mut out);
        out
    }

    /// The words for a row; none where a column outside of brackets holds nothing. `cell` gives what a column holds.
    pub fn told(&self, cell: &impl Fn(&str) -> Option<String>) -> Option<String> {
        said(&self.0, cell).filter(|text| !text.trim().is_empty())
    }
}

fn said(pieces: &[Piece<'_>], cell: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Words(words) => out.push_str(words),
            Piece::Column(name) => out.push_str(&cell(name)?),
            Piece::Where(inner) => out.push_str(&said(inner, cell).unwrap_or_default()),
        }
    }
    Some(out)
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.extend((!before.is_empty()).then_some(Piece::Words(before)));
        out.push(Piece::Column(name.trim()));
        rest = behind;
    }
    out.extend((!rest.is_empty()).then_some(Piece::Words(rest)));
    out
}

/// What a column of a row holds; nothing where it is empty or says so.
pub(super) fn held(cells: &BTreeMap<String, String>, nothing: &[String], column: &str) -> Option<String> {
    let value = cells.get(column)?.trim();
    (!value.is_empty() && !nothing.iter().any(|word| word == value)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> Option<String> {
        let cells =
            BTreeMap::from([("地点".to_owned(), "一楼".to_owned()), ("电话".to_owned(), "无".to_owned())]);
        Template::of(text).told(&|column| held(&cells, &["无".to_owned()], column))
    }

    #[test]
    fn what_is_empty_is_not_said() {
        assert_eq!(told("地点").as_deref(), Some("一楼"));
        assert_eq!(told("地点：{地点}[，电话：{电话}]。").as_deref(), Some("地点：一楼。"));
        assert_eq!(told("电话：{电话}"), None);
        assert_eq!(told("[电话：{电话}]"), None);
        assert_eq!(Template::of("{甲}和[{乙}]").columns(), ["甲", "乙"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_template(text in "[{}\\[\\]地点电话a ]{0,40}") {
            let _ = told(&text);
        }
    }
}
