//! Every backend with a real service behind it keeps every promise of the core's suites.

use std::process::ExitCode;

use beehive_tests::conformance::Suite;
use beehive_tests::trials;

mod queues;

fn main() -> ExitCode {
    trials::run(queues::suites().iter().flat_map(Suite::trials))
}
