//! `prismo shop`: the customers, while workers elsewhere do the work.

use std::process::ExitCode;

use super::{conclude, hive, run_of, trade::trade};
use crate::{
    backend::Backend,
    cli::Options,
    error::Error,
    inspection::summarise,
    shop::{Shop, patiently},
    summary::Traffic,
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
    let elapsed = trade(options, &shop).await?;
    // What went over the queues is known to the workers only.
    let traffic = Traffic::default();
    let sum_up = async || summarise(&run, backend, hive.graph(), traffic, elapsed).await;
    let summary = patiently(sum_up).await?;
    conclude(options, &summary)
}
