//! The `prismo` binary.
fn main() {}
