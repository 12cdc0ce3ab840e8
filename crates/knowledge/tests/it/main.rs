//! The libraries from outside, over both engines.

mod cards;
mod common;
mod import;
mod intake;
mod library;
mod pack;
mod pdf;
mod review;
