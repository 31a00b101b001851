//! Everything that is tested across crates, in one binary.

#![allow(
    clippy::unwrap_used,
    reason = "what a test cannot read, it cannot judge"
)]

mod corpus;
mod hives;
mod nodes;
mod simulation;
mod tidy;
