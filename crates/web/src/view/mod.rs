//! What templates show, in words: no logic is left to them but "if there is".

pub mod chat;
pub mod citation;
pub mod linked;
pub mod message;
pub mod ticket;
pub mod words;
