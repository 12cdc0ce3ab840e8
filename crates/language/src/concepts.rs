//! Words by concept: one line of the lexicon names a concept and the words that show it.

use std::collections::HashMap;

/// Finds the concepts a text names. Of the words that start at one place the longest counts.
#[derive(Debug, Clone, Default)]
pub struct Concepts {
    names: Vec<String>,
    words: HashMap<char, Vec<(Vec<char>, u16)>>,
}

/// A concept named in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Its number.
    pub concept: u16,
    /// Where the word starts, in characters.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

impl Concepts {
    /// Reads lines `name: word word …`; `#` starts a comment. A name may stand on several lines.
    pub fn parse(text: &str) -> Self {
        let mut concepts = Self::default();
        for line in text.lines() {
            let line = line.trim();
            let Some((name, words)) = line.split_once(':').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let number = concepts.number(name.trim());
            for word in words.split_whitespace() {
                let chars: Vec<char> = word.chars().collect();
                if let Some(&first) = chars.first() {
                    concepts.words.entry(first).or_default().push((chars, number));
                }
            }
        }
        for list in concepts.words.values_mut() {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
            list.dedup();
        }
        concepts
    }

    fn number(&mut self, name: &str) -> u16 {
        let known = self.names.iter().position(|n| n == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u16
    }

    /// The name of a concept.
    pub fn name(&self, concept: u16) -> &str {
        self.names.get(usize::from(concept)).map_or("", String::as_str)
    }

    /// A number that depends on the concept's name alone, not on its place in the file.
    pub fn mark(&self, concept: u16) -> u32 {
        self.name(concept)
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    /// The number of concepts.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All words with their concept, for training.
    pub fn entries(&self) -> impl Iterator<Item = (String, &str)> {
        self.words.values().flatten().map(|(word, concept)| (word.iter().collect(), self.name(*concept)))
    }

    /// The concepts named, left to right; a word that lies within a longer word already found is left out.
    pub fn find(&self, chars: &[char]) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        let mut covered = 0;
        for from in 0..chars.len() {
            let Some(rest) = chars.get(from..) else { break };
            let Some(list) = rest.first().and_then(|c| self.words.get(c)) else { continue };
            let mut longest = 0;
            for (word, concept) in list {
                if word.len() < longest || from + word.len() <= covered {
                    break;
                }
                if rest.starts_with(word) {
                    longest = word.len();
                    found.push(Named { concept: *concept, from, to: from + longest });
                }
            }
            covered = covered.max(from + longest);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_counts() {
        let concepts = Concepts::parse("# x\nfund: 公积金 住房公积金\nhouse: 住房 房子\nfund: 冲还贷\n");
        let chars: Vec<char> = "住房公积金买房子冲还贷".chars().collect();
        let names: Vec<_> = concepts.find(&chars).iter().map(|n| concepts.name(n.concept)).collect();
        assert_eq!(names, ["fund", "house", "fund"]);
    }
}
