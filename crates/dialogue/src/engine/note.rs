//! What is kept of the words: facts into the passport, the matter, what was said beside a wish.

use language::{EntityKind, Reading};

use super::Turn;
use crate::passport::{Fact, Matter, Speaker, label_of};
use crate::slots::{closer, names_place, put_right};

impl Turn<'_> {
    /// Notes what was named; a known value is replaced only where the caller corrects it.
    pub(super) fn note_facts(&mut self, reading: &Reading) {
        let corrects = reading.correction.is_some();
        for entity in &reading.entities {
            let slot = match entity.kind {
                EntityKind::Place => "place",
                EntityKind::Phone => "phone",
                EntityKind::Name => "name",
                EntityKind::IdNumber => "id_number",
                EntityKind::Time => "time",
                EntityKind::Amount => "amount",
                EntityKind::Organisation => "organisation",
                EntityKind::Number | EntityKind::Ticket => continue,
            };
            // What the line told, its number, gives way to what the caller tells.
            let before = self.state.passport.facts.iter().rfind(|fact| fact.slot == slot);
            let known = before.filter(|fact| fact.by != Speaker::Channel && !corrects);
            if entity.kind == EntityKind::Place && !names_place(&entity.value) {
                continue;
            }
            // 潘火路, and a turn later 潘火路396号: the same place, told closer.
            let value = match known {
                // 不是3幢，是8幢: of the place told before, that much is another.
                None if slot == "place" && corrects => before
                    .and_then(|before| put_right(&before.value, &entity.value))
                    .unwrap_or_else(|| entity.value.clone()),
                None => entity.value.clone(),
                Some(fact) if slot == "place" => {
                    let Some(closer) = closer(&fact.value, &entity.value) else { continue };
                    closer
                }
                Some(_) => continue,
            };
            self.state.passport.note(Fact {
                slot: slot.to_owned(),
                label: label_of(slot).to_owned(),
                value,
                words: entity.words.clone(),
                by: Speaker::Citizen,
                at: self.now,
            });
        }
    }

    /// Keeps the words as the matter, so that they travel.
    pub(super) fn remember(&mut self, reading: &Reading) {
        // Saying it again is no new matter: questions count on until something useful has been given.
        if !self.state.open_matter || self.state.useful > 0 {
            self.state.questions = 0;
        }
        self.state.open_matter = true;
        self.state.outcome = None;
        self.state.useful = 0;
        self.state.passport.take_up(Matter {
            words: reading.raw.clone(),
            normal: reading.correction.clone().unwrap_or_else(|| reading.normal.clone()),
            kind: reading.kind,
            domain: reading.domain.as_ref().map(|domain| domain.name.clone()),
        });
    }

    /// "我要投诉，转人工": the wish counts at once, and what was said beside it is not lost.
    pub(super) fn remember_beside_wish(&mut self, reading: &Reading) {
        const LONGEST_BARE_WISH: usize = 12;
        if self.state.passport.matter.is_none() && reading.raw.chars().count() > LONGEST_BARE_WISH {
            self.remember(reading);
        }
    }
}
