//! Whatever happens between any two operations on the stores, every order ends right.

use beehive_core::prelude::Stores;

use crate::simulation::{Careless, Chaos, Forgetful, Outcome, Scenario, play};

/// Unoptimised, a scenario takes a few dozen times longer.
const SEEDS: u64 = if cfg!(debug_assertions) { 150 } else { 10_000 };

/// Plays a seed; what is wrong stops the test, names the seed and shows what happened.
async fn play_seed(seed: u64) -> Outcome {
    let scenario = Scenario::new(seed);
    let outcome = play(&scenario, Stores::memory()).await;
    assert!(
        outcome.violations.is_empty(),
        "seed {seed}: {:#?}\n{}\n{scenario:#?}",
        outcome.violations,
        outcome.trace.join("\n"),
    );
    outcome
}

#[tokio::test(start_paused = true)]
async fn crashes_zombies_and_redeliveries_between_any_two_operations_change_nothing() {
    let (mut chaos, mut parked_items) = (Chaos::default(), 0);
    for seed in 0..SEEDS {
        let outcome = play_seed(seed).await;
        chaos.crashes += outcome.chaos.crashes;
        chaos.zombies += outcome.chaos.zombies;
        chaos.duplicates += outcome.chaos.duplicates;
        chaos.torn_publishes += outcome.chaos.torn_publishes;
        parked_items += outcome.parked_items;
    }
    // A quiet simulation would prove nothing.
    let seeds = usize::try_from(SEEDS).unwrap();
    assert!(chaos.crashes > 10 * seeds, "{chaos:?}");
    assert!(chaos.zombies > 5 * seeds, "{chaos:?}");
    assert!(chaos.duplicates > 2 * seeds, "{chaos:?}");
    assert!(chaos.torn_publishes > seeds, "{chaos:?}");
    assert!(parked_items > 2 * seeds, "{parked_items} items waited");
}

/// A simulation that finds nothing wrong proves something only if it finds what is.
async fn assert_found_out(saboteur: &str, stores: impl Fn() -> Stores) {
    const SEEDS_MAX: u64 = 100;
    for seed in 0..SEEDS_MAX {
        let outcome = play(&Scenario::new(seed), stores()).await;
        if !outcome.violations.is_empty() {
            return;
        }
    }
    panic!("{saboteur} was not found out");
}

#[tokio::test(start_paused = true)]
async fn a_counter_that_applies_an_operation_twice_is_found_out() {
    let stores = || Stores::memory().with_counter(Forgetful::default());
    assert_found_out("a forgetful counter", stores).await;
}

#[tokio::test(start_paused = true)]
async fn a_collection_that_ignores_preconditions_is_found_out() {
    let stores = || Stores::memory().with_collection(Careless::default());
    assert_found_out("a careless collection", stores).await;
}
