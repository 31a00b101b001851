//! How the intake reads its queue, whatever the backend does.

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::answer::answer;
use super::intake::Intake;
use super::lock::lock;
use crate::error::{Error, ErrorKind, Result};
use crate::queue::{EventQueue as _, Health, Lease, Receiver};
use crate::recovery::Backoff;

/// How long a backend may take to answer beyond what it was asked to wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// An answer without events that comes sooner than this did not wait for any.
const QUICK: Duration = Duration::from_millis(100);

/// What only the worker that reads the queue may touch.
#[derive(Debug, Default)]
pub(super) struct Reader {
    receiver: Option<Box<dyn Receiver>>,
    /// How many times in a row reading failed.
    failures: u32,
    /// How many times in a row it returned nothing without waiting.
    quick: u32,
}

impl Reader {
    /// Takes the receiver away.
    pub(super) fn take(&mut self) -> Option<Box<dyn Receiver>> {
        self.receiver.take()
    }

    /// Up to `max` leases; none if none came for as long as a poll waits. Or else how long to wait
    /// before the next try.
    pub(super) async fn receive(
        &mut self,
        intake: &Intake,
        max: NonZeroUsize,
    ) -> Result<Vec<Lease>, Duration> {
        let asked = Instant::now();
        match self.ask(intake, max).await {
            Ok(leases) => {
                if self.failures > 0 {
                    info!(queue = %intake.from, "receiving again");
                    self.failures = 0;
                    *lock(&intake.health) = Health::Up;
                }
                if !leases.is_empty() || asked.elapsed() >= QUICK.min(intake.wait) {
                    self.quick = 0;
                    return Ok(leases);
                }
                // As when a backend has no room for more leases; it must not be a busy loop.
                self.quick = self.quick.saturating_add(1);
                let backoff = Backoff::new(Duration::from_millis(10), Duration::from_secs(1));
                Err(backoff.with_jitter(self.quick, fastrand::f64()))
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.report(intake, &error);
                let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30));
                Err(backoff.jittered(self.failures))
            }
        }
    }

    async fn ask(&mut self, intake: &Intake, max: NonZeroUsize) -> Result<Vec<Lease>> {
        let result = self.receive_or_open(intake, max).await;
        let Err(error) = &result else {
            return result;
        };
        if error.kind() != ErrorKind::Temporary {
            // One that only lost its connection restores it. This one may never work again.
            self.receiver = None;
        }
        if error.kind() == ErrorKind::NotFound {
            // Somebody deleted the queue. What was in it is gone; what comes must not be.
            warn!(queue = %intake.from, "the queue is gone, declaring it again");
            let declaring = intake.queue.declare_with(&intake.from, intake.declared);
            answer("declare", PATIENCE, declaring).await?;
        }
        result
    }

    async fn receive_or_open(&mut self, intake: &Intake, max: NonZeroUsize) -> Result<Vec<Lease>> {
        let receiver = if let Some(receiver) = &mut self.receiver {
            receiver
        } else {
            let opening = intake.queue.receiver(&intake.from, intake.options);
            let receiver = answer("receive", PATIENCE, opening).await?;
            self.receiver.insert(receiver)
        };
        let limit = intake.wait.saturating_add(PATIENCE);
        answer("receive", limit, receiver.receive(max, intake.wait)).await
    }

    fn report(&self, intake: &Intake, error: &Error) {
        *lock(&intake.health) = Health::Down(format!("cannot receive: {error}"));
        let failures = self.failures;
        if failures == 1 {
            warn!(queue = %intake.from, %error, "cannot receive, trying again");
        } else {
            debug!(queue = %intake.from, %error, failures, "cannot receive, trying again");
        }
    }
}
