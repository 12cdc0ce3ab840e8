//! One question from outside a contact, answered as a contact would be: another program asks on somebody's behalf.
//!
//! The engine itself reads the words, so that danger, the boundary table and the threshold hold here as in a chat. Nothing
//! is written, queued or filed: of the engine's effects only searches are performed, and everything else ends the asking.

use dialogue::{Candidate, Card, Citation, Conversation, Effect, Event, Reason, Target, UtteranceKind, step};
use kernel::{ContactId, Micros};
use knowledge::Ask;
use language::Service;

use crate::Hotline;

/// The most findings a question is answered from.
const CANDIDATES: usize = 5;
/// The most searches one question takes; the engine needs one, a scenario a few.
const ROUNDS: usize = 8;

/// What one question came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it came to.
    pub outcome: TellOutcome,
    /// The nearest entries, best first, the one answered from left out.
    pub near: Vec<TellNear>,
}

/// What a question comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum TellOutcome {
    /// Danger was heard: what to do, before anything else.
    Danger(String),
    /// The libraries know, and are sure enough.
    Answer(TellAnswer),
    /// A person takes it: a complaint, a report, something to be done, a wish for a person.
    Person,
    /// Something may fit, not surely enough to be said.
    Unsure,
    /// Nothing fits.
    Nothing,
}

/// An answer with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct TellAnswer {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The business domain.
    pub domain: String,
    /// The answer's words.
    pub text: String,
    /// How likely it is what was asked, 0 to 1.
    pub confidence: f32,
    /// What it rests on; never empty.
    pub citations: Vec<Citation>,
}

/// An entry near a question.
#[derive(Debug, Clone, PartialEq)]
pub struct TellNear {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// How likely it is what was asked, 0 to 1.
    pub confidence: f32,
}

/// What was heard while the engine ran.
#[derive(Default)]
struct Heard {
    danger: Option<Service>,
    advice: Vec<String>,
    person: bool,
    answered: Vec<Citation>,
    candidates: Vec<Candidate>,
}

impl Hotline {
    /// Answers one question, or says why not. `place` is where the asker is, where known.
    pub fn tell(&self, words: &str, place: Option<&str>) -> Told {
        let now = self.now();
        let brain = self.brain_for_turn(now);
        let mut heard = Heard::default();
        let mut state = Conversation::new(ContactId::from("asked"), now);
        let mut event = Some(Event::Said { text: words.to_owned(), speech: None });
        for _ in 0..ROUNDS {
            let Some(next) = event.take() else { break };
            let stepped = step(&brain, state, next, now);
            state = stepped.state;
            for effect in stepped.effects {
                event = self.performed(effect, place, now, &mut heard).or(event);
            }
        }
        // Something is to be seen to at a place: that is taken down, by the page or by a person.
        heard.person |= state.flow.is_some_and(|flow| flow.scenario == dialogue::scenario::HELP_FLOW);
        let answer = chosen(&heard, |card| brain.guards.servable(card, now), brain.policy.answer_at);
        let shown = answer.as_ref().map(|answer| answer.entry_id.clone());
        let near = near(&heard.candidates, shown.as_deref(), brain.policy.unclear_at);
        let outcome = match answer {
            _ if heard.danger.is_some() => TellOutcome::Danger(heard.advice.join("\n")),
            _ if heard.person && heard.answered.is_empty() => TellOutcome::Person,
            Some(answer) => TellOutcome::Answer(answer),
            None if near.is_empty() => TellOutcome::Nothing,
            None => TellOutcome::Unsure,
        };
        Told { outcome, near }
    }

    /// Performs what may be performed, and gives the event that comes of it.
    fn performed(
        &self,
        effect: Effect,
        place: Option<&str>,
        now: Micros,
        heard: &mut Heard,
    ) -> Option<Event> {
        match effect {
            Effect::Search { request, query, domain, about, except } => {
                let ask = Ask {
                    text: &query,
                    domain: domain.as_deref(),
                    region: place,
                    about: about.as_deref(),
                    except: &except,
                    quick: !self.reads_deeply(now),
                };
                let found = self.library().search(&ask, now, CANDIDATES);
                let candidates: Vec<Candidate> = found.into_iter().map(crate::link::candidate).collect();
                if heard.candidates.is_empty() {
                    heard.candidates.clone_from(&candidates);
                }
                Some(Event::Found { request, candidates })
            }
            Effect::Fetch { request, entry, clause } => {
                let card = self.library().card(&entry, clause.as_deref(), now).map(crate::link::card);
                Some(Event::Fetched { request, card })
            }
            Effect::Advise { service } => {
                heard.danger = Some(service);
                None
            }
            Effect::Say(said) => {
                match said.kind {
                    UtteranceKind::Advice => heard.advice.push(said.text),
                    UtteranceKind::Answer if heard.answered.is_empty() => heard.answered = said.citations,
                    _ => {}
                }
                None
            }
            Effect::Enqueue(hand_over) => {
                // Not knowing is no reason to send somebody away from what comes near.
                heard.person |= !matches!(hand_over.reason, Reason::NoAnswer | Reason::NotUnderstood);
                None
            }
            // Whose ticket it is cannot be proved here, and there is nothing to end or move.
            Effect::LookUpTicket { .. }
            | Effect::OpenTicket { .. }
            | Effect::PromiseCallback { .. }
            | Effect::AddToTicket { .. }
            | Effect::ToAgent { .. }
            | Effect::LeaveQueue
            | Effect::MoveLine { .. }
            | Effect::End { .. } => None,
        }
    }
}

/// The answer: the entry the engine spoke from, or the best finding where it began to ask instead.
fn chosen(heard: &Heard, servable: impl Fn(Card) -> Option<Card>, answer_at: f32) -> Option<TellAnswer> {
    let spoken = heard.answered.first().map(|citation| citation.entry_id.as_str());
    let best = heard.candidates.iter().find(|one| match (&one.target, spoken) {
        (Target::Entry(id), Some(spoken)) => id == spoken,
        (Target::Entry(_), None) => true,
        (Target::Scenario(_), _) => false,
    })?;
    if best.confidence < answer_at {
        return None;
    }
    let card = servable(best.card.clone()?)?;
    Some(TellAnswer {
        entry_id: card.entry_id,
        title: card.title,
        domain: card.domain,
        text: card.text,
        confidence: best.confidence,
        citations: card.citations,
    })
}

fn near(candidates: &[Candidate], but: Option<&str>, least: f32) -> Vec<TellNear> {
    let entries =
        candidates.iter().filter(|one| one.confidence >= least).filter_map(|one| match &one.target {
            Target::Entry(id) if Some(id.as_str()) != but && one.card.is_some() => {
                Some(TellNear { entry_id: id.clone(), title: one.title.clone(), confidence: one.confidence })
            }
            _ => None,
        });
    entries.take(3).collect()
}
