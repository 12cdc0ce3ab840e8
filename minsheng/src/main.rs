//! The `minsheng` program.
fn main() {}
