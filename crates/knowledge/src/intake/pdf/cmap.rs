//! Maps from a font's codes to characters (Adobe Technical Note 5014; ISO 32000-1, 9.10.3).

use std::collections::BTreeMap;

use super::object::{Lexer, Object};

/// Codes of one map.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Cmap {
    /// Lengths and ranges of codes.
    spaces: Vec<(usize, u32, u32)>,
    singles: BTreeMap<u32, String>,
    /// From the first code of a range to its last one and what the first stands for.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

impl Cmap {
    pub fn read(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::new(bytes, 0);
        let mut values = Vec::new();
        while let Some(value) = lexer.object() {
            let Object::Word(word) = value else {
                if values.len() < MOST {
                    values.push(value);
                }
                continue;
            };
            match word.as_str() {
                "endcodespacerange" => map.spaces.extend(values.chunks_exact(2).filter_map(space)),
                "endbfchar" => map.singles.extend(values.chunks_exact(2).filter_map(single)),
                "endbfrange" => values.chunks_exact(3).for_each(|range| map.range(range)),
                _ => {}
            }
            values.clear();
        }
        map
    }

    fn range(&mut self, range: &[Object]) {
        let [from, to, stands_for] = range else { return };
        let (from, to) = (code(from.bytes()), code(to.bytes()));
        if let Object::Array(items) = stands_for {
            let singles = (from..=to).zip(items).map(|(code, item)| (code, text(&units(item.bytes()))));
            self.singles.extend(singles);
        } else if to >= from {
            self.ranges.insert(from, (to, units(stands_for.bytes())));
        }
    }

    /// What a code stands for.
    pub fn text(&self, code: u32) -> Option<String> {
        if let Some(known) = self.singles.get(&code) {
            return Some(known.clone());
        }
        let (from, (to, first)) = self.ranges.range(..=code).next_back()?;
        let mut units = first.clone();
        let last = units.last_mut().filter(|_| code <= *to)?;
        *last = last.wrapping_add((code - from) as u16);
        Some(text(&units))
    }

    /// How many bytes the code at the head of a text has.
    pub fn length(&self, bytes: &[u8]) -> Option<usize> {
        let fits = |(length, from, to): &&(usize, u32, u32)| {
            bytes.get(..*length).is_some_and(|head| (*from..=*to).contains(&code(head)))
        };
        self.spaces.iter().find(fits).or(self.spaces.first()).map(|(length, ..)| *length)
    }
}

fn space(range: &[Object]) -> Option<(usize, u32, u32)> {
    let [from, to] = range else { return None };
    let length = from.bytes().len();
    (1..=4).contains(&length).then(|| (length, code(from.bytes()), code(to.bytes())))
}

fn single(pair: &[Object]) -> Option<(u32, String)> {
    let [from, stands_for] = pair else { return None };
    Some((code(from.bytes()), text(&units(stands_for.bytes()))))
}

pub(super) fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

pub(super) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks(2).map(|unit| code(unit) as u16).collect()
}

pub(super) fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_for_what_the_map_says() {
        let map = Cmap::read(
            b"1 begincodespacerange <00> <7f> <8000> <FFFF> endcodespacerange 1 beginbfchar <8001> <4E2D6587> endbfchar\n\
              2 beginbfrange <10> <12> <0041> <20> <21> [<4E00> <D840DC00>] endbfrange 1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange",
        );
        let said = |code| map.text(code).unwrap();
        assert_eq!(
            (said(0x8001), said(0x12), said(0x21)),
            ("中文".to_owned(), "C".to_owned(), "𠀀".to_owned())
        );
        assert_eq!((map.length(b"\x10\x20"), map.length(b"\x90\x20")), (Some(1), Some(2)));
    }
}
