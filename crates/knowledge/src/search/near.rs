//! The built-in vectors: a sum of learned vectors of character n-grams, made to length 1.
//!
//! No network, no dictionary: a table of some tens of thousands of n-grams in signed bytes. How it was learned:
//! `tools/ranker`.

use std::sync::{Arc, LazyLock};

use language::normalise;

use super::embed::{Embedder, Packed, dot};
use super::terms::{NumberMap, hash_text};

static BUILTIN: LazyLock<Arc<NgramVectors>> = LazyLock::new(|| {
    let table = include_bytes!("../../assets/near.bin");
    Arc::new(NgramVectors::read(table).unwrap_or_default())
});

const MAGIC: &[u8] = b"MSV1";
/// Longest n-gram looked up.
const LONGEST: usize = 2;
/// Characters of a text that are read; a caller's question is shorter, a story's sense is at its start.
const READ: usize = 160;
/// Characters of a text that are aligned one by one.
const ALIGNED: usize = 40;

/// Vectors from a table of n-grams.
#[derive(Default)]
pub struct NgramVectors {
    dimensions: usize,
    rows: NumberMap<u32, u32>,
    scales: Vec<f32>,
    /// Length of each row's vector: how much the n-gram says.
    lengths: Vec<f32>,
    bytes: Vec<i8>,
}

/// A text by its n-grams' vectors.
#[derive(Debug, Clone, Default)]
pub struct Sense {
    /// Rows of the single characters, in order; characters without a row left out.
    chars: Box<[u32]>,
    /// Rows of all n-grams, sorted.
    rows: Box<[u32]>,
    /// The sum of all rows.
    sum: Packed,
}

impl Sense {
    /// The whole text as one vector.
    pub const fn sum(&self) -> &Packed {
        &self.sum
    }
}

/// How two senses compare beyond their cosine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alignment {
    /// How well each character of the first finds a like one in the second, weighed by how much it says.
    pub first: f32,
    /// The same the other way round.
    pub second: f32,
    /// Length of the difference of the sums, of the sum of their lengths.
    pub apart: f32,
    /// Cosine of what each has and the other lacks: high when it is said in other words.
    pub rest_cosine: f32,
    /// Length of what each has and the other lacks, of the sum of their lengths.
    pub rest: f32,
}

impl std::fmt::Debug for NgramVectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NgramVectors({} x {})", self.scales.len(), self.dimensions)
    }
}

/// The table is damaged or of another version.
#[derive(Debug, thiserror::Error)]
#[error("向量表损坏或版本不符，请重新安装程序附带的文件")]
pub struct BadTable;

impl NgramVectors {
    /// The table that ships with the program.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// Reads a table: `MSV1`, dimensions and count (u32), then per n-gram its hash (u32) and scale (f32), then the rows
    /// in signed bytes; little-endian.
    pub fn read(table: &[u8]) -> Result<Self, BadTable> {
        let rest = table.strip_prefix(MAGIC).ok_or(BadTable)?;
        let word = |from: &[u8]| from.first_chunk::<4>().map(|b| u32::from_le_bytes(*b));
        let dimensions = word(rest).ok_or(BadTable)? as usize;
        let count = rest.get(4..).and_then(word).ok_or(BadTable)? as usize;
        let heads = count.checked_mul(8).ok_or(BadTable)?;
        let (keys, bytes) = rest.get(8..).and_then(|r| r.split_at_checked(heads)).ok_or(BadTable)?;
        if dimensions == 0 || Some(bytes.len()) != count.checked_mul(dimensions) {
            return Err(BadTable);
        }
        let mut rows: NumberMap<u32, u32> = NumberMap::default();
        let mut scales = Vec::with_capacity(count);
        for (number, key) in keys.chunks_exact(8).enumerate() {
            rows.insert(word(key).ok_or(BadTable)?, number as u32);
            scales.push(f32::from_bits(key.get(4..).and_then(word).ok_or(BadTable)?));
        }
        let bytes: Vec<i8> = bytes.iter().map(|b| *b as i8).collect();
        let length = |row: &[i8]| (dot(row, row) as f32).sqrt();
        let lengths =
            bytes.chunks_exact(dimensions).zip(&scales).map(|(row, scale)| length(row) * scale).collect();
        Ok(Self { dimensions, rows, scales, lengths, bytes })
    }

    fn find(&self, gram: &str) -> Option<u32> {
        let hash = hash_text(gram);
        self.rows.get(&((hash ^ (hash >> 32)) as u32)).copied()
    }

    fn row(&self, number: u32) -> &[i8] {
        let start = number as usize * self.dimensions;
        self.bytes.get(start..start + self.dimensions).unwrap_or_default()
    }

    /// What one unit of a row is worth once it is made to length 1.
    fn unit(&self, number: u32) -> f32 {
        self.scales.get(number as usize).copied().unwrap_or(0.0) / self.length(number).max(1e-9)
    }

    fn length(&self, number: u32) -> f32 {
        self.lengths.get(number as usize).copied().unwrap_or(0.0)
    }

    fn sum(&self, rows: impl Iterator<Item = u32>) -> Vec<f32> {
        let mut sum = vec![0.0f32; self.dimensions];
        for number in rows {
            let scale = self.scales.get(number as usize).copied().unwrap_or(0.0);
            for (cell, byte) in sum.iter_mut().zip(self.row(number)) {
                *cell += scale * f32::from(*byte);
            }
        }
        sum
    }

    /// Reads a normalised text.
    pub fn sense(&self, chars: &[char]) -> Sense {
        let read: String = chars.iter().take(READ).collect();
        let mut starts: Vec<usize> = read.char_indices().map(|(at, _)| at).collect();
        starts.push(read.len());
        let of_length = |length: usize| {
            let spans = starts.iter().zip(starts.iter().skip(length));
            spans.filter_map(|(from, to)| self.find(read.get(*from..*to)?)).collect::<Vec<u32>>()
        };
        let singles = of_length(1);
        let mut rows = singles.clone();
        rows.extend((2..=LONGEST).flat_map(of_length));
        rows.sort_unstable();
        Sense { sum: Packed::new(&self.sum(rows.iter().copied())), chars: singles.into(), rows: rows.into() }
    }
}

/// Compares one sense with many, part by part; remembers how alike characters are.
pub struct Aligner<'a> {
    vectors: &'a NgramVectors,
    asked: &'a Sense,
    /// For a character of another text, its cosine with each of the asked ones.
    known: NumberMap<u32, Box<[f32]>>,
}

impl<'a> Aligner<'a> {
    /// Everything is compared with `asked`.
    pub fn new(vectors: &'a NgramVectors, asked: &'a Sense) -> Self {
        Self { vectors, asked, known: NumberMap::default() }
    }

    /// Compares the asked sense with another.
    pub fn align(&mut self, other: &Sense) -> Alignment {
        let asked = self.asked;
        let lengths = (asked.sum.length() + other.sum.length()).max(1e-6);
        let [one, two] = [(asked, other), (other, asked)].map(|(a, b)| {
            let rest = a.rows.iter().copied().filter(|row| b.rows.binary_search(row).is_err());
            self.vectors.sum(rest)
        });
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let (one_length, two_length) = (product(&one, &one).sqrt(), product(&two, &two).sqrt());
        let both = one_length * two_length;
        let (first, second) = self.found(&other.chars);
        let squares = asked.sum.length().powi(2) + other.sum.length().powi(2);
        Alignment {
            first,
            second,
            apart: (squares - 2.0 * asked.sum.dot(&other.sum)).max(0.0).sqrt() / lengths,
            rest_cosine: if both > 0.0 { product(&one, &two) / both } else { 1.0 },
            rest: (one_length + two_length) / lengths,
        }
    }

    /// For each side the mean, weighted by how much each character says, of its highest cosine with the other side.
    fn found(&mut self, other: &[u32]) -> (f32, f32) {
        let (vectors, asked) = (self.vectors, aligned(&self.asked.chars));
        let mut highest = vec![0.0f32; asked.len()];
        let (mut all, mut held) = (0.0f32, 0.0f32);
        for number in aligned(other) {
            let cosines = self.known.entry(*number).or_insert_with(|| {
                let own = vectors.row(*number);
                let cosine = |with: &u32| {
                    let units = vectors.unit(*number) * vectors.unit(*with);
                    if with == number { 1.0 } else { dot(own, vectors.row(*with)) as f32 * units }
                };
                asked.iter().map(cosine).collect()
            });
            let mut most = 0.0f32;
            for (cosine, high) in cosines.iter().zip(&mut highest) {
                most = most.max(*cosine);
                *high = high.max(*cosine);
            }
            let weight = vectors.length(*number);
            all += weight;
            held += weight * most;
        }
        let share = |held: f32, all: f32| if all > 0.0 { held / all } else { 0.0 };
        let weights = asked.iter().map(|n| vectors.length(*n));
        let asked_held = weights.clone().zip(&highest).map(|(weight, cosine)| weight * cosine).sum();
        (share(asked_held, weights.sum()), share(held, all))
    }
}

/// The characters that are aligned: enough for a question, few enough for any text.
fn aligned(rows: &[u32]) -> &[u32] {
    rows.get(..ALIGNED).unwrap_or(rows)
}

impl Embedder for NgramVectors {
    fn name(&self) -> &'static str {
        "near"
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        let sense = self.sense(&normalise::chars(text));
        let mut sum = self.sum(sense.rows.iter().copied());
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            for x in &mut sum {
                *x /= length;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(grams: &[(&str, [i8; 2])]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(2u32.to_le_bytes());
        out.extend((grams.len() as u32).to_le_bytes());
        for (gram, _) in grams {
            let hash = hash_text(gram);
            out.extend(((hash ^ (hash >> 32)) as u32).to_le_bytes());
            out.extend(0.5f32.to_le_bytes());
        }
        out.extend(grams.iter().flat_map(|(_, row)| row.map(|b| b as u8)));
        out
    }

    #[test]
    fn a_text_is_the_sum_of_its_parts() {
        let vectors = NgramVectors::read(&table(&[("丢", [3, 0]), ("挂失", [0, 4])])).unwrap();
        assert_eq!(vectors.embed("丢了, 挂失!"), [0.6, 0.8]);
        assert_eq!(vectors.embed("天气"), [0.0, 0.0]);
    }

    #[test]
    fn other_words_for_the_same_align() {
        let vectors =
            NgramVectors::read(&table(&[("丢", [90, 1]), ("失", [89, 2]), ("卡", [0, 60])])).unwrap();
        let sense = |text: &str| vectors.sense(&normalise::chars(text));
        let align = |a: &str, b: &str| Aligner::new(&vectors, &sense(a)).align(&sense(b));
        let alike = align("卡丢", "失卡");
        assert!(alike.rest_cosine > 0.99 && alike.first > 0.99 && alike.apart < 0.05);
        assert!(sense("卡丢").sum().cosine(sense("失卡").sum()) > 0.99);
        assert!(align("卡丢", "").first < 0.01);
    }

    #[test]
    fn the_shipped_table_is_whole() {
        assert!(NgramVectors::read(include_bytes!("../../assets/near.bin")).is_ok());
    }

    #[test]
    fn damage_is_noticed() {
        let whole = table(&[("丢", [3, 0])]);
        for cut in 0..whole.len() {
            assert!(NgramVectors::read(&whole[..cut]).is_err());
        }
    }
}
