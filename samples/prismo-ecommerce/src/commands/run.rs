//! `prismo run`: everything in this process.

use std::process::ExitCode;

use tracing::info;

use super::{conclude, hive, run_of, trade::trade};
use crate::{
    backend::Backend, cli::Options, error::Error, inspection::summarise, shop::Shop,
    summary::Traffic,
};

/// Places orders, processes them, and audits the outcome.
pub(super) async fn run(options: &Options, backend: &Backend) -> Result<ExitCode, Error> {
    let run = run_of(options);
    let hive = hive(options, backend)?.build()?;
    let graph = hive.graph().clone();
    let shop = Shop::new(run.clone(), hive.publisher(), &backend.stores)?;
    let running = hive.start().await?;
    let traded = trade(options, &shop).await;
    let report = running.drain().await;
    // Once all orders are over, what is handed back are lines not traced and news told twice.
    info!("{report}");
    let traffic = Traffic {
        events_processed: report.statistics.processed,
        redelivered: report.statistics.redelivered,
        ..Traffic::default()
    };
    let summary = summarise(&run, backend, &graph, traffic, traded?).await?;
    conclude(options, &summary)
}
