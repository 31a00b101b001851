//! Everything within one process, against tokio's channels.

mod fan_out;
mod finish;
mod idle;
mod latency;
mod line;
mod order;
pub(crate) mod probe;
mod residence;

use clap::{Args, ValueEnum};
use tokio::runtime::{Builder, Runtime};

use self::line::{Inbox, Line, Publishing};
use crate::Result;
use crate::pairs::{Pairs, measured};
use crate::report::{Report, Summary};

/// What to measure, and how.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How the figures are printed.
    #[arg(long, value_enum, default_value = "human")]
    summary: Summary,
    /// How many pairs of runs; take 15 for a figure that is quoted.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// How many events each run sees.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(64..))]
    events: u64,
    /// Measures only this; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Measure>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// Publish in batches, receive, decode, answer with one encoded follow-up, commit; the
    /// follow-up is received, decoded and committed by a second actor.
    Hop,
    /// The same, published one by one.
    HopSingle,
    /// The same as `hop`, with an inbox; the bare program has a map under a mutex.
    HopInbox,
    /// Three actors one after the other.
    Pipeline,
    /// Three subscriptions to one topic.
    Fanout,
    /// How long an event takes to its actor at 1,000 per second.
    Latency,
    /// Memory of events that wait.
    Waiting,
    /// Memory of events that are worked on.
    InFlight,
    /// Memory after a million events.
    Flat,
    /// A thousand subscriptions without an event.
    Idle,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = runtime()?;
    let mut report = Report::default();
    for measure in Measure::value_variants() {
        if options.only.is_empty() || options.only.contains(measure) {
            measure.take(&runtime, options, &mut report)?;
        }
    }
    report.print(options.summary);
    Ok(())
}

impl Measure {
    fn take(self, runtime: &Runtime, options: &Options, report: &mut Report) -> Result<()> {
        let hop = Line {
            stages: 2,
            publishing: Publishing::Batches,
            inbox: Inbox::Without,
            events: options.events,
        };
        let single = Line {
            publishing: Publishing::Single,
            ..hop
        };
        let inbox = Line {
            inbox: Inbox::With,
            ..hop
        };
        let pipeline = Line { stages: 3, ..hop };
        let ratio = "0.5 (0.8)";
        let mut line = |name, target, line: Line| -> Result<()> {
            let pairs = Pairs::take(
                options.pairs.into(),
                || line.run_ours(runtime),
                || measured(|| runtime.block_on(line.bare())),
            )?;
            report.compare(name, target, options.events, &pairs);
            Ok(())
        };
        match self {
            Self::Hop => line("hop", ratio, hop),
            Self::HopSingle => line("hop_single", "", single),
            Self::HopInbox => line("hop_inbox", "", inbox),
            Self::Pipeline => line("pipeline", ratio, pipeline),
            Self::Fanout => {
                let pairs = Pairs::take(
                    options.pairs.into(),
                    || fan_out::run_ours(runtime, options.events),
                    || measured(|| runtime.block_on(fan_out::bare(options.events))),
                )?;
                report.compare("fanout", ratio, options.events, &pairs);
                Ok(())
            }
            Self::Latency => latency::compare(runtime, report),
            Self::Waiting => residence::waiting(report),
            Self::InFlight => residence::in_flight(report),
            Self::Flat => residence::flat(report),
            Self::Idle => idle::report(report),
        }
    }
}

/// Two worker threads, as many as the smallest machine that is worth measuring on has cores.
fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()?)
}
