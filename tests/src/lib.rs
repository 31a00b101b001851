//! What proves and measures beehive, beside the tests that stand next to the code.
//!
//! - `tests/run` runs everything; `tests/services` starts what it needs.
//! - `tests/it` holds the repository's own rules, `tests/ui` what the macros say to their users.
//! - `tests/conformance` runs the suites of the core on every backend with a real service behind it,
//!   `tests/rabbit` and `tests/aws` what else has to be true of one on RabbitMQ and on AWS.
//! - `tests/src/bin/bench` measures beehive against bare code that does the same work, and against
//!   the programs in `tests/peers`, which are a workspace of their own.
//! - `tests/src/bin/simulate` plays seeds of the simulation; `tests/src/bin/chaos` breaks the real system.
//!
//! This library is what these share: brokers to break ([`services`]), a network to break
//! ([`proxy`]), an AWS to break ([`gate`]), tests that need any of them ([`trials`]), suites of them
//! ([`conformance`]), hives among faults in virtual time ([`simulation`]), and what becomes of beehive
//! without one of its safeguards ([`mutations`]).

pub mod conformance;
mod door;
pub mod gate;
pub mod mutations;
pub mod proxy;
pub mod services;
pub mod simulation;
pub mod trials;

/// The introduction of the project, so that its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
