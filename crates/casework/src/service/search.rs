//! Finding tickets by words: pairs of neighbouring characters, kept in a table of their own, so that neither engine needs an
//! extension and a search costs the same among ten thousand tickets and ten million.

use std::collections::BTreeSet;

use sqlx::Row as _;

use super::Casework;
use crate::{CaseworkError, sql};

/// The most tickets a search looks at more closely.
const MOST: i64 = 300;
/// The most tickets of the rarest pair that are compared, the latest first.
const COMPARED: i64 = 5_000;
/// The most pairs of what is looked for that are counted.
const PAIRS: usize = 12;

/// The pairs of characters by which texts are found.
pub(super) fn search_terms(texts: &[&str]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for text in texts {
        let chars: Vec<char> =
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(200).collect();
        all.extend(chars.iter().zip(chars.iter().skip(1)).map(|(one, two)| format!("{one}{two}")));
    }
    all
}

impl Casework {
    /// The ids of tickets that may be meant by a text: by number, by caller where the reader may know callers, by words. None
    /// when the text is too short to look up.
    pub(super) async fn candidates(
        &self,
        text: &str,
        caller: &str,
    ) -> Result<Option<Vec<String>>, CaseworkError> {
        let terms: Vec<String> = search_terms(&[text]).into_iter().take(PAIRS).collect();
        if terms.is_empty() {
            return Ok(None);
        }
        let store = self.0.store.read();
        let mut rows = Vec::new();
        let number = super::get::plain_number(text);
        if number.len() >= 4 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ') {
            rows = sqlx::query(sql::TICKET_NUMBERED)
                .bind(number.as_str())
                .bind(format!("{number}~"))
                .bind(MOST)
                .fetch_all(store)
                .await?;
        }
        if !caller.is_empty() {
            rows.extend(sqlx::query(sql::TICKET_CALLED).bind(caller).bind(MOST).fetch_all(store).await?);
        }
        let mut counted = Vec::new();
        for term in terms {
            let row =
                sqlx::query(sql::TERM_COUNT).bind(term.as_str()).bind(COMPARED).fetch_one(store).await?;
            let count: i64 = row.try_get(0)?;
            counted.push((count, term));
        }
        counted.sort();
        if let Some((count, rarest)) = counted.first()
            && *count > 0
        {
            let other = counted.get(1).map_or(rarest, |(_, term)| term);
            let found = sqlx::query(sql::TERM_BOTH)
                .bind(rarest.as_str())
                .bind(other.as_str())
                .bind(COMPARED)
                .bind(MOST)
                .fetch_all(store)
                .await?;
            rows.extend(found);
        }
        let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<BTreeSet<String>, _>>()?;
        Ok(Some(ids.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::search_terms;

    #[test]
    fn pairs_leave_out_marks_and_blanks() {
        let terms: Vec<String> = search_terms(&["路灯，不亮", "A1"]).into_iter().collect();
        assert_eq!(terms, ["a1", "不亮", "灯不", "路灯"]);
        assert!(search_terms(&["路"]).is_empty());
    }
}
