//! The conversation engine: one brain for text and voice.
//!
//! [`step`] takes a conversation, an event and the time, and gives the conversation afterwards with the effects to
//! perform. It does no I/O: searching, queueing and filing are effects, and their results come back as events.
//!
//! Invariants (the caller's charter, lines 1-5, 8 and 9): each has its enforcing code in [`guards`], and
//! [`checker`] walks the real engine through every scenario, state and kind of input to prove that none can be broken.
//! Deliberately absent: clocks, stores, models, HTML.

pub mod boundary;
pub mod brain;
pub mod checker;
mod engine;
pub mod event;
pub mod guards;
pub mod passport;
pub mod scenario;
pub mod slots;
pub mod state;
pub mod words;

pub use boundary::{Boundary, Treat};
pub use brain::{Brain, LineProfile, Policy};
pub use engine::{Step, step};
pub use event::{
    Candidate, Card, Citation, Effect, Event, HandOver, Previous, Reason, SpeechFeatures, Target,
    TicketDraft, Utterance, UtteranceKind,
};
pub use passport::{Fact, Matter, Passport, Speaker};
pub use scenario::{Scenario, ScenarioError, Scenarios};
pub use state::{Channel, Conversation, Flow, Lane, Outcome, Phase, Purpose};
