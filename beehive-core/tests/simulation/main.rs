//! The framework among faults, simulated: hives that compete on one queue, lose confirmations and
//! leases, die and come back, in virtual time and from a seed.
//!
//! `BEEHIVE_SEEDS=5000` runs more seeds than the default, `BEEHIVE_SEED=4711` only that one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod honesty;
mod sabotage;
mod verdict;
mod workflow;
mod world;

use std::time::Duration;

use beehive_core::testing::{Fault, FaultLog};

use crate::verdict::{Protection, violations};
use crate::world::{Aftermath, Scenario, run};

/// The seeds to run: one, or the first so many.
fn seeds() -> Vec<u64> {
    const DEFAULT: u64 = 300;
    let number = |name| {
        let text = std::env::var(name).ok()?;
        Some(
            text.parse()
                .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        )
    };
    match (number("BEEHIVE_SEED"), number("BEEHIVE_SEEDS")) {
        (Some(seed), _) => vec![seed],
        (None, count) => (0..count.unwrap_or(DEFAULT)).collect(),
    }
}

/// Everything that happened, without what differs between two runs of one seed.
fn trace(after: &Aftermath) -> Vec<String> {
    let records = after.journal.records();
    records.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_sound(after: &Aftermath) {
    /// Enough to see how it ended.
    const SHOWN: usize = 60;
    let wrong = violations(after, Protection::Operations);
    if wrong.is_empty() {
        return;
    }
    let seed = after.scenario.seed;
    let trace = trace(after);
    let last = trace[trace.len().saturating_sub(SHOWN)..].join("\n  ");
    panic!(
        "seed {seed}, {} hives, {}:\n  {last}\nwrong with seed {seed}:\n  {}\n\
         run it again: BEEHIVE_SEED={seed} cargo test -p beehive-core --test simulation",
        after.scenario.hives,
        after.faults,
        wrong.join("\n  "),
    );
}

#[test]
fn every_seed_ends_as_it_should() {
    let seeds = seeds();
    let mut struck: Vec<(Fault, u64)> = Fault::ALL.map(|fault| (fault, 0)).into();
    let mut longest = Duration::ZERO;
    for seed in &seeds {
        let after = run(&Scenario::drawn(*seed));
        assert_sound(&after);
        for (fault, count) in &mut struck {
            *count += after.faults.count(*fault);
        }
        longest = longest.max(after.elapsed);
    }
    // A simulation in which little goes wrong proves little.
    let enough = |(_, count): &(Fault, u64)| *count >= seeds.len() as u64 / 10;
    assert!(
        seeds.len() < 100 || struck.iter().all(enough),
        "too few faults: {struck:?}"
    );
    assert!(longest < Duration::from_hours(3), "{longest:?}");
}

#[test]
fn one_seed_is_one_history() {
    let mut histories = Vec::new();
    for seed in 0..20 {
        let [first, second] = [(); 2].map(|()| run(&Scenario::drawn(seed)));
        let (one, other) = (trace(&first), trace(&second));
        for (place, (one, other)) in one.iter().zip(&other).enumerate() {
            assert_eq!(one, other, "seed {seed} forks at {place}");
        }
        assert_eq!(one.len(), other.len(), "seed {seed}");
        assert_eq!(counts(&first.faults), counts(&second.faults), "seed {seed}");
        histories.push(one);
    }
    histories.sort_unstable();
    histories.dedup();
    assert_eq!(histories.len(), 20, "two seeds are one history");
}

fn counts(log: &FaultLog) -> Vec<(Fault, u64)> {
    log.counts().collect()
}
