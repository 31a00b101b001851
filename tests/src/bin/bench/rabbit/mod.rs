//! The hop through RabbitMQ, against programs that drive the driver by hand, and against others.

#![expect(
    clippy::future_not_send,
    reason = "a bare program is one task, as it would be written by hand"
)]

mod bare;
mod broker;
mod figures;
mod hop;
pub(crate) mod idle;
mod latency;
mod measure;
pub(crate) mod order;
mod ours;
mod peers;
mod queues;
mod start;

use std::sync::Arc;

use clap::{Args, ValueEnum as _};
use tokio::runtime::{Builder, Runtime};

use self::broker::Broker;
use self::measure::{Bench, Measure};
use self::peers::Peers;
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
    #[arg(long, default_value_t = 8_000, value_parser = clap::value_parser!(u64).range(256..))]
    events: u64,
    /// Two rounds of few events: shows that everything works, and nothing else.
    #[arg(long, conflicts_with_all = ["pairs", "events"])]
    quick: bool,
    /// Measures only this; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Measure>,
    /// Which programs of others take part; they are built on first use, which takes minutes.
    #[arg(long, value_enum, default_value = "rust")]
    peers: Peers,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = runtime()?;
    let broker = Arc::new(runtime.block_on(Broker::find_or_start())?);
    let mut report = Report::default();
    if !broker.is_watched() {
        report.note("The broker's processor time could not be told from that of strangers.");
    }
    let bench = Bench {
        runtime,
        by_hand: Builder::new_current_thread().enable_all().build()?,
        broker,
        rounds: if options.quick {
            2
        } else {
            options.pairs.into()
        },
        events: if options.quick { 500 } else { options.events },
        peers: options.peers,
    };
    for measure in Measure::value_variants() {
        if options.only.is_empty() || options.only.contains(measure) {
            progress(*measure);
            measure.take(&bench, &mut report)?;
        }
    }
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

/// Two worker threads, as many as the smallest machine that is worth measuring on has cores.
fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}
