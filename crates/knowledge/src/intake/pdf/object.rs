//! What a PDF is written in (ISO 32000-1, 7.2 and 7.3): numbers, names, strings, arrays, dictionaries. The same words make files,
//! drawings and maps of characters.

use std::collections::BTreeMap;
use std::ops::Range;

/// Arrays within arrays.
const DEEPEST: usize = 64;
/// Values in one object; more is no document.
const MOST_VALUES: usize = 500_000;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    Number(f64),
    Name(String),
    String(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    Reference(u32),
    Stream(Box<Stream>),
    /// An operator, true, false, null, and what belongs nowhere.
    Word(String),
}

pub(super) const NULL: Object = Object::Word(String::new());
/// The same, to be lent.
pub(super) static NONE: Object = NULL;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stream {
    pub dict: Dict,
    /// Where its bytes lie in the file.
    pub at: Range<usize>,
    pub number: u32,
    pub generation: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dict(BTreeMap<String, Object>);

impl Dict {
    pub fn get(&self, key: &str) -> &Object {
        self.0.get(key).unwrap_or(&NONE)
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Pairs of names and values; what is no pair is passed over.
    fn of(values: Vec<Object>) -> Self {
        let mut dict = BTreeMap::new();
        let mut values = values.into_iter();
        while let Some(key) = values.next() {
            if let Object::Name(key) = key
                && let Some(value) = values.next()
            {
                dict.insert(key, value);
            }
        }
        Self(dict)
    }
}

impl Object {
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub fn name(&self) -> &str {
        if let Self::Name(name) = self { name } else { "" }
    }

    pub fn bytes(&self) -> &[u8] {
        if let Self::String(bytes) = self { bytes } else { &[] }
    }

    pub fn items(&self) -> &[Self] {
        if let Self::Array(items) = self { items } else { &[] }
    }

    /// A dictionary, or that of a stream.
    pub fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            Self::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }
}

/// A place in bytes that are read word by word.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub at: usize,
    left: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, left: MOST_VALUES }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    pub fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => self.skip_while(|byte| !matches!(byte, b'\r' | b'\n')),
                _ if is_blank(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    fn skip_while(&mut self, while_so: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&while_so) {
            self.at += 1;
        }
    }

    /// The next value; none at the end, and where it is broken.
    pub fn object(&mut self) -> Option<Object> {
        self.left = MOST_VALUES;
        self.value(DEEPEST)
    }

    fn value(&mut self, depth: usize) -> Option<Object> {
        self.left = self.left.checked_sub(1)?;
        self.skip_blank();
        match self.peek()? {
            b'/' => Some(Object::Name(self.name())),
            b'(' => self.literal().map(Object::String),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                self.values(depth, b'>').map(|values| Object::Dict(Dict::of(values)))
            }
            b'<' => Some(Object::String(self.hexadecimal())),
            b'[' => {
                self.at += 1;
                self.values(depth, b']').map(Object::Array)
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => Some(self.figure()),
            byte if is_delimiter(byte) => {
                self.at += 1;
                Some(Object::Word(char::from(byte).to_string()))
            }
            _ => Some(Object::Word(self.word())),
        }
    }

    /// Values up to a closing sign, references put together.
    fn values(&mut self, depth: usize, close: u8) -> Option<Vec<Object>> {
        let depth = depth.checked_sub(1)?;
        let mut values = Vec::new();
        loop {
            self.skip_blank();
            if self.peek()? == close {
                self.at += if close == b'>' { 2 } else { 1 };
                return Some(values);
            }
            match self.value(depth)? {
                Object::Word(word) if word == "R" => {
                    let reference = match values.get(values.len().wrapping_sub(2)) {
                        Some(Object::Number(number)) => Object::Reference(*number as u32),
                        _ => continue,
                    };
                    values.truncate(values.len() - 2);
                    values.push(reference);
                }
                // What should have ended before it.
                Object::Word(word) if matches!(word.as_str(), "endobj" | "stream" | "endstream") => {
                    return None;
                }
                value => values.push(value),
            }
        }
    }

    fn name(&mut self) -> String {
        self.at += 1;
        let mut name = String::new();
        while let Some(byte) = self.peek().filter(|byte| !is_blank(*byte) && !is_delimiter(*byte)) {
            self.at += 1;
            let digits = self.bytes.get(self.at..self.at + 2).filter(|_| byte == b'#');
            let meant = digits.and_then(|two| Some(hex(*two.first()?)? * 16 + hex(*two.last()?)?));
            if meant.is_some() {
                self.at += 2;
            }
            name.push(char::from(meant.unwrap_or(byte)));
        }
        name
    }

    fn word(&mut self) -> String {
        let from = self.at;
        self.skip_while(|byte| !is_blank(byte) && !is_delimiter(byte));
        String::from_utf8_lossy(self.bytes.get(from..self.at).unwrap_or_default()).into_owned()
    }

    fn figure(&mut self) -> Object {
        let from = self.at;
        self.skip_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'));
        let digits = String::from_utf8_lossy(self.bytes.get(from..self.at).unwrap_or_default());
        // Some programs write --1 and 1.-2.
        let sound = digits.trim_start_matches("--");
        let sound = sound.get(..1).into_iter().chain(sound.get(1..).and_then(|rest| rest.split('-').next()));
        let number: f64 = sound.collect::<String>().parse().unwrap_or_default();
        Object::Number(if number.is_finite() { number } else { 0.0 })
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let from = self.at;
        self.skip_while(|byte| byte != b'>');
        let digits: Vec<u8> =
            self.bytes.get(from..self.at).unwrap_or_default().iter().filter_map(|byte| hex(*byte)).collect();
        self.at += 1;
        digits
            .chunks(2)
            .map(|two| two.iter().fold(0, |sum, digit| sum * 16 + digit) << (8 - 4 * two.len()))
            .collect()
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let (mut out, mut open) = (Vec::new(), 1usize);
        loop {
            let byte = self.next()?;
            match byte {
                b'(' => open += 1,
                b')' if open == 1 => return Some(out),
                b')' => open -= 1,
                b'\\' => {
                    self.escaped(&mut out)?;
                    continue;
                }
                _ => {}
            }
            out.push(byte);
        }
    }

    /// Reads what follows a backslash; a line's end there stands for nothing.
    fn escaped(&mut self, out: &mut Vec<u8>) -> Option<()> {
        out.push(match self.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Some(()),
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return Some(());
            }
            digit @ b'0'..=b'7' => {
                let mut code = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    self.at += 1;
                    code = code * 8 + u32::from(digit - b'0');
                }
                code as u8
            }
            other => other,
        });
        Some(())
    }

    /// Goes past the bytes of a picture that stands in a drawing: ID ... EI.
    pub fn skip_picture(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let ends = |four: &[u8]| matches!(four, [a, b'E', b'I', b] if is_blank(*a) && is_blank(*b));
        self.at += rest.windows(4).position(ends).map_or(rest.len(), |at| at + 3);
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 12)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        let text = b"<</A#20B [1 -.5 12 0 R (a\\(b\\101(c)\\\n) <4e2D5>] % note\n/C null/D true>> Tj";
        let mut lexer = Lexer::new(text, 0);
        let dict = lexer.object().unwrap();
        let items = dict.dict().unwrap().get("A B").items().to_vec();
        assert_eq!(items[..3], [Object::Number(1.0), Object::Number(-0.5), Object::Reference(12)]);
        assert_eq!((items[3].bytes(), items[4].bytes()), (&b"a(bA(c)"[..], &b"\x4e\x2d\x50"[..]));
        assert_eq!(lexer.object(), Some(Object::Word("Tj".to_owned())));
        assert_eq!(lexer.object(), None);
    }

    #[test]
    fn depth_and_number_of_values_are_bounded() {
        assert_eq!(Lexer::new(&b"[".repeat(100_000), 0).object(), None);
        let wide = [b"[".to_vec(), b"1 ".repeat(MOST_VALUES + 1), b"]".to_vec()].concat();
        assert_eq!(Lexer::new(&wide, 0).object(), None);
    }
}
