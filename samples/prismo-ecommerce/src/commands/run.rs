//! `prismo run`: everything in this process.

use std::process::ExitCode;

use tokio::time::{Instant, timeout};
use tracing::warn;

use super::{conclude, evidence::summarise, hive, run_of, signals};
use crate::{
    backend::Backend, cli::Options, error::Error, progress::Progress, shop::Shop, summary::Traffic,
};

/// Places orders, processes them, and audits the outcome.
pub(super) async fn run(options: &Options, backend: &Backend) -> Result<ExitCode, Error> {
    let run = run_of(options);
    let hive = hive(options, backend)?.build()?;
    let graph = hive.graph().clone();
    let shop = Shop::new(run.clone(), hive.publisher(), &backend.stores)?;
    let progress = Progress::new(options);
    let started = Instant::now();
    let running = hive.start().await?;
    tokio::select! {
        traded = timeout(options.timeout, shop.trade(|tally| progress.update(tally))) => {
            if let Ok(result) = traded {
                result?;
            } else {
                warn!(timeout = ?options.timeout, "not every order is over in time");
            }
        }
        () = signals::stop() => warn!("stopped before every order is over"),
    }
    let elapsed = started.elapsed();
    let report = running.drain().await;
    progress.finish();
    if !report.is_clean() {
        warn!("{report}");
    }
    let traffic = Traffic {
        events_processed: report.statistics.processed,
        redelivered: report.statistics.redelivered,
        dead_lettered: report.statistics.dead_lettered,
    };
    let summary = summarise(&run, backend, &graph, traffic, elapsed).await?;
    conclude(options, &summary)
}
