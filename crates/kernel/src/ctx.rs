//! Who acts, within what scope, at what instant. Every write and every read of personal data carries one.

use serde::{Deserialize, Serialize};

use crate::id::{ContactId, StaffId, UnitId};
use crate::{Clock, Micros};

/// What a member of staff is employed to do. Permissions are derived from it in `security`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks with citizens at the desk.
    Agent,
    /// Watches queues and agents, helps on calls.
    Supervisor,
    /// Keeps entries and scenarios true.
    KnowledgeEditor,
    /// Sends tickets to units.
    Dispatcher,
    /// Handles a unit's tickets.
    UnitHandler,
    /// Reads everything of the district, decides.
    Manager,
    /// Runs courses and exams.
    Trainer,
    /// Deputy, delegate or committee member on the liaison roster.
    LiaisonMember,
    /// Accounts, settings, integrations.
    Administrator,
}

/// The part of the organisation whose data a person sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "level", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// The whole district.
    District,
    /// One town, street or park, by its code.
    Place(String),
    /// One handling unit.
    Unit(UnitId),
}

/// Who does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// The program itself: a timer, a reconciler, an import. `part` names which.
    System {
        /// The part of the program, for the audit.
        part: String,
    },
    /// The citizen of a contact.
    Citizen {
        /// The contact the citizen proved to own.
        contact: ContactId,
    },
    /// A member of staff.
    Staff {
        /// Whose account.
        id: StaffId,
        /// The account's role.
        role: Role,
        /// The data it may touch.
        scope: Scope,
    },
}

/// The context of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// When, read once so that one operation has one time.
    pub now: Micros,
    /// Ties log lines, audit rows and outgoing messages of one operation together.
    pub trace: String,
}

impl Ctx {
    /// A context for the program's own work.
    pub fn system(part: &str, clock: &dyn Clock) -> Self {
        Self { actor: Actor::System { part: part.to_owned() }, now: clock.now(), trace: String::new() }
    }

    /// The actor as one word for the audit: `system:timers`, `citizen:0192..`, `staff:0192..`.
    pub fn actor_key(&self) -> String {
        match &self.actor {
            Actor::System { part } => format!("system:{part}"),
            Actor::Citizen { contact } => format!("citizen:{contact}"),
            Actor::Staff { id, .. } => format!("staff:{id}"),
        }
    }
}
