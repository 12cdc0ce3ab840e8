//! Placeholder until the store exists.
