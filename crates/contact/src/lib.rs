//! The shell around the cores: loads a contact, applies an event to the conversation engine, performs the effects, and
//! commits state, messages, audit and outgoing commands in one transaction. `api` and `voice` speak to citizens and
//! desks through it alone.
//!
//! Invariants:
//! - What a citizen was told is in the database before it is shown: a killed process picks every contact up again.
//! - An event is applied once: a resent message (same client id) and a repeated result change nothing.
//! - Commands to routing and casework leave through the outbox, written with the state that decided them.
//! - Hints ([`Hub`]) carry no data: who is woken reads the rows.
//!
//! Deliberately absent: HTTP, sound, rules of conversation (`dialogue`), rules of queues (`routing`).

mod admin;
mod brain;
mod call;
mod chat;
mod desk;
mod error;
mod gap;
mod hotline;
mod hub;
mod learn;
mod link;
mod pace;
mod phone;
mod pump;
mod read;
pub mod site;
pub mod sql;
mod supervise;
mod tell;
#[cfg(feature = "testing")]
pub mod testing;
mod third;
mod ticket;
mod turn;
pub mod view;

pub use admin::{AuditRow, Tried};
pub use call::CallView;
pub use chat::{Opening, Said};
pub use desk::Corrected;
pub use error::ContactError;
pub use hotline::{Hotline, Parts};
pub use hub::{Hub, Watch};
pub use phone::{CallState, LineUp, Phones, Rung};
pub use supervise::ContactFilter;
pub use tell::{TellAnswer, TellNear, TellOutcome, Told};
pub use third::{AskedMember, Station};
pub use turn::phase_name;
