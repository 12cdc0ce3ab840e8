//! A text as sets of places: for each character that some rule names, the bits of the places where it stands.

/// The longest text matched at once, in characters. Longer texts are read in overlapping pieces ([`lines`]).
pub const WIDTH: usize = 120;
/// How much of a piece the next one repeats: more than any rule spans.
const OVERLAP: usize = 50;
/// What stands in place of blanked words. No rule names it.
const MARK: char = '※';

/// A text prepared for matching.
#[derive(Debug, Clone)]
pub struct Line {
    chars: Vec<char>,
    numbers: Vec<u16>,
    places: Vec<u128>,
}

impl Line {
    pub(crate) fn new(chars: impl Iterator<Item = char>, count: usize, number: impl Fn(char) -> u16) -> Self {
        let chars: Vec<char> = chars.take(WIDTH).collect();
        let numbers: Vec<u16> = chars.iter().map(|c| number(*c)).collect();
        let mut places = vec![0; count];
        for (at, number) in numbers.iter().enumerate() {
            if let Some(bits) = places.get_mut(usize::from(*number)) {
                *bits |= 1 << at;
            }
        }
        Self { chars, numbers, places }
    }

    /// Its length in characters.
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// Whether it has no character.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// All places, the end included.
    pub(crate) fn places(&self) -> u128 {
        self.inside() | 1 << self.chars.len()
    }

    /// The places where a character stands.
    pub(crate) fn inside(&self) -> u128 {
        (1 << self.chars.len()) - 1
    }

    /// The places of one character.
    pub(crate) fn at(&self, number: u16) -> u128 {
        self.places.get(usize::from(number)).copied().unwrap_or(0)
    }

    /// The words between two places.
    pub fn words(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to).unwrap_or_default().iter().collect()
    }

    /// The characters, blanked ones as marks.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    pub(crate) fn erase(&mut self, from: usize, to: usize) {
        for at in from..to {
            if let (Some(c), Some(number)) = (self.chars.get_mut(at), self.numbers.get_mut(at)) {
                if let Some(bits) = self.places.get_mut(usize::from(*number)) {
                    *bits &= !(1 << at);
                }
                *c = MARK;
                *number = 0;
                if let Some(bits) = self.places.first_mut() {
                    *bits |= 1 << at;
                }
            }
        }
    }
}

/// A text in pieces of at most [`WIDTH`] characters, each repeating the end of the one before.
pub fn lines(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= WIDTH {
        return vec![text.to_owned()];
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        pieces.push(chars.iter().skip(from).take(WIDTH).collect());
        if from + WIDTH >= chars.len() {
            break;
        }
        from += WIDTH - OVERLAP;
    }
    pieces
}
