//! Prismo from outside: its actors under every kind of interruption, its runs, its command line.

<<<<<<< HEAD
#![allow(
    clippy::unwrap_used,
    reason = "what a test cannot set up, it cannot judge"
)]

=======
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod command_line;
mod duplicating;
>>>>>>> main
mod interleavings;
mod run;
mod runs;
mod simulation;
