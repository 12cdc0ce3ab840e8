//! `minsheng bench ...`: speed, measured on the whole product.

pub mod calls;
pub mod casework;
pub mod chat;
pub mod knowledge;
mod measured;
