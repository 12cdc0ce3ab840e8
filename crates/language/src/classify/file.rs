//! The stored form of a classifier.
//!
//! Little endian: `MSC1`, number of labels, number of features, sharpness; per label the length of its name, its name, bias and
//! step; the features in ascending order; one byte each for their rarity; the weights, feature by feature; a
//! 64-bit sum over everything before it ends the file, against cut and spoilt copies.

use std::path::Path;

use super::Classifier;
use super::features::Vocabulary;

const MAGIC: &[u8; 4] = b"MSC1";

/// A model file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("模型文件 {0} 读写失败：{1}")]
    Io(String, std::io::Error),
    /// It is no classifier.
    #[error("{0} 不是分类模型，或已损坏：{1}。请用 minsheng train classifier 重新训练")]
    Damaged(String, &'static str),
}

impl Classifier {
    /// Writes it aside and moves it in place, so that nobody meets half a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, file: &Path) -> Result<u64, FileError> {
        let bytes = self.to_bytes();
        let failed = |error| FileError::Io(file.display().to_string(), error);
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let aside = file.with_extension("new");
        std::fs::write(&aside, &bytes).map_err(failed)?;
        std::fs::rename(&aside, file).map_err(failed)?;
        Ok(bytes.len() as u64)
    }

    /// Reads one.
    ///
    /// # Errors
    /// When the file cannot be read or is none.
    pub fn load(file: &Path) -> Result<Self, FileError> {
        let name = || file.display().to_string();
        let bytes = std::fs::read(file).map_err(|error| FileError::Io(name(), error))?;
        Self::from_bytes(&bytes).map_err(|reason| FileError::Damaged(name(), reason))
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend((self.labels.len() as u32).to_le_bytes());
        out.extend((self.vocabulary.keys().len() as u32).to_le_bytes());
        out.extend(self.sharpness.to_le_bytes());
        for (label, (bias, step)) in self.labels.iter().zip(self.bias.iter().zip(&self.step)) {
            out.extend((label.len() as u32).to_le_bytes());
            out.extend(label.as_bytes());
            out.extend(bias.to_le_bytes());
            out.extend(step.to_le_bytes());
        }
        out.extend(self.vocabulary.keys().iter().flat_map(|key| key.to_le_bytes()));
        out.extend(self.vocabulary.rarities());
        out.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        out.extend(sum(&out).to_le_bytes());
        out
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// What is wrong with it, in Chinese.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, &'static str> {
        let (body, end) = bytes.split_last_chunk::<8>().ok_or("文件太短")?;
        let mut rest = body.strip_prefix(MAGIC.as_slice()).ok_or("开头的标记不对")?;
        if sum(body) != u64::from_le_bytes(*end) {
            return Err("校验和不符");
        }
        let labels = take::<4>(&mut rest).map(u32::from_le_bytes)? as usize;
        let features = take::<4>(&mut rest).map(u32::from_le_bytes)? as usize;
        let sharpness = take::<4>(&mut rest).map(f32::from_le_bytes)?;
        let mut model = Self {
            labels: Vec::new(),
            sharpness,
            bias: Vec::new(),
            step: Vec::new(),
            vocabulary: Vocabulary::default(),
            weights: Vec::new(),
        };
        for _ in 0..labels {
            let length = take::<4>(&mut rest).map(u32::from_le_bytes)? as usize;
            let name = split(&mut rest, length)?;
            model.labels.push(String::from_utf8(name.to_vec()).map_err(|_| "标签不是文字")?);
            model.bias.push(take::<4>(&mut rest).map(f32::from_le_bytes)?);
            model.step.push(take::<4>(&mut rest).map(f32::from_le_bytes)?);
        }
        let keys = split(&mut rest, features.checked_mul(4).ok_or("特征数不对")?)?;
        let keys: Vec<u32> = keys.as_chunks::<4>().0.iter().map(|key| u32::from_le_bytes(*key)).collect();
        let rarity = split(&mut rest, features)?.to_vec();
        let weights = split(&mut rest, features.checked_mul(labels).ok_or("特征数不对")?)?;
        model.weights = weights.iter().map(|weight| weight.cast_signed()).collect();
        if !rest.is_empty() || labels < 2 || !keys.is_sorted() {
            return Err("内容不完整");
        }
        model.vocabulary = Vocabulary::new(keys, rarity);
        Ok(model)
    }
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], &'static str> {
    let (head, tail) = rest.split_at_checked(length).ok_or("文件被截断")?;
    *rest = tail;
    Ok(head)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], &'static str> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or("文件被截断")?;
    *rest = tail;
    Ok(*head)
}

fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::{Sample, train};

    #[test]
    fn what_is_written_is_read_and_what_is_spoilt_is_refused() {
        let sample = |text: &str, label: &str| Sample { text: text.into(), label: label.into() };
        let rows: Vec<Sample> = (0..12)
            .map(|n| {
                if n % 2 == 0 {
                    sample("施工噪音扰民", "环保")
                } else {
                    sample("拖欠工资不发", "劳动")
                }
            })
            .collect();
        let model = train(&rows).unwrap().classifier;
        let bytes = model.to_bytes();
        assert_eq!(Classifier::from_bytes(&bytes).unwrap(), model);
        for length in 0..bytes.len() {
            assert!(Classifier::from_bytes(&bytes[..length]).is_err());
        }
        for at in (0..bytes.len()).step_by(7) {
            let mut bent = bytes.clone();
            bent[at] ^= 1;
            assert!(Classifier::from_bytes(&bent).is_err(), "{at}");
        }
    }
}
