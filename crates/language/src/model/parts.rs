//! The models there are, what they look at, how they are trained, and the set of them a reader holds.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::encoder::{Damaged, Encoder};
use super::features::{Matching, Spec};
use super::linear::{Linear, ModelError};
use super::train::Plan;
use crate::concepts::Concepts;
use crate::{danger, dialect, domain_words, escape, kind_words};

/// One model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Wants a person, or not.
    Human,
    /// Danger, or not.
    Danger,
    /// Whom to call.
    Service,
    /// The kind of request.
    Kind,
    /// The business domain.
    Domain,
    /// The medical business line.
    Medical,
    /// Ningbo speech, or not.
    Dialect,
    /// High risk, in the notion of the public social-media set.
    Crisis,
    /// What a turn does.
    Act,
}

impl Part {
    /// All of them, in the order of their files.
    pub const ALL: [Self; 9] = [
        Self::Human,
        Self::Danger,
        Self::Service,
        Self::Kind,
        Self::Domain,
        Self::Medical,
        Self::Dialect,
        Self::Crisis,
        Self::Act,
    ];

    /// The name of its file, without the ending.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Danger => "danger",
            Self::Service => "service",
            Self::Kind => "kind",
            Self::Domain => "domain",
            Self::Medical => "medical",
            Self::Dialect => "dialect",
            Self::Crisis => "crisis",
            Self::Act => "act",
        }
    }

    /// What it looks at.
    pub fn spec(self) -> Spec {
        let plain = Spec { grams: 3, ..Spec::default() };
        match self {
            Self::Human => Spec { sounds: true, place: true, rules: Some(WISHES), ..plain },
            Self::Danger | Self::Service | Self::Crisis => Spec { rules: Some(DANGERS), ..plain },
            Self::Kind | Self::Domain => Spec { concepts: WORDS, ..plain },
            Self::Medical => Spec { concepts: DOMAIN_WORDS, ..plain },
            Self::Act => Spec { place: true, concepts: WORDS, ..plain },
            Self::Dialect => Spec { concepts: NINGBO, ..plain },
        }
    }

    /// How it is trained. Costs and the weight of the meaning were chosen by cross-validation over families.
    pub fn plan(self) -> Plan {
        let plan = Plan { meaning: 0.4, keep: 40_000, ..Plan::default() };
        match self {
            Self::Human => Plan { keep: 60_000, ..plan },
            Self::Domain => Plan { cost: 3.0, keep: 40_000, ..plan },
            Self::Crisis => Plan { meaning: 0.6, keep: 20_000, ..plan },
            _ => plan,
        }
    }

    /// For the models of yes and no: how far 1 must lie before 0, by the linear model alone or `deep`, with the encoder's share.
    pub const fn threshold(self, deep: bool) -> f32 {
        match self {
            Self::Human if deep => -0.8,
            Self::Human => 0.8,
            Self::Danger if deep => 0.0,
            Self::Danger => -0.15,
            Self::Crisis => -0.4,
            _ => 0.0,
        }
    }
}

const WISHES: Matching = Matching {
    rules: escape::rules,
    blank: "",
    verdicts: &[
        "mask", "refuse", "must", "report", "wish", "bare", "after", "offered", "declined", "lost", "queue",
    ],
};
const DANGERS: Matching = Matching {
    rules: danger::rules,
    blank: "blank",
    verdicts: &[
        "resolved",
        "negated",
        "past",
        "media",
        "policy",
        "maybe",
        "place",
        "hazard",
        "nuisance",
        "lost",
        "now",
        "sign-119",
        "sign-120",
        "sign-122",
        "sign-110",
        "sign-gas",
        "sign-crisis",
    ],
};
const DOMAIN_WORDS: &[fn() -> &'static Concepts] = &[domain_words];
const NINGBO: &[fn() -> &'static Concepts] = &[dialect::marks];
/// Both word lists.
pub(crate) const WORDS: &[fn() -> &'static Concepts] = &[domain_words, kind_words];

/// A model of each part; an empty one has no effect. Beside them, where it is wanted, the encoder.
#[derive(Debug, Clone, Default)]
pub struct Models {
    list: Vec<Linear>,
    encoder: Option<Arc<Encoder>>,
}

static BUILTIN: LazyLock<Arc<Models>> = LazyLock::new(|| {
    let files: [&[u8]; 9] = [
        include_bytes!("../../assets/model/human.bin"),
        include_bytes!("../../assets/model/danger.bin"),
        include_bytes!("../../assets/model/service.bin"),
        include_bytes!("../../assets/model/kind.bin"),
        include_bytes!("../../assets/model/domain.bin"),
        include_bytes!("../../assets/model/medical.bin"),
        include_bytes!("../../assets/model/dialect.bin"),
        include_bytes!("../../assets/model/crisis.bin"),
        include_bytes!("../../assets/model/act.bin"),
    ];
    let list = files.iter().map(|file| Linear::from_bytes(file).unwrap_or_default()).collect();
    Arc::new(Models { list, encoder: None })
});

static ENCODER: LazyLock<Option<Arc<Encoder>>> = LazyLock::new(|| {
    Encoder::from_bytes(include_bytes!("../../assets/model/encoder.bin")).ok().map(Arc::new)
});

static DEEP: LazyLock<Arc<Models>> =
    LazyLock::new(|| Arc::new(Models { encoder: ENCODER.clone(), ..Models::clone(&BUILTIN) }));

static EMPTY: LazyLock<Linear> = LazyLock::new(Linear::default);

/// A folder of models cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read.
    #[error("读不到模型文件 {0}：{1}")]
    Unreadable(String, std::io::Error),
    /// A file is no model.
    #[error("{0}：{1}")]
    Damaged(String, ModelError),
    /// A file is no encoder.
    #[error("{0}：{1}")]
    Encoder(String, Damaged),
}

impl Models {
    /// The models built in, with the encoder.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&DEEP)
    }

    /// No models at all: the rules alone.
    pub fn none() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// The built-in models, with those of a folder in their place: `NAME.bin`, `encoder.bin`.
    pub fn load(folder: &Path) -> Result<Arc<Self>, FolderError> {
        let mut models = Self::clone(&DEEP);
        let file = folder.join("encoder.bin");
        if let Ok(bytes) = std::fs::read(&file) {
            let encoder = Encoder::from_bytes(&bytes)
                .map_err(|error| FolderError::Encoder(file.display().to_string(), error))?;
            models.encoder = Some(Arc::new(encoder));
        }
        for part in Part::ALL {
            let file = folder.join(format!("{}.bin", part.name()));
            let name = || file.display().to_string();
            match std::fs::read(&file) {
                Ok(bytes) => {
                    let model = Linear::from_bytes(&bytes).map_err(|e| FolderError::Damaged(name(), e))?;
                    models = models.with(part, model);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(FolderError::Unreadable(name(), error)),
            }
        }
        Ok(Arc::new(models))
    }

    /// The same set with another model of one part.
    #[must_use]
    pub fn with(mut self, part: Part, model: Linear) -> Self {
        self.list.resize(Part::ALL.len(), Linear::default());
        if let Some(place) = self.list.get_mut(part as usize) {
            *place = model;
        }
        self
    }

    /// The same linear models without the encoder.
    #[must_use]
    pub fn without_encoder(&self) -> Self {
        Self { list: self.list.clone(), encoder: None }
    }

    /// The same linear models with this encoder.
    #[must_use]
    pub fn with_encoder(mut self, encoder: Encoder) -> Self {
        self.encoder = Some(Arc::new(encoder));
        self
    }

    /// The encoder, where there is one.
    pub fn encoder(&self) -> Option<&Encoder> {
        self.encoder.as_deref()
    }

    /// The model of a part.
    pub fn of(&self, part: Part) -> &Linear {
        self.list.get(part as usize).unwrap_or(&EMPTY)
    }
}
