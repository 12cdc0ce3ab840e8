//! From how a question and a head compare to one score, and from the scores of a search to a confidence.
//!
//! The ranker is a sum of small decision trees over [`super::features::NAMES`], learned outside the program
//! (`tools/ranker`) and read from a table. Where the sentence encoder has read the question too, its cosine is added to the trees' score
//! and the confidence is weighed anew: the trees know words, the encoder knows wordings that share no word with the entry.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::features::{COUNT, NAMES};

static BUILTIN: LazyLock<Arc<Ranker>> = LazyLock::new(|| {
    let table = include_bytes!("../../assets/ranker.json");
    let ranker = Ranker::read(table).and_then(|ranker| ranker.with_encoder(MEANT));
    Arc::new(ranker.unwrap_or_default())
});

const MEANT: &[u8] = include_bytes!("../../assets/meant.json");
/// The feature that is 0 where no encoder has read.
const DEEP: &str = "deep";

/// Weighs the features of [`super::features::compare`].
#[derive(Debug, Clone, Default)]
pub struct Ranker {
    /// The nodes of all trees one after another.
    nodes: Vec<Node>,
    /// Where each tree starts.
    roots: Vec<u32>,
    confidence: Confidence,
    /// With the encoder's reading.
    meant: Option<Meant>,
}

/// What changes where the sentence encoder has read.
#[derive(Debug, Clone)]
struct Meant {
    deep: usize,
    /// Added to the trees' score, by place of feature.
    added: Vec<(usize, f32)>,
    confidence: Confidence,
}

#[derive(Deserialize)]
struct MeantTable {
    added: Vec<(String, f32)>,
    confidence: Confidence,
}

#[derive(Debug, Clone, Copy)]
enum Node {
    /// Below or at the threshold to the first, else to the second.
    ///
    /// Both are steps forward from this node.
    Split {
        feature: u16,
        threshold: f32,
        low: u16,
        high: u16,
    },
    Leaf(f32),
}

/// Logistic weights over what is known of the best head.
#[derive(Debug, Clone, Default, Deserialize)]
struct Confidence {
    bias: f32,
    /// Weight of the ranker's score, and of how far the best entry is ahead of the next.
    score: f32,
    ahead: f32,
    /// Weights of features by name.
    features: Vec<(String, f32)>,
    /// The same by place.
    #[serde(skip)]
    places: Vec<(usize, f32)>,
}

impl Confidence {
    fn placed(mut self) -> Result<Self, BadRanker> {
        self.places = places(&self.features)?;
        Ok(self)
    }

    /// Log odds.
    fn of(&self, features: &[f32; COUNT], score: f32, ahead: f32) -> f32 {
        let named = self.places.iter().map(|(at, weight)| weight * features.get(*at).copied().unwrap_or(0.0));
        self.bias + self.score * score + self.ahead * ahead.clamp(-3.0, 3.0) + named.sum::<f32>()
    }
}

fn places(named: &[(String, f32)]) -> Result<Vec<(usize, f32)>, BadRanker> {
    let place = |(name, weight): &(String, f32)| {
        let at = NAMES.iter().position(|known| known == name);
        at.map(|at| (at, *weight)).ok_or_else(|| BadRanker(format!("unknown feature {name}")))
    };
    named.iter().map(place).collect()
}

#[derive(Deserialize)]
struct Table {
    /// Names in the order the trees count them.
    features: Vec<String>,
    /// Per tree, per node: `[feature, threshold, low, high]`, or `[value]` for a leaf. The first node is the root.
    trees: Vec<Vec<Vec<f32>>>,
    confidence: Confidence,
}

/// The table is damaged or made for other features.
#[derive(Debug, thiserror::Error)]
#[error("排序表损坏或版本不符，请重新安装程序附带的文件：{0}")]
pub struct BadRanker(String);

impl Ranker {
    /// The one that ships with the program.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// Reads a table in JSON.
    pub fn read(table: &[u8]) -> Result<Self, BadRanker> {
        let table: Table = serde_json::from_slice(table).map_err(|error| BadRanker(error.to_string()))?;
        let places: Vec<u16> = table
            .features
            .iter()
            .map(|name| NAMES.iter().position(|known| known == name).map(|at| at as u16))
            .collect::<Option<_>>()
            .ok_or_else(|| BadRanker("unknown feature".to_owned()))?;
        let node = |row: &Vec<f32>, at: usize, size: usize| match row.as_slice() {
            [value] => Some(Node::Leaf(*value)),
            // A child after its parent: no walk can be endless.
            [feature, threshold, low, high]
                if *low as usize > at && *high as usize > at && (low.max(*high) as usize) < size =>
            {
                let feature = *places.get(*feature as usize)?;
                let step = |to: f32| (to as usize - at) as u16;
                Some(Node::Split { feature, threshold: *threshold, low: step(*low), high: step(*high) })
            }
            _ => None,
        };
        let (mut nodes, mut roots) = (Vec::new(), Vec::new());
        for rows in &table.trees {
            roots.push(nodes.len() as u32);
            for (at, row) in rows.iter().enumerate() {
                nodes.push(node(row, at, rows.len()).ok_or_else(|| BadRanker("bad tree".to_owned()))?);
            }
        }
        Ok(Self { nodes, roots, confidence: table.confidence.placed()?, meant: None })
    }

    /// The same with weights for what the sentence encoder says, from a table in JSON.
    ///
    /// # Errors
    /// When the table is damaged or made for other features.
    pub fn with_encoder(self, table: &[u8]) -> Result<Self, BadRanker> {
        let table: MeantTable =
            serde_json::from_slice(table).map_err(|error| BadRanker(error.to_string()))?;
        let deep = NAMES.iter().position(|name| *name == DEEP).unwrap_or(COUNT);
        let meant = Meant { deep, added: places(&table.added)?, confidence: table.confidence.placed()? };
        Ok(Self { meant: Some(meant), ..self })
    }

    fn meant(&self, features: &[f32; COUNT]) -> Option<&Meant> {
        self.meant.as_ref().filter(|meant| features.get(meant.deep).is_some_and(|deep| *deep != 0.0))
    }

    /// Higher: the head asks the same as the question.
    pub fn score(&self, features: &[f32; COUNT]) -> f32 {
        let trees: f32 = self.roots.iter().map(|root| self.value(*root, features)).sum();
        let added = self.meant(features).into_iter().flat_map(|meant| &meant.added);
        trees + added.map(|(at, weight)| weight * features.get(*at).copied().unwrap_or(0.0)).sum::<f32>()
    }

    /// Probability that the best entry answers: from its features and score, and how far it is ahead of the next entry.
    pub fn confidence(&self, features: &[f32; COUNT], score: f32, ahead: f32) -> f32 {
        let weights = self.meant(features).map_or(&self.confidence, |meant| &meant.confidence);
        1.0 / (1.0 + (-weights.of(features, score, ahead)).exp())
    }

    /// What a tree says.
    fn value(&self, root: u32, features: &[f32; COUNT]) -> f32 {
        let mut at = root as usize;
        loop {
            match self.nodes.get(at) {
                Some(Node::Split { feature, threshold, low, high }) => {
                    let below = features.get(usize::from(*feature)).is_some_and(|x| x <= threshold);
                    at += usize::from(if below { *low } else { *high });
                }
                Some(Node::Leaf(value)) => return *value,
                None => return 0.0,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_walked_and_bad_ones_refused() {
        let table = |tree: &str| {
            format!(
                r#"{{"features": ["cosine"], "trees": [{tree}], "confidence": {{"bias": 0, "score": 1, "ahead": 0, "features": []}}}}"#
            )
        };
        let ranker = Ranker::read(table("[[0, 0.5, 1, 2], [-1], [2]]").as_bytes()).unwrap();
        let mut features = [0.0; COUNT];
        assert_eq!(ranker.score(&features), -1.0);
        features[NAMES.iter().position(|name| *name == "cosine").unwrap()] = 0.9;
        assert_eq!(ranker.score(&features), 2.0);
        assert!(ranker.confidence(&features, 2.0, 0.0) > 0.8);
        assert!(Ranker::read(table("[[0, 0.5, 0, 0]]").as_bytes()).is_err());
        assert!(Ranker::read(table("[[7, 0.5, 1, 1], [0]]").as_bytes()).is_err());
    }

    #[test]
    fn the_shipped_table_is_whole() {
        assert!(Ranker::read(include_bytes!("../../assets/ranker.json")).is_ok());
    }
}
