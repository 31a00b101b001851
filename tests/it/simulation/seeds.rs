//! Whatever a seed draws ends as it should.
//!
//! `BEEHIVE_SEEDS=5000` plays more seeds than the default, `BEEHIVE_SEED=4711` only that one. The
//! program `simulate` plays many more.

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::time::Duration;

use beehive_core::testing::Fault;
use beehive_tests::simulation::{Batch, Ending, Scenario};

/// How many seeds are played if nothing else is asked for.
const DEFAULT: u64 = 300;

/// The seeds to play: one, or the first so many.
fn seeds() -> Range<u64> {
    let number = |name| {
        let text = std::env::var(name).ok()?;
        let number = text.parse::<u64>();
        Some(number.unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
    };
    match (number("BEEHIVE_SEED"), number("BEEHIVE_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, count) => 0..count.unwrap_or(DEFAULT),
    }
}

#[test]
fn every_seed_ends_as_it_should() {
    /// A run takes milliseconds.
    const PATIENCE: Duration = Duration::from_mins(2);
    let seeds = seeds();
    let count = seeds.end - seeds.start;
    let batch = Batch {
        seeds,
        threads: NonZeroUsize::new(2).unwrap(),
        verify_every: NonZeroU64::new(50),
        ending: Ending::AtFirstFailure,
    };
    let totals = batch.play(Scenario::drawn, |progress| {
        let slow = progress.longest.filter(|(_, time)| *time > PATIENCE);
        assert_eq!(slow, None, "a seed that does not end");
    });
    if let Some((seed, violations)) = totals.failures.first_key_value() {
        panic!(
            "seed {seed}, {}:\n  {}\nsee all of it: cargo run --release -p beehive-tests --bin \
             simulate -- --seed {seed}",
            Scenario::drawn(*seed),
            violations.join("\n  "),
        );
    }
    if count < 100 {
        return;
    }
    // A simulation in which little goes wrong proves little.
    for fault in Fault::ALL {
        let struck = totals.faults.get(&fault).copied().unwrap_or_default();
        assert!(struck >= count / 20, "{fault} struck {struck} times");
    }
    let happened = [totals.crashes, totals.restarts, totals.redriven];
    assert!(
        happened.iter().all(|times| *times >= count / 10),
        "crashes, restarts and redriven events: {happened:?}"
    );
    assert!(totals.verified >= count / 50, "{}", totals.verified);
    let longest = totals.longest;
    assert!(longest < Duration::from_hours(3), "{longest:?}");
}
