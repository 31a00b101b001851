//! One seed, with its trace.

use beehive_tests::simulation::{Keeping, Scenario, fork, play};

/// Plays it and prints everything; whether nothing was wrong.
pub(crate) fn run(scenario: &Scenario) -> bool {
    println!("seed {}: {scenario}", scenario.seed);
    let mut played = play(scenario, Keeping::Lines);
    for line in &played.trace {
        println!("  {line}");
    }
    let digest = played.digest.map(|digest| digest.to_string());
    println!(
        "faults: {}; {} crashes, {} restarts, {} redriven; {:?} in the time of the world; trace {}",
        played.faults,
        played.crashes,
        played.restarts,
        played.redriven,
        played.elapsed,
        digest.as_deref().unwrap_or("cut short"),
    );
    played.violations.extend(fork(scenario));
    for violation in &played.violations {
        println!("wrong: {violation}");
    }
    if played.violations.is_empty() {
        println!("nothing is wrong, and two more runs had the same trace");
    }
    played.violations.is_empty()
}
