//! `prismo worker`: the actors alone.

use std::process::ExitCode;

use super::{hive, print, signals};
use crate::{backend::Backend, cli::Options, error::Error};

/// Processes orders until told to stop, then drains. Succeeds if everything in work was finished;
/// otherwise says what was handed back.
pub(super) async fn worker(options: &Options, backend: &Backend) -> Result<ExitCode, Error> {
    let hive = hive(options, backend)?.build()?;
    let report = hive.run_until(signals::stop()).await?;
    print(&report.to_string())?;
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
