//! A source as people read it.

use api::dto::chat::Citation;
use kernel::Micros;

use crate::visit::percent_encoded;

/// Days before its end from which a clause's validity is marked.
const ENDING_DAYS: i64 = 90;

/// A source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitationView {
    pub clause_id: String,
    pub law: String,
    pub validity: String,
    pub ending: bool,
    pub text: String,
    pub number: String,
    pub link: String,
    /// Where to say that it is wrong.
    pub wrong: String,
    pub local: bool,
}

impl CitationView {
    /// A source as it stands on a day.
    pub fn new(citation: &Citation, now: Micros) -> Self {
        let (validity, ending) = validity(citation, now);
        Self {
            clause_id: citation.clause_id.clone(),
            law: law(citation),
            validity,
            ending,
            text: citation.text.clone(),
            number: citation.document_number.clone().unwrap_or_default(),
            link: format!(
                "/k/{}#c{}",
                percent_encoded(&citation.entry_id),
                percent_encoded(&citation.clause_id)
            ),
            wrong: format!("/k/{}?wrong=1#helpful", percent_encoded(&citation.entry_id)),
            local: citation.local,
        }
    }
}

/// `《住房公积金管理条例》第二十四条`.
pub fn law(citation: &Citation) -> String {
    let article = citation.article.as_deref().unwrap_or_default();
    if citation.source.contains('《') {
        format!("{}{article}", citation.source)
    } else {
        format!("《{}》{article}", citation.source)
    }
}

fn validity(citation: &Citation, now: Micros) -> (String, bool) {
    match (&citation.in_force_from, &citation.in_force_until) {
        (_, Some(until)) => (format!("有效期到{}", in_words(until)), ends_soon(until, now)),
        (Some(from), None) => (format!("{}起施行，现行有效", in_words(from)), false),
        (None, None) => ("现行有效".to_owned(), false),
    }
}

/// `2026-09-20` as `2026年9月20日`.
fn in_words(day: &str) -> String {
    let mut parts = day.split('-').map(|part| part.trim_start_matches('0'));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) => format!("{year}年{month}月{day}日"),
        _ => day.to_owned(),
    }
}

/// Dates written as `yyyy-mm-dd` sort as text.
fn ends_soon(until: &str, now: Micros) -> bool {
    let limit = now.plus_secs(ENDING_DAYS * 86_400).beijing().strftime("%Y-%m-%d").to_string();
    until <= limit.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn citation() -> Citation {
        Citation {
            entry_id: "gjj-a".to_owned(),
            clause_id: "1".to_owned(),
            source: "住房公积金管理条例".to_owned(),
            article: Some("第二十四条".to_owned()),
            ..Citation::default()
        }
    }

    #[test]
    fn a_source_names_its_law_and_whether_it_holds() {
        let now = Micros(1_767_240_000_000_000);
        let view = CitationView::new(&citation(), now);
        assert_eq!(
            (view.law.as_str(), view.validity.as_str()),
            ("《住房公积金管理条例》第二十四条", "现行有效")
        );
        let from = Citation { in_force_from: Some("2025-09-01".to_owned()), ..citation() };
        assert_eq!(CitationView::new(&from, now).validity, "2025年9月1日起施行，现行有效");
        let until = Citation { in_force_until: Some("2026-03-01".to_owned()), ..citation() };
        let view = CitationView::new(&until, now);
        assert!(view.ending && view.validity == "有效期到2026年3月1日");
    }
}
