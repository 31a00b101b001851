//! `prismo check`: an audit of what was done, by whomever.

use std::process::ExitCode;

use tokio::time::Instant;

use super::{conclude, hive};
use crate::{
    backend::Backend, cli::Options, error::Error, inspection::summarise, state::Runs,
    summary::Traffic,
};

/// Audits the run that was placed in this namespace. What was placed is read from the stores, not
/// from the flags.
pub(super) async fn check(options: &Options, backend: &Backend) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let run = Runs::of(&backend.stores)?.get().await?;
    let hive = hive(options, backend)?.build()?;
    let traffic = Traffic::default();
    let summary = summarise(&run, backend, hive.graph(), traffic, started.elapsed()).await?;
    conclude(options, &summary)
}
