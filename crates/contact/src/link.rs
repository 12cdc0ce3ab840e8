//! Between the words of the crates: cards, candidates, arrivals.

use std::collections::BTreeMap;

use dialogue::{Candidate, Card, Channel, Citation, Conversation, HandOver, Lane, Outcome, Target};
use kernel::{ContactId, Micros};
use routing::{Arrival, Command, Media};
use serde::{Deserialize, Serialize};

use crate::Hotline;
use crate::turn::keeps_place;

/// A command to routing, as it lies in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ordered {
    pub contact: ContactId,
    pub command: Command,
}

pub(crate) fn card(card: knowledge::AnswerCard) -> Card {
    Card {
        entry_id: card.entry_id,
        title: card.title,
        domain: card.domain,
        text: card.text,
        citations: card.citations.into_iter().map(citation).collect(),
    }
}

fn citation(citation: knowledge::Citation) -> Citation {
    Citation {
        entry_id: citation.entry_id,
        clause_id: citation.clause_id,
        text: citation.text,
        source: citation.source,
        document_number: citation.document_number,
        article: citation.article,
        in_force_from: citation.in_force_from,
        in_force_until: citation.in_force_until,
        local: citation.local,
    }
}

pub(crate) fn candidate(found: knowledge::Answerable) -> Candidate {
    let target = match found.target {
        knowledge::Target::Entry(id) => Target::Entry(id),
        knowledge::Target::Scenario(id) => Target::Scenario(id),
    };
    Candidate { target, title: found.title, confidence: found.confidence, card: found.card.map(card) }
}

pub(crate) const fn lane(lane: Lane) -> routing::Lane {
    match lane {
        Lane::Normal => routing::Lane::Normal,
        Lane::Dialect => routing::Lane::Dialect,
        Lane::Elderly => routing::Lane::Elderly,
        Lane::Emergency => routing::Lane::Emergency,
    }
}

/// What routing is told when a contact ends.
pub(crate) fn departure(state: &Conversation, outcome: Outcome) -> Command {
    let contact = state.id.clone();
    match outcome {
        outcome if keeps_place(outcome) => Command::KeepPlace { contact },
        Outcome::HandedOver => Command::Finish { contact, agent: None },
        _ => Command::Abandon { contact },
    }
}

impl Hotline {
    pub(crate) fn arrival(&self, state: &Conversation, hand_over: &HandOver, now: Micros) -> Command {
        let site = self.site();
        let queue = site.queue_of(hand_over.line.as_str(), now);
        // Skills steer, they never lock out: only those that somebody of the queue can have are asked for.
        let of_queue = site.queues.iter().find(|known| known.id == queue);
        let needs: BTreeMap<String, u8> = hand_over
            .skills
            .iter()
            .filter(|skill| of_queue.is_some_and(|queue| queue.skills.contains(skill)))
            .map(|skill| (skill.clone(), 1))
            .collect();
        Command::Enqueue(Arrival {
            contact: state.id.clone(),
            queue,
            media: if state.channel == Channel::Voice { Media::Voice } else { Media::Chat },
            lane: lane(hand_over.lane),
            priority: None,
            needs,
            place: None,
        })
    }
}
