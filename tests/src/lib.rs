//! What proves and measures beehive, beside the tests that stand next to the code.
//!
//! - `tests/run` runs everything; `tests/services` starts what it needs.
//! - `tests/it` holds the repository's own rules, `tests/ui` what the macros say to their users.
//! - `tests/src/bin/bench` measures beehive against bare code that does the same work.

/// The introduction of the project, so that its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
