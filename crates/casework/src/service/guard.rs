//! Against guessing: the last four digits of a number are one of ten thousand.

use std::collections::HashMap;

use kernel::Micros;

use crate::CaseworkError;

/// Wrong proofs a number stands within [`WINDOW_SECS`].
const MOST_WRONG: u32 = 10;
const WINDOW_SECS: i64 = 3_600;
/// Numbers remembered at a time.
const MOST_NUMBERS: usize = 10_000;

/// Counts wrong proofs by ticket number, existing or not, on this node.
#[derive(Debug, Default)]
pub(super) struct ProofGuard(HashMap<String, Wrong>);

#[derive(Debug, Clone, Copy)]
struct Wrong {
    times: u32,
    since: Micros,
}

impl ProofGuard {
    /// Whether another proof is looked at.
    pub fn check(&self, number: &str, now: Micros) -> Result<(), CaseworkError> {
        match self.0.get(number) {
            Some(wrong) if wrong.times >= MOST_WRONG && now.secs_since(wrong.since) < WINDOW_SECS => {
                Err(CaseworkError::TooManyProofs)
            }
            _ => Ok(()),
        }
    }

    /// A proof was wrong.
    pub fn wrong(&mut self, number: &str, now: Micros) {
        if self.0.len() >= MOST_NUMBERS {
            self.0.retain(|_, wrong| now.secs_since(wrong.since) < WINDOW_SECS);
        }
        if self.0.len() >= MOST_NUMBERS {
            // Somebody tries numbers by the thousand. Keep those nearest to being shut.
            self.0.retain(|_, wrong| wrong.times > 1);
        }
        if self.0.len() >= MOST_NUMBERS {
            return;
        }
        let wrong = self.0.entry(number.to_owned()).or_insert(Wrong { times: 0, since: now });
        if now.secs_since(wrong.since) >= WINDOW_SECS {
            *wrong = Wrong { times: 0, since: now };
        }
        wrong.times += 1;
    }

    /// A proof was right.
    pub fn right(&mut self, number: &str) {
        self.0.remove(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_stopped_for_an_hour() {
        let mut guard = ProofGuard::default();
        let now = Micros(0);
        for _ in 0..MOST_WRONG {
            assert!(guard.check("a", now).is_ok());
            guard.wrong("a", now);
        }
        assert!(guard.check("a", now.plus_secs(3_599)).is_err());
        assert!(guard.check("b", now).is_ok());
        assert!(guard.check("a", now.plus_secs(3_600)).is_ok());
        guard.wrong("a", now.plus_secs(3_600));
        assert!(guard.check("a", now.plus_secs(3_601)).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let mut guard = ProofGuard::default();
        for number in 0..30_000 {
            guard.wrong(&number.to_string(), Micros(0));
        }
        assert!(guard.0.len() <= MOST_NUMBERS);
    }
}
