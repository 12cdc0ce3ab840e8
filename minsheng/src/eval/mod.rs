//! `minsheng eval ...`: a site measures itself with the same commands that judge the product.

pub mod ask;
pub mod calls;
pub mod charter;
pub mod conversations;
pub mod dialogues;
pub mod judge;
pub mod knowledge;
pub mod rig;
pub mod search;
