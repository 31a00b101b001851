//! The backend on AWS against emulators of it: every promise of the core's suites, and what must be
//! true beside them.
//!
//! `AWS_ENDPOINT_URL` leads to an emulator, `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_ENDPOINT_URL_S3` to
//! others for one service. `BEEHIVE_S3_DELETES_URL` leads to an emulator of S3 that can delete a value
//! only in a given version. What has no emulator is listed as ignored.

#![expect(
    clippy::expect_used,
    reason = "a test is to fail where what it builds upon does"
)]

mod emulator;
mod faults;
mod suites;
mod trials;
mod wire;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most cases wait for an emulator most of the time.
    arguments.test_threads.get_or_insert(8);
    let mut trials = suites::trials();
    trials.extend(faults::trials());
    if !arguments.list {
        emulator::prepare();
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
