//! `minsheng bench ...`: speed, measured on the whole product.

pub mod chat;
