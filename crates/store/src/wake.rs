//! Hints that a topic has work. Losing one costs time, never data: every waiter also looks by itself now and then.

use std::collections::HashMap;
use std::future::{Future as _, poll_fn};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

/// Topic -> a counter that moves on each hint.
#[derive(Debug, Default)]
pub(crate) struct Hints(Mutex<HashMap<String, watch::Sender<u64>>>);

impl Hints {
    pub(crate) fn hint(&self, topic: &str) {
        let hints = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = hints.get(topic) {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    pub(crate) fn subscribe(&self, topics: &[&str]) -> Wakeups {
        let mut hints = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let receivers = topics
            .iter()
            .map(|topic| {
                hints.entry((*topic).to_owned()).or_insert_with(|| watch::Sender::new(0)).subscribe()
            })
            .collect();
        Wakeups(receivers)
    }
}

/// A listener to hints on some topics. Each listener hears every hint given since it last returned.
#[derive(Debug)]
pub struct Wakeups(Vec<watch::Receiver<u64>>);

impl Wakeups {
    /// Returns at the next hint, at once when one came since the last call, and in any case after `at_most`.
    pub async fn next(&mut self, at_most: Duration) {
        let mut waiting: Vec<_> = self.0.iter_mut().map(|receiver| Box::pin(receiver.changed())).collect();
        let any = poll_fn(|context| {
            if waiting.iter_mut().any(|one| one.as_mut().poll(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        // Elapsed or woken: either way the caller looks.
        let _ = tokio::time::timeout(at_most, any).await;
        drop(waiting);
        // One look answers every hint given before it.
        for receiver in &mut self.0 {
            receiver.mark_unchanged();
        }
    }
}
