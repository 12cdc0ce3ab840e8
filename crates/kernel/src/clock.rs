//! Time as the product stores and reasons about it: microseconds since the Unix epoch, from an injected clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00Z. The unit of every `*_us` column and field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// One second in microseconds.
    pub const SECOND: i64 = 1_000_000;

    /// This instant moved by whole seconds; saturates at the ends of the range.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(Self::SECOND)))
    }

    /// Whole seconds from `earlier` to this instant; negative when this instant comes first.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / Self::SECOND
    }

    /// The same instant on a Chinese clock (Asia/Shanghai has had no daylight saving since 1991: a fixed +08:00).
    pub fn beijing(self) -> Zoned {
        let utc = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        utc.to_zoned(TimeZone::fixed(jiff::tz::offset(8)))
    }

    /// The calendar day in China, by which validity of law is judged.
    pub fn day(self) -> Date {
        self.beijing().date()
    }
}

/// Where the present comes from. Cores never ask it: they are told `now`.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Micros;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Micros {
        Micros(Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until a test or a simulation moves it.
#[derive(Debug, Clone, Default)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock standing at `start`.
    pub fn at(start: Micros) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// Moves the clock forward.
    pub fn advance_secs(&self, secs: i64) {
        self.0.fetch_add(secs.saturating_mul(Micros::SECOND), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_midnight_in_china() {
        let before =
            Micros(1_700_000_000_000_000 / 86_400_000_000 * 86_400_000_000 + 15 * 3600 * Micros::SECOND);
        let after = before.plus_secs(3600);
        assert_ne!(before.day(), after.day(), "16:00 UTC is midnight in China");
    }

    #[test]
    fn a_test_clock_moves_only_when_told() {
        let clock = TestClock::at(Micros(5));
        assert_eq!(clock.now(), Micros(5));
        clock.advance_secs(2);
        assert_eq!(clock.now(), Micros(2_000_005));
    }
}
