//! The parts of one node, wired.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use casework::Casework;
use dialogue::Brain;
use kernel::{Clock, Ctx, Micros, Rng, StaffId};
use knowledge::Library;
use language::Reader;
use learning::Learning;
use liaison::Liaison;
use routing::service::Router;
use security::{Accounts, Keys};
use store::Store;
use tokio::sync::Mutex as AsyncMutex;

use crate::pace::Pace;
use crate::phone::Phones;
use crate::site::Site;
use crate::{ContactError, Hub};

/// How many locks contacts share: two contacts on one lock only wait for each other.
const STRIPES: usize = 256;

/// What a node is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The libraries.
    pub library: Library,
    /// The queues.
    pub router: Router,
    /// Tickets.
    pub casework: Casework,
    /// What the reader learns here.
    pub learning: Learning,
    /// Accounts.
    pub accounts: Accounts,
    /// Keys.
    pub keys: Keys,
    /// Thresholds of the conversation.
    pub policy: dialogue::Policy,
    /// How long a chat with the machine may be quiet before it is closed. The citizen's next words open it again.
    pub quiet_close_secs: i64,
}

/// The hotline on this node. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Hotline(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub parts: Parts,
    /// The liaison station, over the same rows.
    pub liaison: Liaison,
    pub clock: Arc<dyn Clock>,
    pub rng: Mutex<Rng>,
    pub hub: Hub,
    pub site: RwLock<Arc<Site>>,
    /// The reader of language, with the weights in use.
    pub reader: RwLock<Arc<Reader>>,
    /// What the engine reads, and the same without the sentence encoder.
    pub brain: RwLock<[Arc<Brain>; 2]>,
    pub pace: Pace,
    /// Names of staff, for what citizens and boards are shown.
    pub names: RwLock<Arc<HashMap<String, String>>>,
    pub stripes: Vec<AsyncMutex<()>>,
    /// Agents with a telephone; none where this node takes no calls.
    pub reach: RwLock<Option<BTreeSet<StaffId>>>,
    /// Telephones that are browsers; none where this node takes no calls.
    pub phones: RwLock<Option<Arc<dyn Phones>>>,
}

impl std::fmt::Debug for Hotline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hotline").field("parts", &self.0.parts).finish_non_exhaustive()
    }
}

impl Hotline {
    /// Wires the parts and loads the site.
    ///
    /// # Errors
    /// When a setting cannot be read or the database refuses.
    pub async fn open(parts: Parts, clock: Arc<dyn Clock>, mut rng: Rng) -> Result<Self, ContactError> {
        let liaison = Liaison::new(parts.store.clone(), parts.casework.clone(), rng.fork());
        let hotline = Self(Arc::new(Inner {
            parts,
            liaison,
            clock,
            rng: Mutex::new(rng),
            hub: Hub::default(),
            site: RwLock::default(),
            reader: RwLock::new(Arc::new(Reader::builtin())),
            brain: RwLock::default(),
            pace: Pace::default(),
            names: RwLock::default(),
            stripes: (0..STRIPES).map(|_| AsyncMutex::new(())).collect(),
            reach: RwLock::default(),
            phones: RwLock::default(),
        }));
        hotline.follow_learning().await?;
        hotline.reload().await?;
        Ok(hotline)
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// The libraries.
    pub fn library(&self) -> &Library {
        &self.0.parts.library
    }

    /// The queues.
    pub fn router(&self) -> &Router {
        &self.0.parts.router
    }

    /// Tickets.
    pub fn casework(&self) -> &Casework {
        &self.0.parts.casework
    }

    /// What the reader learns here.
    pub fn learning(&self) -> &Learning {
        &self.0.parts.learning
    }

    /// The liaison station.
    pub fn liaison(&self) -> &Liaison {
        &self.0.liaison
    }

    /// Accounts.
    pub fn accounts(&self) -> &Accounts {
        &self.0.parts.accounts
    }

    /// Keys.
    pub fn keys(&self) -> &Keys {
        &self.0.parts.keys
    }

    /// Hints.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// The present instant.
    pub fn now(&self) -> Micros {
        self.0.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// The site.
    pub fn site(&self) -> Arc<Site> {
        Arc::clone(&self.0.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the engine reads.
    pub fn brain(&self) -> Arc<Brain> {
        let [whole, _] = &*self.0.brain.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(whole)
    }

    /// What the engine reads for one turn: in a rush without the sentence encoder.
    pub(crate) fn brain_for_turn(&self, now: Micros) -> Arc<Brain> {
        let [whole, quick] = &*self.0.brain.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(if self.0.pace.take(now) { whole } else { quick })
    }

    /// Whether one more text may be read by a sentence encoder now.
    pub(crate) fn reads_deeply(&self, now: Micros) -> bool {
        self.0.pace.take(now)
    }

    /// What the engine reads without the sentence encoder.
    pub(crate) fn brain_quick(&self) -> Arc<Brain> {
        let [_, quick] = &*self.0.brain.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(quick)
    }

    /// The clock, for work that goes on beside.
    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// A context for the program's own work.
    pub(crate) fn ctx(&self, part: &str) -> Ctx {
        Ctx::system(part, self.clock())
    }

    /// Uses the generator of this node.
    pub(crate) fn random<T>(&self, use_it: impl FnOnce(&mut Rng) -> T) -> T {
        use_it(&mut self.0.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The lock of a contact: events of one contact are applied one after another on this node.
    pub(crate) fn stripe(&self, id: &str) -> &AsyncMutex<()> {
        let hash = id.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let stripes = &self.0.stripes;
        stripes.get(hash % stripes.len().max(1)).unwrap_or_else(|| unreachable_stripe(stripes))
    }
}

/// `stripes` is never empty: it is made with [`STRIPES`] locks.
fn unreachable_stripe(stripes: &[AsyncMutex<()>]) -> &AsyncMutex<()> {
    static SPARE: AsyncMutex<()> = AsyncMutex::const_new(());
    stripes.first().unwrap_or(&SPARE)
}
