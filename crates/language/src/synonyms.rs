//! Wordings that mean the same: a table of terms, each with what callers say for it.
//!
//! One wording may stand under several terms; a text then carries all of those concepts and search weighs them by the
//! rest of the sentence.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use crate::normalise;

/// One line of a synonym file: `{term: 不动产权证书, also: [房产证, 房本]}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SynonymLine {
    /// The standard wording.
    pub term: String,
    /// Other wordings of it.
    pub also: Vec<String>,
}

/// The file does not have the expected form.
#[derive(Debug, thiserror::Error)]
#[error("同义词表格式有误：{0}。每行应为 {{term: 标准说法, also: [别的说法, …]}}")]
pub struct SynonymError(#[from] serde_yaml_ng::Error);

/// Finds the concepts a text names, by any of their wordings.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    /// Wordings by first character, longest first.
    wordings: HashMap<char, Vec<(Vec<char>, u32)>>,
    terms: u32,
}

impl Synonyms {
    /// Reads a list of [`SynonymLine`] in YAML.
    pub fn from_yaml(text: &str) -> Result<Self, SynonymError> {
        let lines: Option<Vec<SynonymLine>> = serde_yaml_ng::from_str(text)?;
        Ok(Self::new(lines.unwrap_or_default()))
    }

    /// A table from lines.
    pub fn new(lines: impl IntoIterator<Item = SynonymLine>) -> Self {
        let mut table = Self::default();
        table.extend(lines);
        table
    }

    /// Adds lines; a further line for a known wording adds a meaning to it.
    pub fn extend(&mut self, lines: impl IntoIterator<Item = SynonymLine>) {
        for line in lines {
            let concept = self.terms;
            self.terms += 1;
            for wording in std::iter::once(&line.term).chain(&line.also) {
                let chars = normalise::chars(wording);
                if let Some(&first) = chars.first() {
                    self.wordings.entry(first).or_default().push((chars, concept));
                }
            }
        }
        for list in self.wordings.values_mut() {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
            list.dedup();
        }
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.terms as usize
    }

    /// Whether there is no term.
    pub fn is_empty(&self) -> bool {
        self.terms == 0
    }

    /// The concepts named anywhere in a normalised text, each once, in order of number.
    pub fn concepts(&self, chars: &[char]) -> Vec<u32> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut found = BTreeSet::new();
        for start in 0..chars.len() {
            let Some(rest) = chars.get(start..) else { break };
            let Some(list) = rest.first().and_then(|c| self.wordings.get(c)) else { continue };
            found.extend(list.iter().filter(|(w, _)| rest.starts_with(w)).map(|(_, concept)| *concept));
        }
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_share_a_concept() {
        let table = Synonyms::from_yaml(
            "- {term: 不动产权证书, also: [房产证, 房本]}\n- {term: 社会保障卡, also: [社保卡, 医保卡]}\n- {term: 医保电子凭证, also: [医保卡]}\n",
        )
        .unwrap();
        let of = |text: &str| table.concepts(&normalise::chars(text));
        assert_eq!(of("房本没下来咋办"), of("不动产权证书办理"));
        assert_eq!(of("医保卡丢了").len(), 2);
        assert!(of("今天天气").is_empty());
        assert!(Synonyms::from_yaml("- {term: a}").is_err());
        assert!(Synonyms::from_yaml("").unwrap().is_empty());
    }
}
