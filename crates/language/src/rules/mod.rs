//! A small rule language for words that must be heard without any model, and its matcher.
//!
//! A rule file has three kinds of line: `# comment`, `let NAME = pattern` (used as `{NAME}` in later lines) and
//! `verdict: pattern`. Patterns are the plain part of regular expressions: characters, `.`, `[..]`, `[^..]`, `(?:a|b)`,
//! `? * + {m,n}`, `^ $`, `\d`. Texts are at most [`WIDTH`] characters; one bit stands for one place in the text, so a
//! pattern is matched from all places at once and a whole file costs microseconds, whatever the text.

mod parse;
mod text;

use std::collections::BTreeMap;

pub use parse::RuleError;
pub use text::{Line, WIDTH, lines};

use parse::Parser;

/// A pattern, as a tree over character numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// One character.
    Char(u16),
    /// Any one of these characters, or any other than these.
    Set { chars: Vec<u16>, negated: bool },
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// One after the other.
    Seq(Vec<Node>),
    /// Any of them.
    Alt(Vec<Node>),
    /// Between `min` and `max` times.
    Repeat { node: Box<Node>, min: u8, max: u8 },
    /// A named group.
    Group(usize),
}

/// The rules of one file, by verdict.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Character numbers from 1; 0 is any character no rule names.
    numbers: Vec<u16>,
    count: usize,
    groups: Vec<Node>,
    verdicts: BTreeMap<String, Vec<Node>>,
}

impl Rules {
    /// Reads a rule file.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut parser = Parser::default();
        parser.file(text)?;
        let mut numbers = vec![0; 0x1_0000];
        for (c, number) in &parser.chars {
            if let Some(place) = numbers.get_mut(*c as usize) {
                *place = *number;
            }
        }
        Ok(Self { numbers, count: parser.chars.len() + 1, groups: parser.groups, verdicts: parser.verdicts })
    }

    /// The number a character has in these rules.
    fn number(&self, c: char) -> u16 {
        self.numbers.get(c as usize).copied().unwrap_or(0)
    }

    /// The text prepared for these rules; cut at [`WIDTH`].
    pub fn line(&self, text: &str) -> Line {
        Line::new(text.chars(), self.count, |c| self.number(c))
    }

    /// The words of the first rule of the verdict that matches.
    pub fn find(&self, verdict: &str, line: &Line) -> Option<String> {
        let rule = self.rules(verdict).iter().find(|rule| self.ends(rule, line, line.places()) != 0)?;
        let (from, to) = self.span(rule, line, 0)?;
        Some(line.words(from, to))
    }

    /// The words of every match of the verdict, left to right: of matches that overlap the first, then the longest.
    pub fn spans(&self, verdict: &str, line: &Line) -> Vec<String> {
        let mut at = 0;
        let mut found = Vec::new();
        while at < line.len() {
            let spans = self.rules(verdict).iter().filter_map(|rule| self.span(rule, line, at));
            let Some((from, to)) =
                spans.filter(|(from, to)| to > from).min_by_key(|(from, to)| (*from, line.len() - to))
            else {
                break;
            };
            found.push(line.words(from, to));
            at = to;
        }
        found
    }

    /// The numbers of all rules of the verdict that match.
    pub fn all(&self, verdict: &str, line: &Line) -> Vec<usize> {
        let rules = self.rules(verdict).iter().enumerate();
        rules.filter(|(_, rule)| self.ends(rule, line, line.places()) != 0).map(|(at, _)| at).collect()
    }

    /// Puts a mark no rule names in place of whatever the verdict's rules match; whether anything did.
    pub fn blank(&self, verdict: &str, line: &mut Line) -> bool {
        let mut any = false;
        for rule in self.rules(verdict) {
            if self.ends(rule, line, line.places()) == 0 {
                continue;
            }
            let mut at = 0;
            let mut found = Vec::new();
            while let Some((from, to)) = self.span(rule, line, at) {
                found.push((from, to));
                at = to.max(from + 1);
            }
            for (from, to) in found {
                any |= to > from;
                line.erase(from, to);
            }
        }
        any
    }

    /// The verdicts the file names.
    pub fn verdicts(&self) -> impl Iterator<Item = &str> {
        self.verdicts.keys().map(String::as_str)
    }

    /// How many rules a verdict has.
    pub fn count(&self, verdict: &str) -> usize {
        self.rules(verdict).len()
    }

    fn rules(&self, verdict: &str) -> &[Node] {
        self.verdicts.get(verdict).map_or(&[], Vec::as_slice)
    }

    /// The leftmost, longest match that starts at `at` or later. The start is found by halving: a match from any of a
    /// set of places is looked for at once.
    fn span(&self, rule: &Node, line: &Line, at: usize) -> Option<(usize, usize)> {
        let (mut low, mut high) = (at, line.len() + 1);
        let between = |from: usize, to: usize| line.places() & ((1 << to) - 1) & !((1 << from) - 1);
        if at >= high || self.ends(rule, line, between(at, high)) == 0 {
            return None;
        }
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.ends(rule, line, between(low, middle)) == 0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        let last = 127_u32.checked_sub(self.ends(rule, line, 1 << low).leading_zeros())?;
        Some((low, last as usize))
    }

    /// The places a pattern can end at, when it starts at any of `from`.
    fn ends(&self, node: &Node, line: &Line, from: u128) -> u128 {
        if from == 0 {
            return 0;
        }
        match node {
            Node::Char(number) => (from & line.at(*number)) << 1,
            Node::Set { chars, negated } => {
                let mut places = 0;
                for number in chars {
                    places |= line.at(*number);
                }
                (from & if *negated { !places & line.inside() } else { places }) << 1
            }
            Node::Start => from & 1,
            Node::End => from & (1 << line.len()),
            Node::Seq(list) => {
                let mut places = from;
                for node in list {
                    places = self.ends(node, line, places);
                    if places == 0 {
                        break;
                    }
                }
                places
            }
            Node::Alt(list) => list.iter().fold(0, |all, node| all | self.ends(node, line, from)),
            Node::Repeat { node, min, max } => {
                let mut places = from;
                for _ in 0..*min {
                    places = self.ends(node, line, places);
                }
                let mut all = places;
                for _ in *min..*max {
                    places = self.ends(node, line, places) & !all;
                    if places == 0 {
                        break;
                    }
                    all |= places;
                }
                all
            }
            Node::Group(number) => self.groups.get(*number).map_or(0, |group| self.ends(group, line, from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(rules: &Rules, verdict: &str, text: &str) -> Option<String> {
        rules.find(verdict, &rules.line(text))
    }

    #[test]
    fn groups_are_named_once_and_used() {
        let rules = Rules::parse("let V = 转|接\nwish: {V}人工\nmask: 人工费.{0,2}\n").unwrap();
        assert_eq!(hit(&rules, "wish", "请转人工吧").as_deref(), Some("转人工"));
        assert_eq!(hit(&rules, "wish", "人工"), None);
        assert_eq!(hit(&rules, "unknown", "转人工"), None);
        let mut line = rules.line("这人工费贵，真的");
        assert!(rules.blank("mask", &mut line));
        assert_eq!(line.words(0, line.len()), "这※※※※※真的");
    }

    #[test]
    fn patterns_mean_what_regular_expressions_mean() {
        let rules =
            Rules::parse("a: ^好[的了]?$\nb: 跟[^，]{0,3}说\nc: (?:转|接)+(?:人|机)工\nd: \\d{2,4}号|末$")
                .unwrap();
        for (verdict, yes, no) in [
            ("a", "好的", "好的吧"),
            ("a", "好", "你好"),
            ("b", "跟你们的说", "跟你，说"),
            ("b", "我跟说", "跟一二三四说"),
            ("c", "转接人工", "人工"),
            ("d", "找123号", "找1号"),
            ("d", "周末", "末尾"),
        ] {
            assert!(hit(&rules, verdict, yes).is_some(), "{verdict} {yes}");
            assert!(hit(&rules, verdict, no).is_none(), "{verdict} {no}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        assert_eq!(Rules::parse("# x\nwish 转").unwrap_err().line, 2);
        assert!(Rules::parse("wish: {V}").unwrap_err().reason.contains('V'));
        assert!(Rules::parse("wish: (").is_err());
        assert!(Rules::parse("wish: a)").is_err());
        assert!(Rules::parse("wish: *a").is_err());
    }
}
