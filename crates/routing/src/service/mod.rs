//! Routing over rows. A command is applied in memory and its changed rows, its record and its messages are written in one
//! transaction; when that fails the memory is thrown away and read again from the rows, which are the truth.
//!
//! Commands come one after another (a lock in the process, a lease between processes: every write proves with the lease's
//! fence that this process still leads). A process that does not lead refuses commands with [`RoutingError::NotLeading`];
//! [`hand_over`] reaches the leader from any process.

mod effect_row;
mod handover;
mod lead;
mod load;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use kernel::{Clock, Coded, Ctx, ErrorCode, Rng};
use store::{Dialect, Lease, Store, StoreError};
use tokio::sync::Mutex;

use crate::command::{Command, Effect};
use crate::model::Queue;
use crate::refusal::Refusal;
use crate::state::State;
use crate::step::step;
use crate::tuning::Tuning;

pub use handover::{HANDED_OVER, hand_over};

/// The topic by which every process is told that queues or agents have changed. With [`Options::announce`] each message holds
/// the effects of one command ([`Announced`]); otherwise it is a wake-up only.
pub const EFFECTS: &str = "routing.effects";

/// The effects of one command, as announced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Announced {
    /// When.
    pub at: kernel::Micros,
    /// What.
    pub effects: Vec<Effect>,
}

/// Why routing did not do as told.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    /// The command does not fit the state.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another process leads.
    #[error("another process leads routing")]
    NotLeading,
    /// The database. Nothing has happened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoutingError {
    /// Whether trying again cannot help: the command does not fit.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl From<sqlx::Error> for RoutingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Coded for RoutingError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotLeading => ErrorCode::Unavailable,
            Self::Store(error) => error.code(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.advice(),
            Self::NotLeading => "排队系统正在切换，您的位置没有丢失，请过几秒再试。".to_owned(),
            Self::Store(error) => error.advice(),
        }
    }
}

/// How this process comes to lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leadership {
    /// It is the only process.
    Alone,
    /// By a lease in the database.
    Leased {
        /// This process's name.
        holder: String,
        /// How long the others wait when this process is silent, in seconds.
        secs: i64,
    },
}

/// Choices of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How this process comes to lead.
    pub leadership: Leadership,
    /// Whether effects are written to the outbox under [`EFFECTS`]. Only where somebody consumes them: nothing else empties it.
    pub announce: bool,
}

impl Options {
    /// Alone on SQLite; by a lease of `secs` on PostgreSQL.
    pub fn for_store(store: &Store, holder: &str, secs: i64) -> Self {
        let leadership = match store.dialect() {
            Dialect::Sqlite => Leadership::Alone,
            Dialect::Postgres => Leadership::Leased { holder: holder.to_owned(), secs },
        };
        Self { leadership, announce: false }
    }
}

/// Routing on one node. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Router(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    options: Options,
    core: Mutex<Core>,
    rng: std::sync::Mutex<Rng>,
}

/// What the lock guards.
struct Core {
    tuning: Tuning,
    queues: Vec<Queue>,
    /// None until read, and after a failed write.
    state: Option<State>,
    lease: Option<Lease>,
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl Router {
    /// Routing over a store. Rows are read at the first use.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        rng: Rng,
        tuning: Tuning,
        queues: Vec<Queue>,
        options: Options,
    ) -> Self {
        let core = Core { tuning, queues, state: None, lease: None };
        Self(Arc::new(Inner {
            store,
            clock,
            options,
            core: Mutex::new(core),
            rng: std::sync::Mutex::new(rng),
        }))
    }

    /// Takes on changed choices and queues of the site.
    pub async fn configure(&self, tuning: Tuning, queues: Vec<Queue>) {
        let mut core = self.0.core.lock().await;
        if let Some(state) = &mut core.state {
            state.configure(tuning.clone());
            state.configure_queues(queues.clone());
        }
        core.tuning = tuning;
        core.queues = queues;
    }

    /// Applies a command and returns its effects once they are committed.
    ///
    /// # Errors
    /// [`RoutingError::Refused`] when the command does not fit; [`RoutingError::NotLeading`] when another process leads;
    /// otherwise when the database refuses. Nothing has happened then.
    pub async fn command(&self, ctx: &Ctx, command: Command) -> Result<Vec<Effect>, RoutingError> {
        let mut core = self.0.core.lock().await;
        self.lead(&mut core, ctx.now).await?;
        let state = self.loaded(&mut core).await?;
        let effects = step(state, command.clone(), ctx.now)?;
        let changes = state.take_changes();
        let recorded = self.0.options.announce && !effects.is_empty()
            || effects.iter().any(|effect| effect_row::EffectRow::of(effect).is_some());
        if changes.is_empty() && !recorded {
            return Ok(effects);
        }
        let written = async {
            let mut tx = self.0.store.begin(ctx).await?;
            self.write(&mut tx, &core, &command, &changes, &effects).await?;
            tx.commit().await
        };
        match written.await {
            Ok(()) => Ok(effects),
            Err(error) => Err(forget(&mut core, error)),
        }
    }

    async fn loaded<'c>(&self, core: &'c mut Core) -> Result<&'c mut State, RoutingError> {
        let state = match core.state.take() {
            Some(state) => state,
            None => load::load(&self.0.store, &core.tuning, &core.queues).await?,
        };
        Ok(core.state.insert(state))
    }
}

/// After a failed write memory and rows may differ: the rows count.
fn forget(core: &mut Core, error: StoreError) -> RoutingError {
    core.state = None;
    if matches!(error, StoreError::LeaseLost(_)) {
        core.lease = None;
        return RoutingError::NotLeading;
    }
    RoutingError::Store(error)
}
