//! One seed is one history.

use std::collections::BTreeSet;

use beehive_tests::simulation::{Keeping, Scenario, fork, play};

#[test]
fn one_seed_is_one_history() {
    const SEEDS: u64 = 20;
    let mut histories = BTreeSet::new();
    for seed in 0..SEEDS {
        let scenario = Scenario::drawn(seed);
        assert_eq!(fork(&scenario), None, "seed {seed}");
        let played = play(&scenario, Keeping::Digest);
        assert!(
            played.entries > 100,
            "seed {seed}: {} entries",
            played.entries
        );
        histories.insert(played.digest);
    }
    assert_eq!(histories.len(), 20, "two seeds are one history");
}

/// What a trace must hold to be worth comparing.
#[test]
fn a_trace_tells_of_everything_that_changes_the_world() {
    let told = [
        "starts, older",
        "starts, newer",
        "ends, Crashed",
        "ends, Restarted",
        "publishes ItemReserved",
        "After(30s)",
        "receives ",
        "extends ",
        "commits ",
        "defers by ",
        "abandons ",
        "gives up, terminal",
        "lets go of ",
        "counts stock -1",
        "adds 0 to reserved/order-0",
        "puts invoices/order-0",
        "puts ledgers/all",
        "records ",
        "redrives ",
        "LeaseLost",
        "Conflict",
        " of confirm lost",
    ];
    let mut untold: BTreeSet<_> = told.into();
    for seed in 0..200 {
        if untold.is_empty() {
            break;
        }
        let played = play(&Scenario::drawn(seed), Keeping::Lines);
        untold.retain(|what| !played.trace.iter().any(|line| line.contains(what)));
    }
    assert_eq!(untold, BTreeSet::new());
}
