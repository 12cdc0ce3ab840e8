//! Tickets over the store: one file for each thing done with them.

mod append;
mod assign;
mod attach;
mod board;
mod citizen;
mod clock;
mod deadline;
mod entrust;
mod follow;
mod get;
mod guard;
mod lessons;
mod list;
mod notice;
mod open;
mod permit;
mod personal;
mod progress;
mod refresh;
mod rows;
mod search;
mod similar;
mod since;
mod step;
mod take;
mod tell;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use kernel::{Actor, Ctx, Rng, Role, Scope, WorkCalendar};
use security::{Keys, Masked};
use store::Store;

use crate::dispatch::Catalogue;
use crate::{CaseworkError, Organisation};
use guard::ProofGuard;
use lessons::Taught;

pub use assign::{Options, Recommendations};
pub use attach::{FILE_MAX_BYTES, FILES_MAX};
pub use board::{
    Board, BoardLine, Group, Indicators, Lights, Rates, Repeats, UnitFigures, Unsolved, WindowMonth,
};
pub use citizen::{CitizenForm, CitizenStep};
pub use entrust::Ending;
pub use follow::{Followed, Follower};
pub use lessons::{LessonRun, Lessons};
pub use list::{DueFilter, Paging, TicketFilter};
pub use notice::{Notice, Notices};
pub use open::Beside;
pub use progress::Proof;
pub use similar::Related;
pub use since::{Moved, Outline, Place};
pub use take::{Part, StepForm};

/// The purpose under which what is personal in a ticket is sealed.
const SEAL_TICKET: &str = "ticket";
/// The purpose under which the numbers of call-back promises are sealed.
const SEAL_CALLBACK: &str = "callback";
/// The hint that tickets have changed.
pub(crate) const TOPIC: &str = "tickets";

/// The tickets of a site. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Casework(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    keys: Keys,
    calendar: RwLock<Arc<WorkCalendar>>,
    organisation: RwLock<Arc<Organisation>>,
    catalogue: RwLock<Arc<Catalogue>>,
    taught: RwLock<Taught>,
    rng: Mutex<Rng>,
    proofs: Mutex<ProofGuard>,
}

impl Casework {
    /// The tickets of a migrated store. Until [`Self::refresh`] or [`Self::set_organisation`] no unit is proposed and none has a name.
    pub fn new(store: Store, calendar: WorkCalendar, keys: Keys, rng: Rng) -> Self {
        Self(Arc::new(Inner {
            store,
            keys,
            calendar: RwLock::new(Arc::new(calendar)),
            organisation: RwLock::default(),
            catalogue: RwLock::default(),
            taught: RwLock::default(),
            rng: Mutex::new(rng),
            proofs: Mutex::default(),
        }))
    }

    /// Sets units and places, as the site's `organisation` document gives them.
    pub fn set_organisation(&self, organisation: Organisation) {
        *self.0.organisation.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(organisation);
    }

    /// Sets the dispatch catalogue.
    pub fn set_catalogue(&self, catalogue: Catalogue) {
        *self.0.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalogue);
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.0.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the working days, when a new year's notice has been added.
    pub fn set_calendar(&self, calendar: WorkCalendar) {
        *self.0.calendar.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(calendar);
    }

    /// The database the tickets stand in.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    fn organisation(&self) -> Arc<Organisation> {
        Arc::clone(&self.0.organisation.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn calendar(&self) -> Arc<WorkCalendar> {
        Arc::clone(&self.0.calendar.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn random<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.0.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn seal(&self, purpose: &str, plain: &str) -> Result<String, CaseworkError> {
        Ok(self.random(|rng| self.0.keys.seal(purpose, plain, rng))?)
    }

    fn unseal(&self, sealed: &str) -> Result<Masked<String>, CaseworkError> {
        Ok(self.0.keys.open(SEAL_TICKET, sealed)?)
    }

    /// Who acts, in words.
    fn actor_words(&self, ctx: &Ctx) -> String {
        match &ctx.actor {
            Actor::System { .. } => "系统".to_owned(),
            Actor::Citizen { .. } => CITIZEN.to_owned(),
            Actor::Staff { role, scope, .. } => match scope {
                Scope::Unit(unit) => match self.organisation().unit_name(unit) {
                    Some(name) => name.to_owned(),
                    None => role_words(*role).to_owned(),
                },
                Scope::District | Scope::Place(_) => role_words(*role).to_owned(),
            },
        }
    }
}

/// The citizen, as an actor.
pub(super) const CITIZEN: &str = "群众";

const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Agent => "话务员",
        Role::Supervisor => "班长",
        Role::KnowledgeEditor => "知识管理员",
        Role::Dispatcher => "派单员",
        Role::UnitHandler => "承办单位",
        Role::Manager => "管理人员",
        Role::Trainer => "培训师",
        Role::LiaisonMember => "联络站成员",
        Role::Administrator => "系统管理员",
    }
}
