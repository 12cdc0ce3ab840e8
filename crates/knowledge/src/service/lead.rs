//! How sure the best finding is, in the light of what else was found.
//!
//! The index judges each finding by itself. Words that fit one entry and no other are answered by it far more surely than words
//! that fit two of them equally well, so the best of a kind is judged once more by its lead over the next of its kind. An entry
//! and a scenario about one matter are no rivals. Where the sentence encoder has read, the index's own confidence knows all this.

use crate::model::{Answerable, Target};

/// Below this the index does not know the matter at all, and a lead over nothing proves nothing.
const KNOWN: f32 = 0.30;
/// Weights of the log odds of the best, of the next, and the constant: logistic regression over the starter pack's own test
/// questions (2,369), refitted by `tools/ranker/lead.py` whenever the ranker changes.
const OWN: f32 = 0.912;
const NEXT: f32 = -0.813;
const BASE: f32 = 0.269;

/// Judges the best entry and the best scenario anew; the order of findings stays.
pub(super) fn judge(found: &mut [Answerable]) {
    for entries in [true, false] {
        let of_kind = |one: &Answerable| matches!(one.target, Target::Entry(_)) == entries;
        let Some(best) = found.iter().position(of_kind) else { continue };
        let next = found.iter().skip(best + 1).filter(|one| of_kind(one));
        let next = next.map(|one| one.confidence).fold(0.0, f32::max);
        if let Some(best) = found.get_mut(best) {
            best.confidence = with_lead(best.confidence, next);
        }
    }
}

fn with_lead(own: f32, next: f32) -> f32 {
    if own < KNOWN {
        return own;
    }
    let odds = OWN * log_odds(own) + NEXT * log_odds(next) + BASE;
    1.0 / (1.0 + (-odds).exp())
}

fn log_odds(confidence: f32) -> f32 {
    let confidence = confidence.clamp(0.001, 0.999);
    (confidence / (1.0 - confidence)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_makes_sure_and_a_rival_makes_unsure() {
        assert!(with_lead(0.5, 0.01) > 0.9);
        assert!(with_lead(0.5, 0.45) < 0.7);
        assert!(with_lead(0.9, 0.2) > with_lead(0.6, 0.2));
    }

    #[test]
    fn what_is_not_known_stays_so() {
        assert!((with_lead(0.2, 0.0) - 0.2).abs() < f32::EPSILON);
    }
}
