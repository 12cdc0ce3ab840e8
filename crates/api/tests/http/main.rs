//! The interface over real parts and a real database.

#[path = "../support/mod.rs"]
mod support;

mod authorisation;
mod chat;
mod refusals;
mod streams;
