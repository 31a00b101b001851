//! Many seeds, and the first one at which something is wrong.

use std::process::exit;
use std::time::Duration;

use beehive_tests::simulation::{Keeping, Progress, Totals, play};
use tokio::time::Instant;

use crate::options::{Options, Summary};
use crate::report;

/// A run takes milliseconds. One that takes so long does not end.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it says how far it is.
const NEWS: Duration = Duration::from_secs(10);

/// Plays all seeds and prints what came of them; whether nothing was wrong.
pub(crate) fn run(options: &Options) -> bool {
    let batch = options.batch();
    let begun = Instant::now();
    let mut told = begun;
    let watch = |progress: &Progress| {
        if let Some((seed, _)) = progress.longest.filter(|(_, time)| *time > PATIENCE) {
            println!(
                "seed {seed} does not end; run it again: {}",
                options.again(seed)
            );
            exit(1);
        }
        if told.elapsed() >= NEWS {
            told = Instant::now();
            let Progress { played, failed, .. } = progress;
            eprintln!(
                "{played} of {} seeds played, {failed} failed",
                options.seeds
            );
        }
    };
    let totals = batch.play(|seed| options.scenario(seed), watch);
    let took = begun.elapsed();
    if options.summary == Summary::Human {
        tell_first(options, &totals);
        println!("{}", report::table(options, &totals, took));
    } else {
        println!("{}", report::json(options, &totals, took));
    }
    totals.failures.is_empty()
}

/// Prints the first seed at which something was wrong.
fn tell_first(options: &Options, totals: &Totals) {
    /// Enough to see how it ended.
    const SHOWN: usize = 60;
    let Some((seed, violations)) = totals.failures.first_key_value() else {
        return;
    };
    let scenario = options.scenario(*seed);
    let played = play(&scenario, Keeping::Lines);
    println!("seed {seed}: {scenario}");
    println!("faults: {}", played.faults);
    let left_out = played.trace.len().saturating_sub(SHOWN);
    if left_out > 0 {
        println!("  {left_out} entries of the trace before these");
    }
    for line in &played.trace[left_out..] {
        println!("  {line}");
    }
    for violation in violations {
        println!("wrong: {violation}");
    }
    println!("run it again: {}\n", options.again(*seed));
}
