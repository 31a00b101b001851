//! Prismo from outside: its actors under every kind of interruption, its runs, its command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod command_line;
mod duplicating;
mod faults;
mod interleavings;
mod run;
mod runs;
mod simulation;
