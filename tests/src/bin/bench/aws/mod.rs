//! Everything on AWS, beside programs that drive the SDK by hand: the hop through SNS and SQS, and each
//! operation of the stores. Requests are counted on the wire, since they are what is paid for.

#![expect(
    clippy::future_not_send,
    reason = "a measurement is one task that waits for others"
)]

mod beside;
mod cloud;
mod counted;
mod hop;
mod processor;
mod stores;

use std::sync::Arc;
use std::time::Duration;

use beehive_tests::trials::Service;
use clap::{Args, ValueEnum};
use tokio::runtime::Builder;

use self::cloud::Cloud;
use crate::Result;
use crate::report::{Report, Summary};

/// What to measure, and how.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How the figures are printed.
    #[arg(long, value_enum, default_value = "human")]
    summary: Summary,
    /// How many rounds, in each of which all programs run once; take 15 for a figure that is quoted.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// How many events make the hop in each run.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(100..))]
    events: u64,
    /// How often each operation of a store is made in each run.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    times: u64,
    /// How many milliseconds every request takes longer: an emulator is nearer than AWS.
    #[arg(long, default_value_t = 0)]
    away: u64,
    /// Two rounds of little: shows that everything works, and nothing else.
    #[arg(long, conflicts_with_all = ["pairs", "events", "times"])]
    quick: bool,
    /// Measures only this; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Measure>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// The hop, 10 in flight.
    #[value(name = "hop-10")]
    Hop10,
    /// The hop, 64 in flight.
    #[value(name = "hop-64")]
    Hop64,
    /// Every operation of the stores.
    Stores,
}

/// How much of everything.
#[derive(Clone, Copy, Debug)]
struct Amount {
    rounds: usize,
    events: u64,
    times: u64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !Service::AWS.is_there() {
        return Err(
            "AWS_ENDPOINT_URL leads nowhere; run `tests/services up aws`, then `eval \"$(tests/services env aws)\"`".into(),
        );
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut report = Report::default();
    let cloud = Arc::new(runtime.block_on(Cloud::find(Duration::from_millis(options.away)))?);
    if !cloud.is_watched() {
        report.note("The emulator's processor time could not be told from that of strangers.");
    }
    let amount = if options.quick {
        Amount {
            rounds: 2,
            events: 100,
            times: 10,
        }
    } else {
        Amount {
            rounds: options.pairs.into(),
            events: options.events,
            times: options.times,
        }
    };
    for measure in Measure::value_variants() {
        if !options.only.is_empty() && !options.only.contains(measure) {
            continue;
        }
        progress(*measure);
        match measure {
            Measure::Hop10 => runtime.block_on(hop::compare(&cloud, amount, 10, &mut report))?,
            Measure::Hop64 => runtime.block_on(hop::compare(&cloud, amount, 64, &mut report))?,
            Measure::Stores => runtime.block_on(stores::compare(&cloud, amount, &mut report))?,
        }
    }
    report.note("Time is the emulator's for the most part; requests are the same on AWS.");
    report.print(options.summary);
    Ok(())
}

/// Says what is being measured, because all of it takes minutes.
#[expect(clippy::print_stderr, reason = "standard output ends with the figures")]
fn progress(measure: Measure) {
    if let Some(value) = measure.to_possible_value() {
        eprintln!("measuring {}", value.get_name());
    }
}
