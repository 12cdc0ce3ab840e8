//! What the models make of one utterance: features are computed once, each model is asked when needed.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::model::encoder::Head;
use crate::model::features::{Spec, features};
use crate::model::meaning::{self, WIDTH};
use crate::model::parts::WORDS;
use crate::model::{Features, Models, Part, Scores};
use crate::reading::Heard;
use crate::views::Views;

static OPENING: Heard = Heard::Opening;

/// One utterance before the models.
pub struct Mind<'a> {
    models: &'a Models,
    views: &'a Views,
    heard: &'a Heard,
    plain: OnceCell<(Features, [f32; WIDTH])>,
    /// What the encoder makes of the words, and of the words where they were said.
    sentence: [OnceCell<Arc<[f32]>>; 2],
}

impl<'a> Mind<'a> {
    /// Nothing is computed yet.
    pub const fn new(models: &'a Models, views: &'a Views, heard: &'a Heard) -> Self {
        Self { models, views, heard, plain: OnceCell::new(), sentence: [OnceCell::new(), OnceCell::new()] }
    }

    /// The same words as the first of a conversation.
    #[must_use]
    pub fn at_opening(&self) -> Self {
        Self::new(self.models, self.views, &OPENING)
    }

    fn plain(&self) -> &(Features, [f32; WIDTH]) {
        self.plain.get_or_init(|| {
            let spec = Spec { grams: 3, concepts: WORDS, ..Spec::default() };
            let features = features(self.views, self.heard, &spec);
            let meaning = meaning::builtin().vector(&features);
            (features, meaning)
        })
    }

    /// The margins of a part's labels; nothing where there is no such model.
    pub fn scores(&self, part: Part) -> Option<Scores> {
        let model = self.models.of(part);
        if model.is_empty() {
            return None;
        }
        let (plain, meaning) = self.plain();
        // Features a model was not trained with are unknown to it and change nothing.
        let mut scores = match part {
            Part::Kind | Part::Domain | Part::Medical => model.scores(plain, meaning),
            _ => model.scores(&features(self.views, self.heard, &part.spec()), meaning),
        };
        if let Some((head, sentence)) = self.sentence(part) {
            let more = head.adds(sentence, &model.labels);
            scores.margins.iter_mut().zip(more).for_each(|(margin, more)| *margin += more);
            scores.sharpness = head.sharpness;
        }
        Some(scores)
    }

    /// The encoder's head for a part and the sentence it looks at.
    fn sentence(&self, part: Part) -> Option<(&'a Head, &Arc<[f32]>)> {
        let encoder = self.models.encoder()?;
        let head = encoder.head(part)?;
        let before = if part.spec().place { self.heard.before() } else { "" };
        let [plain, placed] = &self.sentence;
        let cell = if before.is_empty() { plain } else { placed };
        Some((head, cell.get_or_init(|| encoder.sentence(&self.views.solid, before))))
    }

    /// The best label and how sure, 0 to 1.
    pub fn best(&self, part: Part) -> Option<(&'a str, f32)> {
        let scores = self.scores(part)?;
        let best = scores.best();
        Some((self.models.of(part).labels.get(best)?.as_str(), scores.share(best)))
    }

    /// The best of some labels.
    pub fn best_of(&self, part: Part, names: &[&str]) -> Option<&'a str> {
        let scores = self.scores(part)?;
        let labels = self.models.of(part).labels.iter().enumerate();
        let among = labels.filter(|(_, label)| names.contains(&label.as_str()));
        among
            .max_by(|a, b| scores.margin(a.0).total_cmp(&scores.margin(b.0)))
            .map(|(_, label)| label.as_str())
    }

    /// Whether the encoder has its say.
    pub fn deep(&self) -> bool {
        self.models.encoder().is_some()
    }

    /// How far 1 lies before 0, beyond the threshold; below zero is no.
    pub fn yes(&self, part: Part) -> Option<f32> {
        let model = self.models.of(part);
        let scores = self.scores(part)?;
        let margin = |name| model.label(name).map(|label| scores.margin(label));
        Some(margin("1")? - margin("0")? - part.threshold(self.deep()))
    }
}
