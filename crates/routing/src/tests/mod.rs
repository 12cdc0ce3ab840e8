//! Scenarios told as stories, and properties over random ones.

mod board;
mod journeys;
mod properties;
mod reference;
mod scenarios;
pub(crate) mod world;
