//! Every backend with a real service behind it keeps every promise of the core's suites.

use std::process::ExitCode;

use beehive_tests::conformance::Suite;
use beehive_tests::trials;

mod queues;
mod stores;

fn main() -> ExitCode {
    let queues = queues::suites();
    let trials = queues.iter().flat_map(Suite::trials);
    trials::run(trials.chain(stores::trials()))
}
