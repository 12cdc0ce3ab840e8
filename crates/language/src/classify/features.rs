//! The views of a text as hashed features, and a vocabulary that gives them values.

use super::solve::Value;
use super::text::words;

/// How many views there are.
const VIEWS: usize = 3;
/// How long each view is beside the others: characters, words, opening.
const LENGTHS: [f32; VIEWS] = [1.0, 1.0, 0.6];
/// The longest character sequence.
const GRAMS: usize = 3;
/// The characters of an opening.
const OPENING: usize = 25;
/// The rarity that a byte of 255 stands for: one text in 60,000.
const RAREST: f32 = 12.0;

/// The features of each view with how often they occur, ascending by feature.
pub type Counted = [Vec<(u32, u16)>; VIEWS];

/// A feature's number: a hash of its view and content.
#[derive(Clone, Copy)]
struct Key(u64);

impl Key {
    const fn of(kind: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ kind.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    const fn with(self, value: u32) -> Self {
        Self((self.0 ^ value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
    }

    fn word(self, word: &str) -> Self {
        word.chars().fold(self, |key, c| key.with(c as u32))
    }

    const fn done(self) -> u32 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed >> 32) as u32
    }
}

/// The feature of a single word.
pub fn word_key(word: &str) -> u32 {
    Key::of(2).word(word).done()
}

/// The features of a text.
pub fn counted(text: &str) -> Counted {
    let words = words(text);
    let chars: Vec<char> = words.iter().flat_map(|word| word.chars()).collect();
    let of_words: Vec<u32> = words.iter().map(|word| word_key(word)).collect();
    let opening = chars.get(..OPENING).unwrap_or(&chars);
    [count(grams(&chars, 1)), count(of_words), count(grams(opening, 4))]
}

fn grams(chars: &[char], kind: u64) -> Vec<u32> {
    let mut out = Vec::with_capacity(chars.len() * GRAMS);
    for from in 0..chars.len() {
        let mut key = Key::of(kind);
        for c in chars.iter().skip(from).take(GRAMS) {
            key = key.with(*c as u32);
            out.push(key.done());
        }
    }
    out
}

fn count(mut features: Vec<u32>) -> Vec<(u32, u16)> {
    features.sort_unstable();
    features
        .chunk_by(|a, b| a == b)
        .filter_map(|same| {
            same.first().map(|feature| (*feature, same.len().min(usize::from(u16::MAX)) as u16))
        })
        .collect()
}

/// The features known from training, each with its rarity (inverse document frequency, as a byte).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    keys: Vec<u32>,
    rarity: Vec<u8>,
    /// Places plus one by the upper bits of the key, 0 for none; at most half full.
    table: Vec<u32>,
    shift: u32,
}

impl Vocabulary {
    /// What stands in at least `least` of the texts.
    pub fn of(texts: &[&Counted], least: usize) -> Self {
        let mut all: Vec<u32> =
            texts.iter().flat_map(|views| views.iter().flatten()).map(|(feature, _)| *feature).collect();
        all.sort_unstable();
        let texts = texts.len() as f32;
        let kept = all.chunk_by(|a, b| a == b).filter(|same| same.len() >= least);
        let (keys, rarity) = kept
            .filter_map(|same| {
                let rarity = ((1.0 + texts) / (1.0 + same.len() as f32)).ln() + 1.0;
                let byte = (rarity / RAREST * 255.0).round().clamp(1.0, 255.0) as u8;
                same.first().map(|key| (*key, byte))
            })
            .unzip();
        Self::new(keys, rarity)
    }

    /// From its stored parts.
    pub fn new(keys: Vec<u32>, rarity: Vec<u8>) -> Self {
        let slots = (keys.len() * 2).next_power_of_two().max(2);
        let shift = 32 - slots.trailing_zeros().min(31);
        let mut new = Self { keys, rarity, table: vec![0; slots], shift };
        for at in 0..new.keys.len() {
            let key = new.keys.get(at).copied().unwrap_or_default();
            let mut slot = (key >> shift) as usize;
            while new.table.get(slot).is_some_and(|place| *place != 0) {
                slot = (slot + 1) % slots;
            }
            if let Some(place) = new.table.get_mut(slot) {
                *place = at as u32 + 1;
            }
        }
        new
    }

    /// Its features, ascending.
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// Their rarities.
    pub fn rarities(&self) -> &[u8] {
        &self.rarity
    }

    /// The place of a feature.
    pub fn place(&self, key: u32) -> Option<usize> {
        let mut slot = (key >> self.shift) as usize;
        loop {
            let place = self.table.get(slot).copied().filter(|place| *place != 0)? as usize - 1;
            if self.keys.get(place) == Some(&key) {
                return Some(place);
            }
            slot = (slot + 1) % self.table.len();
        }
    }

    /// How rare the feature at a place is.
    pub fn rarity(&self, place: usize) -> f32 {
        f32::from(self.rarity.get(place).copied().unwrap_or(0)) * RAREST / 255.0
    }

    /// A text as places and values: rarity times the logarithm of the count, each view scaled to its length and the whole to one.
    pub fn row(&self, counted: &Counted) -> Vec<Value> {
        let mut row = Vec::with_capacity(counted.iter().map(Vec::len).sum());
        let mut whole = 0.0_f32;
        for (view, length) in counted.iter().zip(LENGTHS) {
            let from = row.len();
            let mut squares = 0.0_f32;
            for (feature, count) in view {
                let Some(place) = self.place(*feature) else { continue };
                let value = self.rarity(place) * (1.0 + f32::from(*count).ln());
                squares += value * value;
                row.push(Value { at: place as u32, value });
            }
            if squares > 0.0 {
                whole += length * length;
                let scale = length / squares.sqrt();
                row.iter_mut().skip(from).for_each(|entry| entry.value *= scale);
            }
        }
        if whole > 0.0 {
            let scale = whole.sqrt().recip();
            for entry in &mut row {
                entry.value *= scale;
            }
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_at_its_place_and_no_other_is() {
        let texts: Vec<Counted> =
            ["楼顶水箱长年不洗", "拖欠农民工工资", "学校食堂收费"].iter().map(|t| counted(t)).collect();
        let known = Vocabulary::of(&texts.iter().collect::<Vec<_>>(), 1);
        for (at, key) in known.keys().iter().enumerate() {
            assert_eq!(known.place(*key), Some(at));
        }
        assert_eq!(known.place(word_key("从未见过的词")), None);
        assert_eq!(Vocabulary::new(Vec::new(), Vec::new()).place(7), None);
        let length: f32 = known.row(&texts[0]).iter().map(|v| v.value * v.value).sum();
        assert!((length - 1.0).abs() < 1e-4);
        assert!(known.row(&counted("")).is_empty());
    }
}
