//! What tests of the queue suite share: a paused clock for each case, and leases one can wrap.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::conformance::Case;
use beehive_core::conformance::queue::QueueFixture;
use beehive_core::queue::{Lease, SettleError};
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// Runs a case on a clock of its own that stands still but for waiting; says what went wrong.
pub(crate) fn run(case: &Case<QueueFixture>, fixture: QueueFixture) -> Result<(), String> {
    /// No case waits as long; one that would wait for ever ends here.
    const PATIENCE: Duration = Duration::from_hours(24);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    match runtime.block_on(async { timeout(PATIENCE, case.run(fixture)).await }) {
        Ok(outcome) => outcome.map_err(|failure| failure.to_string()),
        Err(_) => Err("the case does not end".into()),
    }
}

/// A lease that is settled through a shared reference, for backends that wrap another.
#[derive(Clone, Debug)]
pub(crate) struct Held(pub(crate) Arc<Mutex<Option<Lease>>>);

impl Held {
    pub(crate) fn new(lease: Lease) -> Self {
        Self(Arc::new(Mutex::new(Some(lease))))
    }

    /// Settles the lease; when that fails it is held as before.
    pub(crate) async fn settle<F>(&self, settle: impl FnOnce(Lease) -> F + Send) -> Result<()>
    where
        F: Future<Output = Result<(), SettleError>> + Send,
    {
        let mut held = self.0.lock().await;
        match settle(held.take().ok_or_else(lost)?).await {
            Ok(()) => Ok(()),
            Err(SettleError { error, lease }) => {
                *held = Some(lease);
                Err(error)
            }
        }
    }

    pub(crate) async fn extend(&self, duration: Duration) -> Result<Instant> {
        let mut held = self.0.lock().await;
        held.as_mut().ok_or_else(lost)?.extend(duration).await
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::LeaseLost, "the lease was settled before")
}
