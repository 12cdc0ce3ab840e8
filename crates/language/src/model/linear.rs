//! A linear model with small integer weights, as stored in the program.
//!
//! Layout, little endian: `MSM2`, number of labels, number of features, sharpness; per label its name, its bias, the
//! scale of its weights and its weights for the meaning; the features in ascending order; one byte each for their rarity;
//! then the weights, feature by feature.

use super::features::Features;
use super::meaning::WIDTH;

const MAGIC: &[u8; 4] = b"MSM2";
/// The rarity a byte of 255 stands for: a feature in one of 60,000 texts.
const RAREST: f32 = 12.0;

/// A model of one task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Linear {
    /// The labels, in the order of the weights.
    pub labels: Vec<String>,
    /// How sharply margins become probabilities.
    pub sharpness: f32,
    bias: Vec<f32>,
    meaning: Vec<[f32; WIDTH]>,
    scale: Vec<f32>,
    features: Vec<u32>,
    rarity: Vec<u8>,
    weights: Vec<i8>,
}

/// The margins of the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// One margin a label; above 0 the label is likelier than not.
    pub margins: Vec<f32>,
    /// How sharply margins become probabilities.
    pub sharpness: f32,
}

impl Scores {
    /// The best label's number.
    pub fn best(&self) -> usize {
        let mut best = 0;
        for (at, margin) in self.margins.iter().enumerate() {
            if self.margins.get(best).is_none_or(|b| margin > b) {
                best = at;
            }
        }
        best
    }

    /// How sure of a label, 0 to 1.
    pub fn share(&self, label: usize) -> f32 {
        let top = self.margins.iter().copied().fold(f32::MIN, f32::max);
        let power = |margin: f32| ((margin - top) * self.sharpness).exp();
        let sum: f32 = self.margins.iter().map(|m| power(*m)).sum();
        self.margins.get(label).map_or(0.0, |m| power(*m) / sum)
    }

    /// The margin of one label.
    pub fn margin(&self, label: usize) -> f32 {
        self.margins.get(label).copied().unwrap_or(f32::MIN)
    }
}

/// A model file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("模型文件已损坏或不是本程序的格式：{0}")]
pub struct ModelError(&'static str);

/// What training found for one label.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The label.
    pub label: String,
    /// One weight a feature.
    pub features: Vec<f32>,
    /// One weight a component of the meaning.
    pub meaning: [f32; WIDTH],
    /// The constant.
    pub bias: f32,
}

/// Rarity as a byte.
pub fn rarity_byte(rarity: f32) -> u8 {
    (rarity / RAREST * 255.0).round().clamp(1.0, 255.0) as u8
}

/// The values of features: rarity, scaled to length one over known and unknown features alike.
pub fn rarity_of(byte: u8) -> f32 {
    f32::from(byte) * RAREST / 255.0
}

impl Linear {
    /// Puts a trained model together: of the features the `keep` with the largest weights, weights rounded to 127 steps
    /// a label.
    pub fn new(features: &[u32], rarity: &[u8], weights: &[Weights], sharpness: f32, keep: usize) -> Self {
        let size = |at: usize| {
            weights.iter().fold(0.0_f32, |top, w| top.max(w.features.get(at).copied().unwrap_or(0.0).abs()))
        };
        let mut order: Vec<usize> = (0..features.len()).filter(|at| size(*at) > 0.0).collect();
        order.sort_by(|a, b| size(*b).total_cmp(&size(*a)).then(a.cmp(b)));
        order.truncate(keep);
        order.sort_unstable();
        let mut model = Self { sharpness, ..Self::default() };
        for w in weights {
            model.labels.push(w.label.clone());
            model.bias.push(w.bias);
            model.meaning.push(w.meaning);
            model.scale.push(w.features.iter().fold(1e-6_f32, |top, x| top.max(x.abs())) / 127.0);
        }
        for at in order {
            model.features.push(features.get(at).copied().unwrap_or(0));
            model.rarity.push(rarity.get(at).copied().unwrap_or(0));
            for (w, scale) in weights.iter().zip(&model.scale) {
                model.weights.push((w.features.get(at).copied().unwrap_or(0.0) / scale).round() as i8);
            }
        }
        model
    }

    /// The margins of an utterance's features and meaning.
    pub fn scores(&self, features: &Features, meaning: &[f32; WIDTH]) -> Scores {
        let labels = self.labels.len();
        let mut sums = vec![0.0_f32; labels];
        let mut length = 0.0_f32;
        let mut from = 0;
        for feature in features {
            // Both lists ascend: look only in what is left.
            let rest = self.features.get(from..).unwrap_or_default();
            let Ok(at) = rest.binary_search(feature).inspect_err(|at| from += at) else { continue };
            from += at;
            let value = rarity_of(self.rarity.get(from).copied().unwrap_or(0));
            length += value * value;
            let row = self.weights.get(from * labels..(from + 1) * labels).unwrap_or_default();
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += value * f32::from(*weight);
            }
            from += 1;
        }
        let norm = if length > 0.0 { length.sqrt().recip() } else { 0.0 };
        let margins = sums
            .iter()
            .zip(self.scale.iter().zip(&self.bias))
            .zip(&self.meaning)
            .map(|((sum, (scale, bias)), weights)| {
                let meant: f32 = weights.iter().zip(meaning).map(|(w, m)| w * m).sum();
                sum * norm * scale + meant + bias
            })
            .collect();
        Scores { margins, sharpness: self.sharpness }
    }

    /// The number of a label.
    pub fn label(&self, name: &str) -> Option<usize> {
        self.labels.iter().position(|label| label == name)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend((self.labels.len() as u32).to_le_bytes());
        out.extend((self.features.len() as u32).to_le_bytes());
        out.extend(self.sharpness.to_le_bytes());
        for ((label, (bias, scale)), meaning) in
            self.labels.iter().zip(self.bias.iter().zip(&self.scale)).zip(&self.meaning)
        {
            out.push(label.len() as u8);
            out.extend(label.as_bytes());
            out.extend(bias.to_le_bytes());
            out.extend(scale.to_le_bytes());
            out.extend(meaning.iter().flat_map(|w| w.to_le_bytes()));
        }
        out.extend(self.features.iter().flat_map(|f| f.to_le_bytes()));
        out.extend(&self.rarity);
        out.extend(self.weights.iter().map(|w| w.cast_unsigned()));
        out
    }

    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut input = Input(bytes);
        if input.take(4)? != MAGIC {
            return Err(ModelError("开头不符"));
        }
        let labels = u32::from_le_bytes(input.four()?) as usize;
        let count = u32::from_le_bytes(input.four()?) as usize;
        let mut model = Self { sharpness: f32::from_le_bytes(input.four()?), ..Self::default() };
        for _ in 0..labels {
            let length = usize::from(*input.take(1)?.first().unwrap_or(&0));
            let name = std::str::from_utf8(input.take(length)?).map_err(|_| ModelError("标签不是文字"))?;
            model.labels.push(name.to_owned());
            model.bias.push(f32::from_le_bytes(input.four()?));
            model.scale.push(f32::from_le_bytes(input.four()?));
            let mut meaning = [0.0; WIDTH];
            for weight in &mut meaning {
                *weight = f32::from_le_bytes(input.four()?);
            }
            model.meaning.push(meaning);
        }
        let features = input.take(count.checked_mul(4).ok_or(ModelError("特征数过大"))?)?;
        model.features = features.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
        model.rarity = input.take(count)?.to_vec();
        let weights = input.take(count.checked_mul(labels).ok_or(ModelError("权重数过大"))?)?;
        model.weights = weights.iter().map(|w| w.cast_signed()).collect();
        if !model.features.is_sorted() || !input.0.is_empty() {
            return Err(ModelError("内容不符"));
        }
        Ok(model)
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(ModelError("不完整"))?;
        self.0 = tail;
        Ok(head)
    }

    fn four(&mut self) -> Result<[u8; 4], ModelError> {
        self.take(4)?.try_into().map_err(|_| ModelError("不完整"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_is_told() {
        let weights = |label: &str, bias: f32, features: [f32; 3]| Weights {
            label: label.into(),
            bias,
            features: features.to_vec(),
            meaning: [0.0; WIDTH],
        };
        let model = Linear::new(
            &[3, 9, 12],
            &[100, 200, 50],
            &[weights("0", 0.5, [1.0, 0.0, -1.0]), weights("投诉", -0.5, [-1.0, 0.25, 1.0])],
            2.0,
            10,
        );
        let bytes = model.to_bytes();
        assert_eq!(Linear::from_bytes(&bytes), Ok(model.clone()));
        assert!(Linear::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Linear::from_bytes(b"something else").is_err());
        let scores = model.scores(&vec![1, 12, 40], &[0.0; WIDTH]);
        assert_eq!(scores.best(), 1);
        assert!(scores.share(1) > 0.5 && scores.share(0) < 0.5);
    }
}
