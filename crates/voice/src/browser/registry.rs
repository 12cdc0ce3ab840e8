//! Who has which browser's leg.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::StaffId;
use tokio::sync::mpsc::UnboundedSender;

use super::Peer;
use crate::media::leg::Leg;
use crate::session::Input;

/// An agent's browser.
pub(crate) struct Line {
    /// Its connection.
    pub peer: Peer,
    /// Stays while connections come and go.
    pub leg: Arc<Leg>,
    /// Tells this connection from an earlier one.
    pub number: u64,
    /// It hears itself.
    pub echo: bool,
}

/// A call from a page.
pub(crate) struct PageCall {
    /// Its connection.
    pub peer: Peer,
    /// Stays while connections come and go.
    pub leg: Arc<Leg>,
    /// Its session.
    pub inputs: UnboundedSender<Input>,
    /// The contact's token, once there is one.
    pub token: Option<String>,
}

/// Lines and calls of this node.
#[derive(Default)]
pub(crate) struct Registry {
    lines: Mutex<HashMap<StaffId, Line>>,
    calls: Mutex<HashMap<String, PageCall>>,
    numbers: AtomicU64,
}

impl Registry {
    /// Agents' browsers.
    pub fn lines(&self) -> MutexGuard<'_, HashMap<StaffId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls from pages, by their names.
    pub fn calls(&self) -> MutexGuard<'_, HashMap<String, PageCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts connections.
    pub fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}
