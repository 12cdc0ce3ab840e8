//! What the libraries tell others about: that something changed. Losing it costs time, never data.

/// The topic of wake-ups after a change.
pub const WAKE: &str = "knowledge";

/// How far a library has followed each collection. A waiter compares it with the last one seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// Of the entries.
    pub entries: i64,
    /// Of the scenarios.
    pub scenarios: i64,
}
