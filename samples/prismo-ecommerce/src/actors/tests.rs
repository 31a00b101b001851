//! Single steps at the points where they could go wrong. What may happen between any two of their
//! operations is played through in `tests/it/interleavings.rs`.

mod goods;
mod orders;
mod stage;

/// The units that the one line of an order wants.
const WANTED: u32 = 2;
