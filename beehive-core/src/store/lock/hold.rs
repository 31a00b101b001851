//! Working under a lock that is renewed meanwhile.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Lock, LockGuard};
use crate::error::{Error, ErrorKind, Result};

impl Lock {
    /// Works under a lock: takes it for `duration`, renews it each third of that while the work
    /// goes on, and gives it back in the end. `None` if another holds it; then there was no work.
    ///
    /// `work` is given the fencing token. When the lock is lost, the work is cancelled by dropping
    /// it, before another can have taken the lock; work that blocks its thread cannot be.
    ///
    /// ```
    /// use std::time::Duration;
    /// use beehive_core::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), beehive_core::Error> {
    /// let locks = Stores::memory().lock()?;
    /// let work = |fencing_token| async move { fencing_token };
    /// let first = locks.hold("import", Duration::from_secs(30), work).await?;
    /// let second = locks.hold("import", Duration::from_secs(30), work).await?;
    /// assert!(first < second);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`] if the lock was lost: the work was cancelled, or had come to its end
    /// too late. What renewing failed with is its source.
    ///
    /// # Cancel safety
    /// Dropping the future drops the work, and leaves the lock taken until it ends by itself.
    pub async fn hold<W>(
        &self,
        name: &str,
        duration: Duration,
        work: impl FnOnce(u64) -> W,
    ) -> Result<Option<W::Output>>
    where
        W: Future,
    {
        let Some(mut held) = self.try_acquire(name, duration).await? else {
            return Ok(None);
        };
        let mut work = pin!(work(held.fencing_token()));
        let output = tokio::select! {
            // The loss first: an end of the work that comes with it is too late.
            biased;
            lost = keep(&mut held, duration) => return lost.map(|never| match never {}),
            output = &mut work => output,
        };
        match held.release().await {
            Err(error) if error.kind() == ErrorKind::LeaseLost => Err(error),
            // The work is done, and the lock ends by itself.
            Ok(()) | Err(_) => Ok(Some(output)),
        }
    }
}

/// Renews the lock until it is lost.
async fn keep(held: &mut LockGuard, duration: Duration) -> Result<Infallible> {
    let pause = duration / 3;
    let mut failure = None;
    loop {
        // Never beyond the end: the work must stop by then, whether or not the backend answers.
        sleep_until((Instant::now() + pause).min(held.expires())).await;
        match timeout_at(held.expires(), held.renew(duration)).await {
            Ok(Ok(())) => failure = None,
            Ok(Err(error)) if error.is_temporary() => failure = Some(error),
            Ok(Err(error)) if error.kind() == ErrorKind::LeaseLost => return Err(error),
            Ok(Err(error)) => return Err(lost(Some(error))),
            Err(_) => return Err(lost(failure)),
        }
        if held.expires() <= Instant::now() {
            return Err(lost(failure));
        }
    }
}

fn lost(cause: Option<Error>) -> Error {
    let error = Error::new(
        ErrorKind::LeaseLost,
        "the lock could not be renewed while it was held",
    )
    .with_operation("hold lock");
    match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    }
}

#[cfg(test)]
mod tests;
