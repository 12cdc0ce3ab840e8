//! A row as an entry.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use language::normalise;

use super::mapping::Mapping;
use super::rows::Content;
use super::template::{Template, held};
use crate::entry::{MAX_ANSWER_CHARS, Vocabulary, validate::id_is_sound};
use crate::model::{Clause, EVERYWHERE, Entry, EntryKind};
use crate::origin;

/// The domain of rows that name none.
const NO_DOMAIN: &str = "其他";
/// Hexadecimal digits of an id made from content.
const HASH_DIGITS: usize = 16;
/// Answers are cut at a sentence's end, unless that would leave less than this of what may be said.
const LEAST_PART: usize = 2;

/// What entries of an import are made with.
pub(super) struct Converter<'a> {
    pub mapping: &'a Mapping,
    pub vocabulary: &'a Vocabulary,
    /// Before every id.
    pub prefix: &'a str,
}

impl Converter<'_> {
    /// The entry of a row, or why there is none.
    pub fn entry(&self, content: Content) -> Result<Entry, String> {
        let entry = match content {
            Content::Whole(entry) => *entry,
            Content::Cells(cells) => self.of_cells(&cells)?,
        };
        let faults = entry.faults(self.vocabulary);
        if faults.is_empty() {
            Ok(entry)
        } else {
            Err(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        }
    }

    fn of_cells(&self, cells: &BTreeMap<String, String>) -> Result<Entry, String> {
        let Mapping { fixed, .. } = self.mapping;
        let held = |column: &str| held(cells, &self.mapping.nothing, column);
        let cell = |text: &Option<String>| Template::of(text.as_deref()?).told(&held);
        if cells.values().any(|value| value.contains('\u{fffd}')) {
            return Err("有认不出的字，请把文件另存为UTF-8后再导入。".to_owned());
        }
        let needed =
            |column: &Option<String>, name: &str| cell(column).ok_or_else(|| format!("没有{name}。"));
        let title = needed(&self.mapping.title, "标题（问题）")?;
        let full = needed(&self.mapping.answer, "答案")?;
        let source = cell(&self.mapping.source).or_else(|| fixed.source.clone());
        let source =
            source.ok_or("没有出处，请填写依据的文件，或在对应关系里给一个统一出处（如“公开通知”）。")?;
        let domain = cell(&self.mapping.domain).or_else(|| fixed.domain.clone());
        let domain = domain.map(|domain| self.mapping.domains.get(&domain).cloned().unwrap_or(domain));
        let domain = domain.unwrap_or_else(|| NO_DOMAIN.to_owned());
        let region = cell(&self.mapping.region).or_else(|| fixed.region.clone());
        let region = region.unwrap_or_else(|| EVERYWHERE.to_owned());
        let id = self.id(cell(&self.mapping.id).as_deref(), &title, &region);
        let day = |column: &Option<String>, name: &str| match cell(column) {
            None => Ok(None),
            Some(text) => day(&text).map(Some).ok_or_else(|| {
                format!("{name}“{text}”看不懂，请写成 2026-01-01 这样，并核对这一天是否存在。")
            }),
        };
        let clause = Clause {
            id: "1".to_owned(),
            text: full.clone(),
            source,
            document_number: cell(&self.mapping.document_number).or_else(|| fixed.document_number.clone()),
            article: cell(&self.mapping.article),
            in_force_from: day(&self.mapping.in_force_from, "生效日期")?,
            in_force_until: day(&self.mapping.in_force_until, "失效日期")?,
            local: false,
        };
        let several = self.mapping.clauses.iter().filter_map(|one| {
            let text = Template::of(&one.text).told(&held)?;
            let article = Some(one.name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .or_else(|| clause.article.clone());
            Some(Clause { text, article, ..clause.clone() })
        });
        let mut clauses: Vec<Clause> = several.collect();
        for (at, clause) in clauses.iter_mut().enumerate() {
            clause.id = (at + 1).to_string();
        }
        if clauses.is_empty() {
            clauses.push(clause);
        }
        let owner = cell(&self.mapping.owner).or_else(|| fixed.owner.clone());
        let lines = |column: &Option<String>, ends: &[char]| -> Vec<String> {
            let text = cell(column).unwrap_or_default();
            let parts = text.split(|c| ends.contains(&c)).map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        let mut questions = lines(&self.mapping.question, &['\n', '|']);
        questions.retain(|question| *question != title);
        Ok(Entry {
            id,
            owner: owner.unwrap_or_else(|| domain.clone()),
            title,
            domain,
            kind: fixed.kind.unwrap_or(EntryKind::Policy),
            region,
            tags: lines(&self.mapping.tags, &['、', '，', ',', '；', ';', '\n', '|']),
            answer: shortened(&full),
            questions,
            clauses,
            tests: Vec::new(),
        })
    }

    /// The same row gets the same id each time it is brought.
    fn id(&self, given: Option<&str>, title: &str, region: &str) -> String {
        if let Some(given) = given {
            let id = format!("{}-{}", self.prefix, given.to_ascii_lowercase().replace('_', "-"));
            if id_is_sound(&id) {
                return id;
            }
        }
        let told = given.map_or_else(|| key(title, region), str::to_owned);
        let hash: String = origin::hash(&told).chars().take(HASH_DIGITS).collect();
        format!("{}-{hash}", self.prefix)
    }
}

/// What two questions have in common when they are the same: the characters without punctuation, for one place.
pub(super) fn key(question: &str, region: &str) -> String {
    format!("{region}|{}", normalise::chars(question).into_iter().collect::<String>())
}

/// The beginning of an answer that may be said, ending with a sentence; the whole stands in the clause.
pub(crate) fn shortened(answer: &str) -> String {
    if answer.chars().count() <= MAX_ANSWER_CHARS {
        return answer.to_owned();
    }
    let beginning: Vec<char> = answer.chars().take(MAX_ANSWER_CHARS - 1).collect();
    let end = beginning.iter().rposition(|c| matches!(c, '。' | '；' | '！' | '？' | '\n')).map(|at| at + 1);
    let end = end.filter(|end| *end >= beginning.len() / LEAST_PART).unwrap_or(beginning.len());
    let mut short: String = beginning.iter().take(end).collect();
    short.push('…');
    short
}

/// A day as people write it: 2026-01-01, 2026/1/1, 2026.1.1, 2026年1月1日, 20260101.
fn day(text: &str) -> Option<Date> {
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<i16> = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        [text.get(..4), text.get(4..6), text.get(6..)]
            .into_iter()
            .map(|part| part?.parse().ok())
            .collect::<Option<_>>()?
    } else {
        text.trim_end_matches('日')
            .split(['-', '/', '.', '年', '月'])
            .map(|part| part.trim().parse().ok())
            .collect::<Option<_>>()?
    };
    let [year, month, day] = parts.as_slice() else { return None };
    if !(1900..=2200).contains(year) {
        return None;
    }
    Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?)
        .ok()
        .filter(|day| *day > date(1900, 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in ["2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "20260105", "2026-01-05 00:00:00"]
        {
            assert_eq!(day(text), Some(date(2026, 1, 5)), "{text}");
        }
        for text in ["2026-02-30", "去年", "5", "0001-01-01", "2026-13-01", ""] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_answer_is_cut_at_a_sentence() {
        let long = format!("{}。{}", "可".repeat(200), "以".repeat(200));
        let short = shortened(&long);
        assert_eq!(short.chars().count(), 202);
        assert!(short.ends_with("。…"));
        assert!(shortened(&"无".repeat(900)).chars().count() <= MAX_ANSWER_CHARS);
        assert_eq!(shortened("可以。"), "可以。");
    }
}
