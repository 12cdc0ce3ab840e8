//! Opening the libraries.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use store::Store;
use tokio::sync::watch;

use super::shelf::Shelf;
use crate::KnowledgeError;
use crate::entry::Vocabulary;
use crate::events::Revisions;
use crate::search::{SearchIndex, Settings};

/// The libraries of one node. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Library(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub store: Store,
    pub index: SearchIndex,
    pub shelf: RwLock<Arc<Shelf>>,
    pub vocabulary: RwLock<Arc<Vocabulary>>,
    /// How far rows have been applied here. Held while applying, so that changes are applied in order.
    pub seen: Arc<tokio::sync::Mutex<Revisions>>,
    pub told: watch::Sender<Revisions>,
    /// Whether the encoder is reading what waits for it.
    pub reading: AtomicBool,
    /// Views not yet written.
    pub views: Mutex<HashMap<String, i64>>,
}

impl Library {
    /// Opens the libraries of a migrated store and loads everything that is in use.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(store: Store, settings: Settings) -> Result<Self, KnowledgeError> {
        let library = Self(Arc::new(Inner {
            store,
            index: SearchIndex::new(settings),
            shelf: RwLock::default(),
            vocabulary: RwLock::default(),
            seen: Arc::default(),
            told: watch::Sender::new(Revisions::default()),
            reading: AtomicBool::default(),
            views: Mutex::default(),
        }));
        library.vocabulary_load().await?;
        library.catch_up().await?;
        Ok(library)
    }

    /// The database the libraries stand in.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The index, for measurements.
    pub fn index(&self) -> &SearchIndex {
        &self.0.index
    }

    /// Tells whenever entries or scenarios have changed here: what is built from scenarios is then to be built anew.
    pub fn changes(&self) -> watch::Receiver<Revisions> {
        self.0.told.subscribe()
    }

    /// Sets the domains and regions that entries may name, as a pack or the settings give them.
    pub fn set_vocabulary(&self, vocabulary: Vocabulary) {
        *self.0.vocabulary.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(vocabulary);
    }

    /// The domains and regions that entries may name.
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::clone(&self.0.vocabulary.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.0.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }
}
