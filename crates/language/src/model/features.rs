//! The features of an utterance: character sequences, sounds, concepts, rules that match, where it was said.

use crate::concepts::{Concepts, Named};
use crate::pinyin::syllable;
use crate::reading::Heard;
use crate::rules::{Rules, lines};
use crate::views::Views;

/// The most characters of an utterance the models look at.
const LONGEST: usize = 200;

/// Which features a task uses.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spec {
    /// The longest character sequence.
    pub grams: usize,
    /// Pairs of toneless syllables too.
    pub sounds: bool,
    /// Where it was said, alone and with each short sequence.
    pub place: bool,
    /// Rules whose matching is a feature.
    pub rules: Option<Matching>,
    /// Words by concept, each lexicon by itself.
    pub concepts: &'static [fn() -> &'static Concepts],
}

/// A rule file as a source of features.
#[derive(Debug, Clone, Copy)]
pub struct Matching {
    /// The file.
    pub rules: fn() -> &'static Rules,
    /// The verdict blanked out before the others are looked for; empty for none.
    pub blank: &'static str,
    /// The verdicts.
    pub verdicts: &'static [&'static str],
}

/// A feature is the hash of its kind and content.
pub type Features = Vec<u32>;

#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const fn of(kind: u8) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ kind as u64)
    }

    const fn with(self, value: u32) -> Self {
        Self((self.0 ^ value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
    }

    fn text(self, text: &str) -> Self {
        text.bytes().fold(self, |hash, byte| hash.with(u32::from(byte)))
    }

    const fn done(self) -> u32 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed >> 32) as u32
    }
}

/// The features of an utterance, each once, in ascending order.
pub fn features(views: &Views, heard: &Heard, spec: &Spec) -> Features {
    let mut out = Vec::with_capacity(256);
    let mut chars: Vec<char> = Vec::with_capacity(views.solid.len() / 3 + 2);
    chars.push('^');
    // Arabic digits carry their number, not their value.
    chars.extend(views.solid.chars().take(LONGEST).map(|c| if c.is_ascii_digit() { '0' } else { c }));
    chars.push('$');
    grams(&chars, spec.grams, &mut out);
    if spec.sounds {
        sounds(&chars, &mut out);
    }
    if spec.place {
        place(&chars, heard, &mut out);
    }
    for words in spec.concepts {
        concepts(words(), &chars, &mut out);
    }
    if let Some(rules) = &spec.rules {
        matching(rules, views, &mut out);
    }
    latin(&views.latin, &mut out);
    out.sort_unstable();
    out.dedup();
    out
}

fn grams(chars: &[char], longest: usize, out: &mut Features) {
    for from in 0..chars.len() {
        let mut hash = Hash::of(1);
        for c in chars.iter().skip(from).take(longest) {
            hash = hash.with(*c as u32);
            out.push(hash.done());
        }
    }
}

fn sounds(chars: &[char], out: &mut Features) {
    let sound = |c: char| syllable(c).map_or(c as u32, |s| Hash::of(9).text(s).done());
    let all: Vec<u32> = chars.iter().map(|c| sound(*c)).collect();
    for pair in all.windows(2) {
        out.push(pair.iter().fold(Hash::of(2), |hash, s| hash.with(*s)).done());
    }
    for triple in all.windows(3) {
        out.push(triple.iter().fold(Hash::of(3), |hash, s| hash.with(*s)).done());
    }
}

fn place(chars: &[char], heard: &Heard, out: &mut Features) {
    let (place, question) = match heard {
        Heard::Opening => ("opening", ""),
        Heard::AfterAnswer => ("answer", ""),
        Heard::AfterFail => ("fail", ""),
        Heard::Offered => ("offered", ""),
        Heard::Queue => ("queue", ""),
        Heard::Form(question) => ("form", question.as_str()),
    };
    let here = Hash::of(4).text(place);
    out.push(here.done());
    for pair in chars.windows(2) {
        out.push(pair.iter().fold(here.with(1), |hash, c| hash.with(*c as u32)).done());
    }
    for triple in chars.windows(3) {
        out.push(triple.iter().fold(here.with(2), |hash, c| hash.with(*c as u32)).done());
    }
    let length = Hash::of(5).text(place).with(chars.len().min(40) as u32 / 4);
    out.push(length.done());
    let asked: Vec<char> = question.chars().take(40).collect();
    for pair in asked.windows(2) {
        out.push(pair.iter().fold(Hash::of(6), |hash, c| hash.with(*c as u32)).done());
    }
}

fn concepts(words: &Concepts, chars: &[char], out: &mut Features) {
    let found = words.find(chars);
    let name = |named: &Named| words.mark(named.concept);
    for named in &found {
        out.push(Hash::of(7).with(name(named)).done());
        // With what stands on either side: 找+人工 and 人工+费 differ.
        for (side, at) in [(1, named.from.checked_sub(1)), (2, Some(named.to))] {
            if let Some(c) = at.and_then(|at| chars.get(at)) {
                out.push(Hash::of(8).with(side).with(name(named)).with(*c as u32).done());
            }
        }
    }
    for (at, first) in found.iter().enumerate() {
        for second in found.iter().skip(at + 1).take(3) {
            out.push(Hash::of(10).with(name(first)).with(name(second)).done());
        }
    }
}

fn matching(matching: &Matching, views: &Views, out: &mut Features) {
    let rules = (matching.rules)();
    for piece in lines(&views.clauses).iter().take(3) {
        let mut line = rules.line(piece);
        let mut seen: Vec<u32> = Vec::new();
        if !matching.blank.is_empty() && rules.blank(matching.blank, &mut line) {
            seen.push(Hash::of(11).text(matching.blank).done());
        }
        for verdict in matching.verdicts {
            let all = rules.all(verdict, &line);
            if !all.is_empty() {
                seen.push(Hash::of(11).text(verdict).done());
            }
            for rule in all {
                out.push(Hash::of(12).text(verdict).with(rule as u32).done());
            }
        }
        // A sign of danger and 去年 together are another thing than either.
        for (at, first) in seen.iter().enumerate() {
            out.push(*first);
            for second in seen.iter().skip(at + 1) {
                out.push(Hash::of(15).with(*first).with(*second).done());
            }
        }
        if seen.is_empty() {
            out.push(Hash::of(16).done());
        }
    }
}

fn latin(words: &str, out: &mut Features) {
    let words: Vec<&str> = words.split(' ').filter(|w| !w.is_empty()).take(40).collect();
    for word in &words {
        out.push(Hash::of(13).text(word).done());
    }
    for pair in words.windows(2) {
        out.push(pair.iter().fold(Hash::of(14), |hash, w| hash.text(w).with(0)).done());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_the_same_each_time_and_differ_by_place() {
        let spec = Spec { grams: 3, sounds: true, place: true, ..Spec::default() };
        let views = Views::of("我要转人工");
        let at = |heard: Heard| features(&views, &heard, &spec);
        assert_eq!(at(Heard::Opening), at(Heard::Opening));
        assert_ne!(at(Heard::Opening), at(Heard::Offered));
        assert!(features(&Views::of(""), &Heard::Opening, &spec).len() < 12);
    }
}
