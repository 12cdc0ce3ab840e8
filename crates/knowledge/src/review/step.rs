//! The steps of a draft. Nobody passes their own words: who wrote the content last does not review it.

use kernel::Micros;
use serde::{Deserialize, Serialize};

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// Being written.
    Draft,
    /// Waiting for a second person.
    Review,
    /// Passed; comes into use at its time.
    Scheduled,
    /// In use.
    Published,
    /// Given up.
    Dropped,
}

impl DraftState {
    /// The word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Dropped => "dropped",
        }
    }

    /// The state a row names; an unknown one is at rest.
    pub fn read(word: &str) -> Self {
        [Self::Draft, Self::Review, Self::Scheduled, Self::Published]
            .into_iter()
            .find(|state| state.as_str() == word)
            .unwrap_or(Self::Dropped)
    }

    /// Whether anything may still happen to it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Review | Self::Scheduled)
    }
}

/// What is to be done with a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Write its content anew.
    Save,
    /// Ask for review.
    Submit,
    /// Send it back to its author.
    Return,
    /// Let it pass: into use now, or at an instant.
    Approve(Option<Micros>),
    /// Give it up.
    Drop,
    /// Its time has come.
    Publish,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("草稿现在的状态不能这样操作，请刷新后看看它到了哪一步")]
    NotNow,
    /// Reviewing one's own words.
    #[error("自己写的内容要由另一个人审核，请找同事审")]
    OwnWork,
    /// A time that has passed.
    #[error("定时发布的时间已经过去，请选一个将来的时间，或立即发布")]
    InPast,
    /// Not yet its time.
    #[error("还没到定时发布的时间")]
    TooEarly,
    /// A return without a word.
    #[error("请写明退回的原因，让作者知道改什么")]
    NoReason,
}

/// The state after a step. `due` is the instant of a scheduled draft.
///
/// # Errors
/// [`Refusal`] when the step may not be taken by this actor, in this state, at this time.
pub fn decide(
    state: DraftState,
    step: Step,
    author: &str,
    actor: &str,
    due: Option<Micros>,
    now: Micros,
) -> Result<DraftState, Refusal> {
    use DraftState::{Draft, Dropped, Published, Review, Scheduled};
    match (state, step) {
        // Whoever changes what waits for review, or has passed it, sends it back to the start.
        (Draft | Review | Scheduled, Step::Save | Step::Return) => Ok(Draft),
        (Draft, Step::Submit) => Ok(Review),
        (Review | Scheduled, Step::Approve(_)) if author == actor => Err(Refusal::OwnWork),
        (Review | Scheduled, Step::Approve(None)) => Ok(Published),
        (Review | Scheduled, Step::Approve(Some(at))) if at <= now => Err(Refusal::InPast),
        (Review | Scheduled, Step::Approve(Some(_))) => Ok(Scheduled),
        (Scheduled, Step::Publish) if due.is_none_or(|due| due <= now) => Ok(Published),
        (Scheduled, Step::Publish) => Err(Refusal::TooEarly),
        (Draft | Review | Scheduled, Step::Drop) => Ok(Dropped),
        _ => Err(Refusal::NotNow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STATES: [DraftState; 5] = [
        DraftState::Draft,
        DraftState::Review,
        DraftState::Scheduled,
        DraftState::Published,
        DraftState::Dropped,
    ];

    #[test]
    fn states_are_read_as_written() {
        assert!(STATES.iter().all(|state| DraftState::read(state.as_str()) == *state));
        assert_eq!(DraftState::read("?"), DraftState::Dropped);
    }

    fn steps() -> impl Strategy<Value = (Step, u8)> {
        let step = prop_oneof![
            Just(Step::Save),
            Just(Step::Submit),
            Just(Step::Return),
            Just(Step::Drop),
            Just(Step::Publish),
            Just(Step::Approve(None)),
            (0i64..200).prop_map(|at| Step::Approve(Some(Micros(at)))),
        ];
        (step, 0u8..3)
    }

    proptest! {
        /// Whatever is done in whatever order: what comes into use was passed, unchanged, by somebody who did not write it, and
        /// not before its time; what is at rest stays so.
        #[test]
        fn nothing_comes_into_use_unseen(history in proptest::collection::vec(steps(), 0..40)) {
            let (mut state, mut author, mut due) = (DraftState::Draft, "0".to_owned(), None);
            let mut passed_by: Option<String> = None;
            for (minute, (step, actor)) in history.into_iter().enumerate() {
                let (now, actor) = (Micros(minute as i64 * 5), actor.to_string());
                let Ok(next) = decide(state, step, &author, &actor, due, now) else { continue };
                prop_assert!(state.is_open());
                match step {
                    Step::Save => { author = actor; passed_by = None; due = None; }
                    Step::Return => { passed_by = None; due = None; }
                    Step::Approve(at) => { prop_assert_ne!(&author, &actor); passed_by = Some(actor); due = at; }
                    _ => {}
                }
                if next == DraftState::Published {
                    prop_assert!(passed_by.as_ref().is_some_and(|by| *by != author));
                    prop_assert!(due.is_none_or(|due| due <= now));
                }
                state = next;
            }
        }
    }
}
