//! Prismo from outside: its actors under every kind of interruption, its runs, its command line.

mod interleavings;
mod simulation;
