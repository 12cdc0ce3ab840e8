//! What an exchange does, and what it withstands.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail their test"
)]

mod endurance;
mod neighbours;
mod support;
