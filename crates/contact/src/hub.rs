//! Hints that something changed. They carry no data: whoever is woken reads the rows, so a lost hint costs time only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Wakes those who watch a contact, a desk or the wallboard on this node.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Mutex<HashMap<String, watch::Sender<u64>>>>);

/// A place to wait for hints.
#[derive(Debug)]
pub struct Watch(watch::Receiver<u64>);

impl Watch {
    /// Waits for a hint, at most this long: rows changed by other nodes are found by then too.
    pub async fn next(&mut self, at_most: Duration) {
        // Both outcomes mean the same: look at the rows now.
        drop(tokio::time::timeout(at_most, self.0.changed()).await);
    }
}

impl Hub {
    /// Watches a topic.
    pub fn watch(&self, topic: &str) -> Watch {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Watch(topics.entry(topic.to_owned()).or_insert_with(|| watch::Sender::new(0)).subscribe())
    }

    /// Wakes whoever watches.
    pub fn poke(&self, topic: &str) {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let forsaken = topics.get(topic).is_some_and(|sender| {
            sender.send_modify(|count| *count = count.wrapping_add(1));
            sender.receiver_count() == 0
        });
        if forsaken {
            topics.remove(topic);
        }
    }

    /// The topic of a contact.
    pub fn contact(id: &str) -> String {
        format!("contact:{id}")
    }

    /// The topic of an agent's desk.
    pub fn desk(id: &str) -> String {
        format!("desk:{id}")
    }

    /// The topic of the wallboard.
    pub const SUPERVISION: &str = "supervision";
}
