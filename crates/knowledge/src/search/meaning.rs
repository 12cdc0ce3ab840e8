//! What texts mean, by a sentence encoder that has learned which questions belong to one entry.
//!
//! multilingual-e5-small (MIT) with upper layers and a projection trained by `tools/encoder/search.py`; computed by
//! [`language::model::encoder`]. About 20 ms a text on one core: a query can afford that, a library of thousands of questions cannot at
//! every start. Vectors of a pack's texts therefore come beside it in a file ([`Known`]); what is written later is read when it comes.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use language::model::encoder::Encoder;
use language::normalise;

use super::embed::{Embedder, Packed};

static BUILTIN: LazyLock<Option<Arc<Encoder>>> =
    LazyLock::new(|| Encoder::from_bytes(FILE).ok().map(Arc::new));
const FILE: &[u8] = include_bytes!("../../assets/meaning.bin");

const MAGIC: &[u8; 4] = b"MSK1";
/// Characters of a text that are read.
const READ: usize = 90;

/// A file of vectors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadVectors {
    /// Not readable or not writable.
    #[error("句向量文件读写失败：{0}")]
    Io(#[from] std::io::Error),
    /// Cut short or of another kind.
    #[error("句向量文件损坏，请用 minsheng pack DIR --vectors 重新生成")]
    Damaged,
}

/// The encoder with what it has read before.
#[derive(Debug)]
pub struct Meaning {
    encoder: Arc<Encoder>,
    known: RwLock<Known>,
}

/// What a unit of a vector is worth, and the vector.
type Vector = (f32, Box<[i8]>);

/// Vectors by a hash of their text. A text's hash says nothing about the text.
#[derive(Debug, Default)]
pub struct Known {
    width: usize,
    vectors: HashMap<u64, Vector>,
}

impl Meaning {
    /// The encoder that ships with the program, with the vectors known beforehand.
    pub fn builtin(known: Known) -> Option<Arc<Self>> {
        let encoder = BUILTIN.clone()?;
        Some(Arc::new(Self { encoder, known: RwLock::new(known) }))
    }

    /// What tells vectors of this encoder from those of another.
    fn fingerprint() -> u64 {
        static PRINT: LazyLock<u64> = LazyLock::new(|| hash(FILE));
        *PRINT
    }

    /// Writes what is known of some texts.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write<'a>(&self, path: &Path, texts: impl Iterator<Item = &'a str>) -> Result<usize, BadVectors> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<(u64, &Vector)> = texts
            .map(|text| hash(read(text).as_bytes()))
            .filter_map(|key| known.vectors.get(&key).map(|vector| (key, vector)))
            .collect();
        rows.sort_by_key(|(key, _)| *key);
        rows.dedup_by_key(|(key, _)| *key);
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        file.write_all(MAGIC)?;
        file.write_all(&Self::fingerprint().to_le_bytes())?;
        file.write_all(&(known.width as u32).to_le_bytes())?;
        for (key, (scale, bytes)) in &rows {
            file.write_all(&key.to_le_bytes())?;
            file.write_all(&scale.to_le_bytes())?;
            file.write_all(&bytes.iter().map(|b| b.cast_unsigned()).collect::<Vec<u8>>())?;
        }
        file.flush()?;
        Ok(rows.len())
    }
}

impl Known {
    /// Reads a file of vectors. One that another encoder made holds nothing that is known.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn read(path: &Path) -> Result<Self, BadVectors> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.read_to_end(&mut bytes)?;
        Self::parse(&bytes).ok_or(BadVectors::Damaged)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (print, rest) = rest.split_first_chunk::<8>()?;
        let (width, rest) = rest.split_first_chunk::<4>()?;
        let width = u32::from_le_bytes(*width) as usize;
        if u64::from_le_bytes(*print) != Meaning::fingerprint() {
            return Some(Self::default());
        }
        let row = 12 + width;
        if width > 4_096 || !rest.len().is_multiple_of(row) {
            return None;
        }
        let vectors = rest.chunks_exact(row).filter_map(|row| {
            let (key, row) = row.split_first_chunk::<8>()?;
            let (scale, row) = row.split_first_chunk::<4>()?;
            let bytes = row.iter().map(|b| b.cast_signed()).collect();
            Some((u64::from_le_bytes(*key), (f32::from_le_bytes(*scale), bytes)))
        });
        Some(Self { width, vectors: vectors.collect() })
    }
}

impl Embedder for Meaning {
    fn name(&self) -> &'static str {
        "minsheng"
    }

    fn dimensions(&self) -> usize {
        self.encoder.directions()
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        let words = read(text);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((scale, bytes)) = known.vectors.get(&hash(words.as_bytes())) {
            return bytes.iter().map(|b| f32::from(*b) * scale).collect();
        }
        drop(known);
        self.encoder.direction(&words)
    }

    fn knows(&self, text: &str) -> bool {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .vectors
            .contains_key(&hash(read(text).as_bytes()))
    }

    fn learn(&self, text: &str) {
        if self.knows(text) {
            return;
        }
        let words = read(text);
        let packed = Packed::new(&self.encoder.direction(&words));
        let (bytes, scale) = packed.parts();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.width = self.encoder.directions();
        known.vectors.insert(hash(words.as_bytes()), (scale, bytes.into()));
    }
}

/// What the encoder reads of a text: no marks, no blanks, as it was trained.
fn read(text: &str) -> String {
    normalise::chars(text).into_iter().take(READ).collect()
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_known_and_damage_is_told() {
        let meaning = Meaning::builtin(Known::default()).unwrap();
        meaning.learn("租房子能不能提公积金？");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vectors.bin");
        let texts = ["租房子能不能提公积金", "没有读过的"];
        assert_eq!(meaning.write(&file, texts.into_iter()).unwrap(), 1);
        let again = Meaning::builtin(Known::read(&file).unwrap()).unwrap();
        assert!(again.knows("租房子能不能提公积金？") && !again.knows("没有读过的"));
        let whole = std::fs::read(&file).unwrap();
        assert!(Known::parse(&whole[..whole.len() - 1]).is_none());
        assert!(Known::parse(b"MSK1").is_none());
        let mut other = whole;
        other[4] ^= 1;
        assert!(Known::parse(&other).unwrap().vectors.is_empty(), "vectors of another encoder are not used");
    }

    #[test]
    fn questions_of_one_matter_are_nearer_than_others() {
        let meaning = Meaning::builtin(Known::default()).unwrap();
        let of = |text| Packed::new(&meaning.embed(text));
        let asked = of("娃不想去学校了咋整");
        assert!(asked.cosine(&of("孩子厌学不肯上课")) > asked.cosine(&of("路灯不亮报修")));
    }
}
