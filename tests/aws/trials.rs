//! Tests that need an emulator.

use std::future::Future;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep, timeout};

use crate::emulator::Emulator;

/// What comes of a trial.
pub(crate) type Outcome = Result<(), Failed>;

/// What every trial is done within, also on a busy machine.
const DEADLINE: Duration = Duration::from_mins(2);

/// A test of this name; ignored where there is no emulator.
pub(crate) fn trial<F>(name: impl Into<String>, run: impl FnOnce() -> F + Send + 'static) -> Trial
where
    F: Future<Output = Outcome> + Send + 'static,
{
    trial_on(Emulator::First, name, run)
}

/// A test of this name on this emulator; ignored where that is missing.
pub(crate) fn trial_on<F>(
    emulator: Emulator,
    name: impl Into<String>,
    run: impl FnOnce() -> F + Send + 'static,
) -> Trial
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let run = move || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let outcome = runtime.block_on(async {
            timeout(DEADLINE, run())
                .await
                .unwrap_or_else(|_| Err(format!("it was not done after {DEADLINE:?}").into()))
        });
        runtime.shutdown_background();
        outcome
    };
    Trial::test(name, run).with_ignored_flag(!emulator.is_there())
}

/// Looks until it is so.
pub(crate) async fn eventually<F>(what: &str, mut is_so: impl FnMut() -> F + Send) -> Outcome
where
    F: Future<Output = Result<bool, Failed>> + Send,
{
    const WITHIN: Duration = Duration::from_secs(20);
    const LOOK: Duration = Duration::from_millis(100);
    let end = Instant::now() + WITHIN;
    while !is_so().await? {
        if Instant::now() >= end {
            return Err(Failed::from(format!("not so within {WITHIN:?}: {what}")));
        }
        sleep(LOOK).await;
    }
    Ok(())
}
