//! Puts the parts together: one utterance in, one [`Reading`] out.

use std::path::Path;
use std::sync::Arc;

use crate::escape::Escape;
use crate::mind::Mind;
use crate::model::parts::FolderError;
use crate::model::{Models, Part};
use crate::plain::{MAX_CHARS, fold, uncoded};
use crate::reading::{Danger, Doing, Domain, Heard, HumanWish, Kind, MedicalLine, Reading, Service};
use crate::views::Views;
use crate::{act, danger, dialect, entity, escape, kind};

/// Reads utterances. Holds lexicons and models, all immutable: cheap to share, safe to swap as a whole.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    models: Arc<Models>,
}

impl Reader {
    /// A reader with the built-in lexicons and models and no site data.
    pub fn builtin() -> Self {
        Self { models: Models::builtin() }
    }

    /// The same reader without the sentence encoder: a hundred times faster, and less understanding.
    #[must_use]
    pub fn quick(&self) -> Self {
        Self { models: Arc::new(self.models.without_encoder()) }
    }

    /// A reader without any model: the rules alone.
    pub fn rules_only() -> Self {
        Self { models: Models::none() }
    }

    /// A reader with the models of a folder in place of the built-in ones.
    pub fn load(folder: &Path) -> Result<Self, FolderError> {
        Ok(Self { models: Models::load(folder)? })
    }

    /// A reader with these models.
    pub const fn with(models: Arc<Models>) -> Self {
        Self { models }
    }

    /// Reads one utterance in the light of where it was said.
    pub fn read(&self, text: &str, heard: &Heard) -> Reading {
        let raw: String = text.trim().chars().take(MAX_CHARS).collect();
        let told = uncoded(&raw);
        let views = Views::of(&told);
        let mind = Mind::new(&self.models, &views, heard);
        let escape = wish(&mind, &views, heard);
        let (kind, kind_confidence) = kind_of(&mind, &told);
        let domain = domain_of(&mind, &views);
        let medical = domain.as_ref().is_some_and(|domain| domain.name == "医保");
        let dialect = is_dialect(&mind, &views);
        let (doing, doing_confidence) = doing_of(&mind).unwrap_or_default();
        let folded = fold(&told).trim().to_owned();
        Reading {
            // A word that hardly anybody else uses is replaced even in a sentence that is otherwise Mandarin.
            normal: dialect::builtin().mandarin(&folded, if dialect { 1 } else { 3 }),
            human: escape.wish,
            refuses_human: escape.refused,
            danger: danger_of(&mind, &views),
            kind,
            kind_confidence,
            urgency: kind::urgency_of(&told),
            domain,
            medical_line: medical.then(|| line_of(&mind)).flatten(),
            dialect,
            distress: kind::distress_of(&told),
            act: act::act_of(&told),
            doing,
            doing_confidence,
            correction: act::correction_of(&told),
            entities: entity::find(&told),
            raw,
        }
    }

    /// The wish for a person alone.
    pub fn human(&self, text: &str, heard: &Heard) -> Escape {
        let views = Views::of(text);
        wish(&Mind::new(&self.models, &views, heard), &views, heard)
    }

    /// Danger alone.
    pub fn danger(&self, text: &str) -> Option<Danger> {
        let views = Views::of(text);
        danger_of(&Mind::new(&self.models, &views, &Heard::Opening), &views)
    }

    /// The kind of request alone, and how sure.
    pub fn kind(&self, text: &str) -> (Kind, f32) {
        let views = Views::of(text);
        kind_of(&Mind::new(&self.models, &views, &Heard::Opening), text)
    }

    /// The business domain alone.
    pub fn domain(&self, text: &str) -> Option<Domain> {
        let views = Views::of(text);
        domain_of(&Mind::new(&self.models, &views, &Heard::Opening), &views)
    }

    /// The medical hotline's business line, whatever the domain.
    pub fn medical_line(&self, text: &str) -> Option<MedicalLine> {
        let views = Views::of(text);
        line_of(&Mind::new(&self.models, &views, &Heard::Opening))
    }

    /// What a turn does, alone, and how sure.
    pub fn doing(&self, text: &str, heard: &Heard) -> (Doing, f32) {
        let views = Views::of(text);
        doing_of(&Mind::new(&self.models, &views, heard)).unwrap_or_default()
    }

    /// Whether it is Ningbo speech.
    pub fn dialect(&self, text: &str) -> bool {
        let views = Views::of(text);
        is_dialect(&Mind::new(&self.models, &views, &Heard::Opening), &views)
    }

    /// High risk in the notion of the public social-media set: wider than danger on the hotline in plans and means, narrower
    /// in vague wishes. The hotline itself goes by [`Self::danger`].
    pub fn high_risk(&self, text: &str) -> bool {
        let views = Views::of(text);
        let mind = Mind::new(&self.models, &views, &Heard::Opening);
        mind.yes(Part::Crisis).is_some_and(|beyond| beyond > 0.0)
    }
}

/// How sure a kind is that the caller names.
const DECLARED: f32 = 0.8;

/// Up to this many characters words of a wish are a wish, whatever the models think.
const PLAIN_WISH: usize = 8;
/// How sure the models must be that words of a wish in a longer sentence are none: 上回转到人工等了半小时.
const NO_WISH: f32 = -1.5;

/// Rules first, at any length and without a model; the model adds what they miss. With the encoder it also tells where the words
/// of a wish stand in a sentence that is none.
fn wish(mind: &Mind, views: &Views, heard: &Heard) -> Escape {
    let mut escape = escape::hear_views(views, heard);
    if escape.wish.is_some()
        && mind.deep()
        && views.solid.chars().count() > PLAIN_WISH
        && mind.yes(Part::Human).is_some_and(|beyond| beyond < NO_WISH)
        // A form's question alone does not talk a wish away: the words by themselves must be none either.
        && mind.at_opening().yes(Part::Human).is_some_and(|beyond| beyond < NO_WISH)
    {
        return Escape { wish: None, ..escape };
    }
    if escape.wish.is_none()
        && !escape.refused
        && !views.solid.is_empty()
        && mind.yes(Part::Human).is_some_and(|beyond| beyond > 0.0)
    {
        escape.wish =
            Some(HumanWish { by: "model".to_owned(), words: views.clauses.chars().take(40).collect() });
    }
    escape
}

fn danger_of(mind: &Mind, views: &Views) -> Option<Danger> {
    let signs = danger::look_views(views);
    let Some(beyond) = mind.yes(Part::Danger) else { return signs.danger };
    let beyond = beyond + signs.lean();
    if beyond <= 0.0 {
        // Words that are a sign by themselves, and nothing against them: the model alone does not talk them away.
        return signs.danger.filter(|_| signs.certain);
    }
    let by_model = mind.best(Part::Service).and_then(|(label, _)| service_named(label));
    let words = signs
        .sign
        .as_ref()
        .map_or_else(|| views.clauses.chars().take(40).collect(), |sign| sign.words.clone());
    Some(Danger { service: by_model.or(signs.sign.map(|sign| sign.service))?, words })
}

/// The service a label names.
pub fn service_named(label: &str) -> Option<Service> {
    Some(match label {
        "110" => Service::Police,
        "119" => Service::Fire,
        "120" => Service::Ambulance,
        "122" => Service::Traffic,
        "crisis" => Service::Crisis,
        "gas" => Service::Gas,
        _ => return None,
    })
}

fn kind_of(mind: &Mind, text: &str) -> (Kind, f32) {
    let Some((mut label, mut sure)) = mind.best(Part::Kind) else { return kind::kind_of(text) };
    // 我要举报: what callers call it themselves, unless they ask how. Which of the two it is, the rest of the words tell.
    if !matches!(label, "complaint" | "report") && kind::declares_grievance(text) {
        label = mind.best_of(Part::Kind, &["complaint", "report"]).unwrap_or(label);
        sure = sure.max(DECLARED);
    }
    let kind = match label {
        "consult" => Kind::Consult,
        "help" => Kind::Help,
        "complaint" => Kind::Complaint,
        "report" => Kind::Report,
        "suggestion" => Kind::Suggestion,
        "praise" => Kind::Praise,
        _ => Kind::Other,
    };
    (kind, sure)
}

fn doing_of(mind: &Mind) -> Option<(Doing, f32)> {
    let (label, sure) = mind.best(Part::Act)?;
    let doing = match label {
        "ask" => Doing::Ask,
        "demand" => Doing::Demand,
        "close" => Doing::Close,
        "reject" => Doing::Reject,
        "chat" => Doing::Chat,
        "upset" => Doing::Upset,
        "meta" => Doing::Meta,
        _ => Doing::Tell,
    };
    Some((doing, sure))
}

fn domain_of(mind: &Mind, views: &Views) -> Option<Domain> {
    if views.solid.chars().count() < 2 {
        return None;
    }
    let (name, confidence) = mind.best(Part::Domain)?;
    Some(Domain { name: name.to_owned(), confidence })
}

fn line_of(mind: &Mind) -> Option<MedicalLine> {
    Some(match mind.best(Part::Medical)?.0 {
        "employee_retire" => MedicalLine::EmployeeRetire,
        "resident_transfer" => MedicalLine::ResidentTransfer,
        "reimburse_maternity" => MedicalLine::ReimburseMaternity,
        _ => MedicalLine::NotMedical,
    })
}

fn is_dialect(mind: &Mind, views: &Views) -> bool {
    mind.yes(Part::Dialect)
        .map_or_else(|| dialect::builtin().strength(&views.solid) >= 4, |beyond| beyond > 0.0)
}
