//! How far a program can judge a conversation. What it cannot decide stays open, visible for a reader.

mod statement;

use anyhow::Result;
use contact::Hotline;
use dialogue::{Conversation, Lane, Outcome, Phase};
use kernel::{ContactId, Ctx};
use serde::Serialize;

use super::dialogues::Expect;

/// A fact that was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What staff read: 地址, 联系电话.
    pub label: String,
    /// The value as it stands at the end.
    pub value: String,
    /// The words it was taken from.
    pub words: String,
    /// The channel told it, not the caller.
    pub by_channel: bool,
}

/// What happened.
#[derive(Debug, Default, Serialize)]
pub struct Evidence {
    /// Turn by turn; the first is the connection itself.
    pub transcript: serde_json::Value,
    /// The outcome.
    pub outcome: String,
    /// Facts, one a label.
    pub passport: Vec<Told>,
    /// Tickets in full.
    pub tickets: Vec<serde_json::Value>,
    /// Sources cited, with their article.
    pub citations: Vec<String>,
    /// Questions put, in order.
    pub questions: Vec<String>,
    /// Slots asked.
    pub asked: Vec<String>,
    /// Everything said to the caller.
    pub said: Vec<String>,
    /// Places in the queue.
    pub places: Vec<u32>,
    /// Danger advice was given.
    pub advised: Vec<String>,
    /// A person was called for.
    pub person: bool,
    /// A call-back was promised.
    pub callback: bool,
    /// Titles of the answers given.
    pub answered_with: Vec<String>,
    /// The matters in words.
    pub matters: Vec<String>,
    /// The lines passed.
    pub lines: Vec<String>,
    /// The lane, by its name.
    pub lane: String,
    /// Slots asked although they were known before.
    pub asked_again: Vec<String>,
    /// Where a wish for a person did not lead to one in a single turn: the words and the phase.
    pub no_escape: Vec<String>,
    /// How many wishes were tried.
    pub escapes_tried: usize,
}

impl Evidence {
    /// Takes over what a conversation holds.
    pub fn take(&mut self, state: &Conversation) {
        let passport = &state.passport;
        for fact in &passport.facts {
            self.passport.retain(|known| known.label != fact.label);
            self.passport.push(Told {
                label: fact.label.clone(),
                value: fact.value.clone(),
                words: fact.words.clone(),
                by_channel: fact.by == dialogue::Speaker::Channel,
            });
        }
        for title in &passport.tried {
            if !self.answered_with.contains(title) {
                self.answered_with.push(title.clone());
            }
        }
        for matter in passport.earlier.iter().chain(&passport.matter) {
            if !self.matters.contains(&matter.words) {
                self.matters.push(matter.words.clone());
            }
        }
        self.asked.clone_from(&passport.asked);
        self.advised.clone_from(&passport.advised);
        self.lines.clone_from(&passport.lines);
        let lane = match state.lane {
            Lane::Normal => "普通",
            Lane::Dialect => "方言",
            Lane::Elderly => "老年",
            Lane::Emergency => "紧急",
        };
        lane.clone_into(&mut self.lane);
        self.callback |= state.outcome == Some(Outcome::Callback);
        self.person |= matches!(state.phase, Phase::Queued { .. } | Phase::WithAgent)
            || matches!(state.outcome, Some(Outcome::HandedOver | Outcome::Callback));
    }

    /// Names the outcome and reads the tickets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish(
        &mut self,
        hotline: &Hotline,
        contact: &ContactId,
        state: &Conversation,
    ) -> Result<()> {
        let system = Ctx::system("eval", hotline.clock());
        let mut numbers = state.passport.tickets.clone();
        for row in hotline.casework().tickets_of_contact(&system, contact).await? {
            if !numbers.contains(&row.number) {
                numbers.push(row.number);
            }
        }
        for number in numbers {
            if let Ok(ticket) = hotline.casework().ticket_get(&system, &number).await {
                self.tickets.push(serde_json::to_value(ticket)?);
            }
        }
        let outcome = if !self.advised.is_empty() {
            "emergency_advice"
        } else if self.person {
            "handed_over"
        } else if !self.tickets.is_empty() || !state.passport.tickets.is_empty() {
            "ticket"
        } else if state.useful > 0 || state.outcome == Some(Outcome::Answered) || !self.citations.is_empty() {
            "answered"
        } else {
            "refused_nothing"
        };
        outcome.clone_into(&mut self.outcome);
        Ok(())
    }
}

/// A statement with the judgement: nothing where a program cannot decide.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// The statement.
    pub statement: String,
    /// Whether it holds.
    pub holds: Option<bool>,
}

/// The verdict on a conversation.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// The outcome is the expected one.
    pub outcome_right: bool,
    /// What must hold.
    pub must: Vec<Judged>,
    /// What must not: `holds: true` is a break.
    pub must_not: Vec<Judged>,
}

/// Judges a conversation.
pub fn judge(expect: &Expect, evidence: &Evidence) -> Verdict {
    let all = |statements: &[String]| {
        statements
            .iter()
            .map(|one| Judged { statement: one.clone(), holds: statement::holds(one, evidence) })
            .collect()
    };
    Verdict {
        outcome_right: expect.outcome == evidence.outcome,
        must: all(&expect.must),
        must_not: all(&expect.must_not),
    }
}
