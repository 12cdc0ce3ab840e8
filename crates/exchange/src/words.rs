//! Instants as other systems write them, and digests.

use kernel::Micros;
use sm3::{Digest as _, Sm3};

/// `2026-11-23T09:00:00+08:00`.
pub fn iso(us: i64) -> String {
    Micros(us).beijing().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// An instant with its offset, as [`iso`] or with `Z`.
pub fn instant(text: &str) -> Option<Micros> {
    text.trim().parse::<jiff::Timestamp>().ok().map(|at| Micros(at.as_microsecond()))
}

/// The SM3 of bytes, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sm3::digest(bytes))
}

/// At most so many characters.
pub fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
