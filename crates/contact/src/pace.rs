//! How many turns a second may be read with the sentence encoder.
//!
//! It takes some 20 ms of a core, the linear models a tenth of one: in a rush the turns beyond the pace are read without it, so that
//! everybody is answered at once. Rules, escape and danger words never depend on it.

use std::sync::{Mutex, PoisonError};

use kernel::Micros;

/// Turns a second and core.
const PER_CORE: f64 = 12.0;
/// Seconds' worth that may come at once.
const BURST_SECS: f64 = 2.0;

/// A bucket of turns, filled at a steady pace.
#[derive(Debug)]
pub struct Pace {
    per_second: f64,
    state: Mutex<(Micros, f64)>,
}

impl Default for Pace {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::of(PER_CORE * cores as f64)
    }
}

impl Pace {
    /// A full bucket.
    pub const fn of(per_second: f64) -> Self {
        Self { per_second, state: Mutex::new((Micros(0), per_second * BURST_SECS)) }
    }

    /// Takes one turn, if there is one left.
    pub fn take(&self, now: Micros) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, left) = *state;
        let secs = (now.0.saturating_sub(last.0)).max(0) as f64 / 1e6;
        let filled = secs.mul_add(self.per_second, left).min(self.per_second * BURST_SECS);
        let taken = filled >= 1.0;
        *state = (Micros(now.0.max(last.0)), if taken { filled - 1.0 } else { filled });
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rush_empties_it_and_time_fills_it() {
        let pace = Pace::of(10.0);
        let start = Micros(1_000_000);
        assert_eq!((0..50).filter(|_| pace.take(start)).count(), 20);
        let later = Micros(1_500_000);
        assert_eq!((0..50).filter(|_| pace.take(later)).count(), 5);
        assert!(!pace.take(start), "time that runs back fills nothing");
    }
}
