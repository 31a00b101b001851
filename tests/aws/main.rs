//! What must be true of the backend on AWS beside the promises of the core's suites, which are in
//! `tests/conformance`: on emulators, and on a wire that answers in their place.

#![expect(
    clippy::expect_used,
    reason = "a test is to fail where what it builds upon does"
)]

mod emulator;
mod faults;
mod gate;
mod hive;
mod queues;
mod secrets;
mod wire;

use std::process::ExitCode;

use beehive_tests::trials;

fn main() -> ExitCode {
    let mut all = faults::trials();
    all.extend(gate::trials());
    all.extend(queues::trials());
    all.extend(hive::trials());
    all.extend(secrets::trials());
    trials::run(all)
}
