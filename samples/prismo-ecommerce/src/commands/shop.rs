//! `prismo shop`: the customers, while workers elsewhere do the work.

use std::process::ExitCode;

use tokio::time::{Instant, timeout};
use tracing::warn;

use super::{conclude, evidence::summarise, hive, run_of, signals};
use crate::{
    backend::Backend, cli::Options, error::Error, progress::Progress, shop::Shop, summary::Traffic,
};

/// Places orders, waits until workers have settled them, and audits the outcome.
///
/// The workflow's queues are declared first: orders that are placed before the first worker starts
/// wait there for it.
pub(super) async fn shop(options: &Options, backend: &Backend) -> Result<ExitCode, Error> {
    let run = run_of(options);
    let hive = hive(options, backend)?.build()?;
    hive.declare().await?;
    let shop = Shop::new(run.clone(), hive.publisher(), &backend.stores)?;
    let progress = Progress::new(options);
    let started = Instant::now();
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
    progress.finish();
    let elapsed = started.elapsed();
    // What went over the queues is known to the workers only.
    let traffic = Traffic::default();
    let summary = summarise(&run, backend, hive.graph(), traffic, elapsed).await?;
    conclude(options, &summary)
}
