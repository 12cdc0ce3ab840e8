//! Ningbo speech: its words, and the same sentence in Mandarin.
//!
//! The lexicon is the starter pack's; its words and meanings come from the Ningbo dictionary of ionkaon (CC BY 4.0).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::concepts::Concepts;

/// One line of the lexicon.
#[derive(Debug, Clone, Deserialize)]
struct Entry {
    word: String,
    mandarin: String,
    #[serde(default)]
    weight: u8,
    #[serde(default)]
    unless: Vec<String>,
}

/// Ningbo words with their Mandarin wording.
#[derive(Debug, Default)]
pub struct Dialect {
    words: HashMap<char, Vec<(Vec<char>, Option<String>, u8)>>,
    marks: Concepts,
}

static BUILTIN: LazyLock<Dialect> =
    LazyLock::new(|| Dialect::parse(include_str!("../../../packs/starter/lexicon/ningbo.yaml")));

/// The lexicon built in.
pub fn builtin() -> &'static Dialect {
    &BUILTIN
}

/// Its words by how strongly they mark Ningbo speech, as a source of features.
pub fn marks() -> &'static Concepts {
    &BUILTIN.marks
}

impl Dialect {
    /// Reads a lexicon; lines that cannot be read leave it empty.
    pub fn parse(yaml: &str) -> Self {
        let entries: Vec<Entry> = serde_yaml_ng::from_str(yaml).unwrap_or_default();
        let mut words: HashMap<char, Vec<(Vec<char>, Option<String>, u8)>> = HashMap::new();
        let mut marks = String::new();
        for entry in entries {
            for name in &entry.unless {
                add(&mut words, name, None, 0);
                marks.push_str(&format!("name: {name}\n"));
            }
            marks.push_str(&format!("ningbo{}: {}\n", entry.weight, entry.word));
            add(&mut words, &entry.word, Some(entry.mandarin), entry.weight);
        }
        for list in words.values_mut() {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        }
        Self { words, marks: Concepts::parse(&marks) }
    }

    /// The longest word that starts a text: its length, its Mandarin, its weight.
    fn at(&self, chars: &[char]) -> Option<(usize, Option<&str>, u8)> {
        let list = self.words.get(chars.first()?)?;
        let (word, mandarin, weight) = list.iter().find(|(word, _, _)| chars.starts_with(word))?;
        Some((word.len(), mandarin.as_deref(), *weight))
    }

    /// How strongly the words mark Ningbo speech: the sum of their weights.
    pub fn strength(&self, text: &str) -> u32 {
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut sum) = (0, 0);
        while let Some(rest) = chars.get(at..).filter(|rest| !rest.is_empty()) {
            match self.at(rest) {
                Some((length, mandarin, weight)) => {
                    sum += if mandarin.is_some() { u32::from(weight) } else { 0 };
                    at += length.max(1);
                }
                None => at += 1,
            }
        }
        sum
    }

    /// The text in Mandarin: words of at least this weight replaced, the longest first.
    pub fn mandarin(&self, text: &str, least: u8) -> String {
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = chars.get(at..).filter(|rest| !rest.is_empty()) {
            match self.at(rest) {
                Some((length, mandarin, weight)) => {
                    match mandarin.filter(|_| weight >= least) {
                        Some(mandarin) => out.push_str(mandarin),
                        None => out.extend(rest.iter().take(length)),
                    }
                    at += length.max(1);
                }
                None => {
                    out.extend(rest.first());
                    at += 1;
                }
            }
        }
        out
    }
}

fn add(
    words: &mut HashMap<char, Vec<(Vec<char>, Option<String>, u8)>>,
    word: &str,
    mandarin: Option<String>,
    weight: u8,
) {
    let chars: Vec<char> = word.chars().collect();
    if let Some(&first) = chars.first() {
        words.entry(first).or_default().push((chars, mandarin, weight));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ningbo_words_become_mandarin() {
        let dialect = builtin();
        assert!(dialect.strength("阿拉屋里侬晓得伐") >= 5);
        assert!(dialect.mandarin("阿拉要办低保", 1).starts_with("我们"));
        assert_eq!(dialect.mandarin("阿拉善盟怎么走", 1), "阿拉善盟怎么走");
        assert_eq!(dialect.strength("今天天气很好"), 0);
    }
}
