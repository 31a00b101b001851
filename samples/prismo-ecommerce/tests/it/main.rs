//! Prismo from outside: its actors under every kind of interruption, its runs, its command line.

#![allow(
    clippy::unwrap_used,
    reason = "what a test cannot set up, it cannot judge"
)]

mod interleavings;
mod simulation;
