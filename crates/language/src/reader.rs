//! Puts the parts together: one utterance in, one [`Reading`] out.

use crate::plain::{MAX_CHARS, fold};
use crate::reading::{Heard, Reading};
use crate::{act, danger, entity, escape, kind};

/// Reads utterances. Holds lexicons and models, all immutable: cheap to share, safe to swap as a whole.
#[derive(Debug, Default)]
pub struct Reader {}

impl Reader {
    /// A reader with the built-in lexicons and no site data.
    pub fn builtin() -> Self {
        Self::default()
    }

    /// Reads one utterance in the light of where it was said.
    pub fn read(&self, text: &str, heard: &Heard) -> Reading {
        let raw: String = text.trim().chars().take(MAX_CHARS).collect();
        let escape = escape::hear(&raw, heard);
        let (kind, kind_confidence) = kind::kind_of(&raw);
        Reading {
            normal: fold(&raw).trim().to_owned(),
            human: escape.wish,
            refuses_human: escape.refused,
            danger: danger::look(&raw),
            kind,
            kind_confidence,
            urgency: kind::urgency_of(&raw),
            distress: kind::distress_of(&raw),
            act: act::act_of(&raw),
            correction: act::correction_of(&raw),
            entities: entity::find(&raw),
            raw,
            ..Reading::default()
        }
    }
}
