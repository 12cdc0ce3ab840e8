//! A value that does not show itself.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// Holds a value that must not slip into a log or a page: neither `Debug` nor `Display` shows it, and it does not serialise.
/// To use it, [`Masked::expose`] it on purpose.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Each use is a decision to show it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, unwrapped.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Masked<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Masked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_nothing() {
        let phone: Masked<String> = serde_json::from_str("\"13812345678\"").unwrap();
        assert_eq!(format!("{phone} {phone:?} {:#?}", Some(&phone)), "*** *** Some(\n    ***,\n)");
        assert_eq!(phone.expose(), "13812345678");
    }
}
