//! Who may call in, and how many: overload is answered with 503 and a time to try again, never with half a call.

use std::net::IpAddr;

/// Why a call is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It comes from nobody we know.
    Stranger,
    /// All places are taken, or too many come at once: try again after so many seconds.
    Full {
        /// Seconds.
        retry_secs: u32,
    },
}

/// The limits. Pure: told the time.
#[derive(Debug, Clone)]
pub struct Gate {
    trunks: Vec<IpAddr>,
    most: usize,
    per_second: u32,
    window_ms: u64,
    in_window: u32,
}

impl Gate {
    /// Limits; no trunks means anybody.
    pub const fn new(trunks: Vec<IpAddr>, most: usize, per_second: u32) -> Self {
        Self { trunks, most, per_second, window_ms: 0, in_window: 0 }
    }

    /// Whether a new call from an address may come in while so many are up.
    ///
    /// # Errors
    /// The reason why not.
    pub fn admit(&mut self, from: IpAddr, calls: usize, now_ms: u64) -> Result<(), Refusal> {
        if !self.trunks.is_empty() && !self.trunks.contains(&from) {
            return Err(Refusal::Stranger);
        }
        if calls >= self.most {
            return Err(Refusal::Full { retry_secs: 10 });
        }
        if now_ms.saturating_sub(self.window_ms) >= 1000 {
            self.window_ms = now_ms;
            self.in_window = 0;
        }
        if self.in_window >= self.per_second {
            return Err(Refusal::Full { retry_secs: 2 });
        }
        self.in_window += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_floods_and_a_full_house_are_turned_away() {
        let trunk: IpAddr = "192.0.2.1".parse().unwrap();
        let mut gate = Gate::new(vec![trunk], 3, 2);
        assert_eq!(gate.admit("192.0.2.2".parse().unwrap(), 0, 0), Err(Refusal::Stranger));
        assert_eq!(gate.admit(trunk, 0, 5000), Ok(()));
        assert_eq!(gate.admit(trunk, 1, 5001), Ok(()));
        assert_eq!(gate.admit(trunk, 2, 5002), Err(Refusal::Full { retry_secs: 2 }));
        assert_eq!(gate.admit(trunk, 2, 6001), Ok(()));
        assert_eq!(gate.admit(trunk, 3, 9000), Err(Refusal::Full { retry_secs: 10 }));
    }
}
