//! Linear models over the features of an utterance: reading, asking, training, judging.

pub mod encoder;
pub mod features;
pub mod linear;
pub mod meaning;
pub mod parts;
pub mod train;

pub use encoder::Encoder;
pub use features::{Features, Spec};
pub use linear::{Linear, Scores};
pub use parts::{Models, Part};
