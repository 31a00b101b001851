//! The same hop written by hand against the driver: what beehive is measured by.
//!
//! It gives the same guarantees and nothing else. An event is persistent, published as mandatory,
//! and settled only when all that follows from it is confirmed and was not returned. It keeps no
//! retries, no leases, no dead letters, and ends at the first error.

mod program;
pub(super) mod publish;
mod taken;

pub(super) use self::program::{Bare, Connections, Settling};
