//! The one thread that sends: all legs on a wheel of four 5 ms slots, each leg every 20 ms. Timers of a runtime are too coarse
//! for a thousand calls; one thread that sleeps until the next slot is enough and measured (docs/voice.md).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::leg::Leg;

const SLOTS: usize = 4;
const SLOT: Duration = Duration::from_millis(5);
/// After a standstill of the machine this long, missed ticks are skipped, not sent in a burst.
const STANDSTILL: Duration = Duration::from_millis(200);

/// Drives legs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Wheel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    slots: [Mutex<Vec<Arc<Leg>>>; SLOTS],
    next: AtomicU64,
    ticks: AtomicU64,
    late: AtomicU64,
    worst_us: AtomicU64,
    stopped: std::sync::atomic::AtomicBool,
}

/// How punctual the thread was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Punctuality {
    /// Packets due.
    pub packets: u64,
    /// Of these, more than 5 ms late.
    pub late: u64,
    /// The worst, in microseconds.
    pub worst_us: u64,
}

impl Wheel {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let driven = Arc::clone(&shared);
        std::thread::Builder::new().name("voice-sender".to_owned()).spawn(move || drive(&driven))?;
        Ok(Self(shared))
    }

    /// Puts a leg on the wheel. It falls off by itself when closed.
    pub fn add(&self, leg: Arc<Leg>) {
        let slot = self.0.next.fetch_add(1, Ordering::Relaxed) as usize % SLOTS;
        if let Some(slot) = self.0.slots.get(slot) {
            slot.lock().unwrap_or_else(PoisonError::into_inner).push(leg);
        }
    }

    /// Legs on the wheel.
    pub fn len(&self) -> usize {
        self.0.slots.iter().map(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How punctual the thread has been since it was last asked.
    pub fn punctuality(&self) -> Punctuality {
        Punctuality {
            packets: self.0.ticks.swap(0, Ordering::Relaxed),
            late: self.0.late.swap(0, Ordering::Relaxed),
            worst_us: self.0.worst_us.swap(0, Ordering::Relaxed),
        }
    }

    /// Ends the thread.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Release);
    }
}

fn drive(shared: &Shared) {
    let mut due = Instant::now();
    let mut buffer = Vec::with_capacity(256);
    while !shared.stopped.load(Ordering::Acquire) {
        for slot in &shared.slots {
            due += SLOT;
            let now = Instant::now();
            if due > now {
                std::thread::sleep(due - now);
            }
            let late = Instant::now().saturating_duration_since(due);
            if late > STANDSTILL {
                due += late;
            }
            let legs = {
                let mut legs = slot.lock().unwrap_or_else(PoisonError::into_inner);
                legs.retain(|leg| !leg.is_closed());
                legs.clone()
            };
            shared.ticks.fetch_add(legs.len() as u64, Ordering::Relaxed);
            if late > SLOT {
                shared.late.fetch_add(legs.len() as u64, Ordering::Relaxed);
            }
            shared.worst_us.fetch_max(late.as_micros() as u64, Ordering::Relaxed);
            for leg in legs {
                leg.tick(&mut buffer);
            }
        }
    }
}
