//! `minsheng bench ...`: speed, measured on the whole product.

pub mod casework;
pub mod chat;
pub mod knowledge;
pub mod measured;
pub mod voice;
