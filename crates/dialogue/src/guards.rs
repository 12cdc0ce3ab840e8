//! The caller's charter, enforced. Each line of it that the engine can break has its enforcing code here and nowhere
//! else, so that removing one is one change, and the checker's own test can remove each in turn.

use kernel::Micros;
use language::{Kind, Reading, Service, Urgency};

use crate::boundary::{Boundary, Treat};
use crate::event::{Card, Event};
use crate::passport::Passport;
use crate::state::{Conversation, Lane, Phase};

/// One enforcing place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// Line 1: a wish in words.
    WishInWords,
    /// Line 1: the key 0.
    KeyZero,
    /// Line 2: one question before the first useful answer.
    OneQuestion,
    /// Line 2: two failures hand over.
    TwoFailures,
    /// Line 2: a flow that does not get on hands over.
    Progress,
    /// Line 3: danger.
    Danger,
    /// Line 3: complaints, hard and urgent matters.
    PersonFirst,
    /// Line 4: nothing known is asked.
    NeverAskKnown,
    /// Line 4: the passport goes along.
    PassportTravels,
    /// Line 5: only text in force.
    InForce,
    /// Line 5: only text with a source.
    Sourced,
    /// Line 5: below the threshold it says so and hands over.
    Abstain,
    /// Line 8: it says that it is a machine.
    Disclosure,
    /// Line 8: asked what it is, it tells the truth.
    Honest,
    /// Line 9: leaving does not lose the matter.
    NothingLost,
    /// Line 9: a part that is down hands over.
    PartDown,
}

impl Guard {
    /// All of them, with the charter line each enforces.
    pub const ALL: [(Self, u8); 16] = [
        (Self::WishInWords, 1),
        (Self::KeyZero, 1),
        (Self::OneQuestion, 2),
        (Self::TwoFailures, 2),
        (Self::Progress, 2),
        (Self::Danger, 3),
        (Self::PersonFirst, 3),
        (Self::NeverAskKnown, 4),
        (Self::PassportTravels, 4),
        (Self::InForce, 5),
        (Self::Sourced, 5),
        (Self::Abstain, 5),
        (Self::Disclosure, 8),
        (Self::Honest, 8),
        (Self::NothingLost, 9),
        (Self::PartDown, 9),
    ];
}

/// The guards. In the product none can be switched off: the switch exists only with the `mutants` feature.
#[derive(Debug, Clone, Copy, Default)]
pub struct Guards {
    #[cfg(feature = "mutants")]
    removed: Option<Guard>,
}

/// A flow may take this many steps without a word from the caller.
const STEPS_WITHOUT_A_WORD: u16 = 24;
/// Added to a greeting that does not say it.
const DISCLOSURE: &str = "我是自动助手，是机器，不是真人；随时说“转人工”都可以。";

impl Guards {
    /// The guards with one taken out, for the checker's own test.
    #[cfg(feature = "mutants")]
    pub const fn without(guard: Guard) -> Self {
        Self { removed: Some(guard) }
    }

    #[cfg(feature = "mutants")]
    fn holds(self, guard: Guard) -> bool {
        self.removed != Some(guard)
    }

    #[cfg(not(feature = "mutants"))]
    #[expect(clippy::unused_self, reason = "the switch exists only with the `mutants` feature")]
    const fn holds(self, _guard: Guard) -> bool {
        true
    }

    /// Line 1: the words are a wish for a person.
    pub fn wishes_person(self, reading: &Reading) -> bool {
        self.holds(Guard::WishInWords) && reading.human.is_some()
    }

    /// Line 1: the key is a wish for a person.
    pub fn key_wishes_person(self, digit: char) -> bool {
        self.holds(Guard::KeyZero) && digit == '0'
    }

    /// Line 2: another question may be put now. What a ticket cannot do without may always be asked.
    pub fn may_ask(self, state: &Conversation, for_ticket: bool) -> bool {
        !self.holds(Guard::OneQuestion) || for_ticket || state.useful > 0 || state.questions == 0
    }

    /// Line 2: it has failed too often in a row.
    pub fn too_many_failures(self, state: &Conversation, limit: u8) -> bool {
        self.holds(Guard::TwoFailures) && state.failures >= limit.clamp(1, 2)
    }

    /// Line 2: the flow goes on without the caller.
    pub fn stuck(self, steps: u16) -> bool {
        if self.holds(Guard::Progress) {
            steps > STEPS_WITHOUT_A_WORD
        } else {
            steps > STEPS_WITHOUT_A_WORD * 100
        }
    }

    /// Line 3: danger in the words.
    pub fn danger(self, reading: &Reading) -> Option<Service> {
        if self.holds(Guard::Danger) { reading.danger.as_ref().map(|danger| danger.service) } else { None }
    }

    /// Line 3: a person takes it before the bot tries.
    pub fn person_first(
        self,
        boundary: &Boundary,
        domain: Option<&str>,
        kind: Kind,
        urgency: Urgency,
        lane: Lane,
    ) -> Option<(Treat, String)> {
        if !self.holds(Guard::PersonFirst) {
            return None;
        }
        let decision = boundary.decide(domain, kind, urgency, lane);
        (decision.treat != Treat::Bot).then(|| (decision.treat, decision.why.to_owned()))
    }

    /// Line 4: the slot is known already.
    pub fn known<'a>(self, passport: &'a Passport, slot: &str) -> Option<&'a str> {
        if self.holds(Guard::NeverAskKnown) { passport.value(slot) } else { None }
    }

    /// Line 4: what goes with the contact.
    pub fn passport(self, state: &Conversation) -> Passport {
        if self.holds(Guard::PassportTravels) { state.passport.clone() } else { Passport::default() }
    }

    /// Line 5: the card as it may be said on this day: only clauses in force, and nothing without a source.
    pub fn servable(self, card: Card, now: Micros) -> Option<Card> {
        let mut card = card;
        if self.holds(Guard::InForce) {
            let day = now.day();
            let before = card.citations.len();
            card.citations.retain(|citation| citation.in_force(day));
            // The entry's own words rest on all of its clauses: with one gone they may be wrong.
            if card.citations.len() < before {
                card.text = card
                    .citations
                    .iter()
                    .map(|citation| citation.text.as_str())
                    .collect::<Vec<_>>()
                    .join("\n");
            }
        }
        let sourced = !card.citations.is_empty()
            && card.citations.iter().all(|citation| !citation.source.trim().is_empty());
        (!card.text.trim().is_empty() && (sourced || !self.holds(Guard::Sourced))).then_some(card)
    }

    /// Line 5: good enough to be given as an answer.
    pub fn good_enough(self, confidence: f32, threshold: f32) -> bool {
        confidence >= threshold || !self.holds(Guard::Abstain)
    }

    /// Line 8: the greeting, which says that a machine speaks.
    pub fn greeting(self, line: &str) -> String {
        if !self.holds(Guard::Disclosure) || line.contains("机器") {
            line.to_owned()
        } else {
            format!("{line}{DISCLOSURE}")
        }
    }

    /// Line 8: the answer to "are you a person".
    pub fn identity(self) -> &'static str {
        if self.holds(Guard::Honest) {
            "我是自动助手，是机器，不是真人。您直接说事就行；想和人说话，说一声“转人工”，马上转。"
        } else {
            "我是为您服务的工作人员。"
        }
    }

    /// Line 9: the caller leaves while something is unfinished.
    pub fn leaves_unfinished(self, state: &Conversation) -> bool {
        self.holds(Guard::NothingLost) && (state.open_matter || matches!(state.phase, Phase::Queued { .. }))
    }

    /// Line 9: a part of ours is down, and the caller waits for it.
    pub fn part_down(self, state: &Conversation, event: &Event) -> bool {
        self.holds(Guard::PartDown)
            && match event {
                Event::SpeechDown | Event::QueueFailed => {
                    state.phase != Phase::Ended && state.phase != Phase::WithAgent
                }
                Event::SearchFailed { request } | Event::TicketFailed { request } => match state.phase {
                    Phase::Seeking { request: waiting, .. } | Phase::Filing { request: waiting } => {
                        waiting == *request
                    }
                    _ => false,
                },
                _ => false,
            }
    }
}
