//! What tickets do, on every engine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail their test")]

mod desk;
mod flow;
mod lessons;
mod life;
mod personal;
mod support;
