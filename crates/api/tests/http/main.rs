//! The interface over real parts and a real database.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of it")]
mod support;

mod authorisation;
mod chat;
mod mcp;
mod public;
mod quiet;
mod refusals;
mod streams;
