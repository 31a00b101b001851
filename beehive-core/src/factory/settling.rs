//! Settles a lease as it was decided, as long as that is possible.

use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error, warn};

use super::disposition::{Counting, Disposition};
use super::ended::Ended;
use super::in_time::in_time;
use super::parts::Factory;
use crate::error::ErrorKind;
use crate::event::EventId;
use crate::queue::{DeadLetterRecord, FailureHistory, Lease, SettleError};
use crate::recovery::Backoff;

/// What came of settling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// As decided.
    Yes,
    /// The lease was gone; another has the event.
    Lost,
    /// The backend did not do it while the lease lasted; the event is redelivered.
    No,
}

impl Factory {
    /// Settles the lease; tries again while it lasts, since whatever is not settled comes back.
    pub(super) async fn settle(&self, mut lease: Lease, ended: &Ended) -> Settled {
        let record = record(self, &lease, ended);
        for step in 1_u32.. {
            let failed = match self.settle_once(lease, ended, record.as_ref()).await {
                Ok(()) => {
                    self.unsettled.worked(ended.disposition);
                    return Settled::Yes;
                }
                Err(failed) => failed,
            };
            // Boxed, since it is rarely needed and would be moved about with all the rest.
            lease = match Box::pin(self.after_failure(failed, ended.disposition, step)).await {
                Ok(lease) => lease,
                Err(settled) => return settled,
            };
        }
        Settled::No
    }

    async fn settle_once(
        &self,
        lease: Lease,
        ended: &Ended,
        record: Option<&DeadLetterRecord>,
    ) -> Result<(), NotSettled> {
        let deadline = lease.deadline();
        let id = lease.event().id().clone();
        let settling = pin!(async {
            match ended.disposition {
                Disposition::Commit => lease.commit().await,
                Disposition::RetryLater(delay, _) => {
                    let history = history(&lease, ended);
                    lease.defer(delay, history).await
                }
                Disposition::HandBack if ended.attempt == lease.attempt() => lease.abandon().await,
                // What failed under this lease before it was interrupted must not be forgotten.
                Disposition::HandBack => {
                    let history = history(&lease, ended);
                    lease.defer(Duration::ZERO, history).await
                }
                // A retry at once keeps the lease, so it never comes here.
                Disposition::LetGo | Disposition::RetryNow => Ok(()),
                Disposition::DeadLetter(_) => match record {
                    Some(record) => lease.dead_letter(record).await,
                    None => Ok(()),
                },
            }
        });
        match in_time(settling, || sleep_until(deadline)).await {
            Some(settled) => settled.map_err(NotSettled::Failed),
            None => Err(NotSettled::Late(id)),
        }
    }

    /// Waits before the next try; gives the lease back, or says what came of it.
    async fn after_failure(
        &self,
        failed: NotSettled,
        disposition: Disposition,
        step: u32,
    ) -> Result<Lease, Settled> {
        let SettleError { error, lease } = match failed {
            NotSettled::Failed(failed) => failed,
            NotSettled::Late(id) => {
                error!(event = %id, queue = %self.queue, "not settled before the lease expired");
                let late = "the backend does not answer while the lease lasts";
                self.unsettled.failed(disposition, late, Instant::now());
                return Err(Settled::No);
            }
        };
        let id = lease.event().id();
        if error.kind() == ErrorKind::LeaseLost {
            debug!(event = %id, queue = %self.queue, %error, "the lease was gone");
            return Err(Settled::Lost);
        }
        self.unsettled
            .failed(disposition, &error.to_string(), Instant::now());
        if !error.is_temporary() || lease.is_expired() {
            error!(
                event = %id, queue = %self.queue, ?error,
                "not settled; the event is redelivered when its lease expires"
            );
            return Err(Settled::No);
        }
        warn!(event = %id, queue = %self.queue, %error, "not settled, trying again");
        let backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
        let left = lease.deadline().saturating_duration_since(Instant::now());
        sleep(backoff.jittered(step).min(left)).await;
        Ok(lease)
    }
}

/// Why one try of settling came to nothing.
enum NotSettled {
    Failed(SettleError),
    /// The backend did not answer while the lease lasted.
    Late(EventId),
}

/// What the next delivery is to know of this one.
fn history(lease: &Lease, ended: &Ended) -> FailureHistory {
    let attempts = match ended.disposition {
        // The last attempt is as good as not made.
        Disposition::RetryLater(_, Counting::Uncounted) | Disposition::HandBack => {
            ended.attempt.saturating_sub(1)
        }
        _ => ended.attempt,
    };
    FailureHistory {
        attempts,
        first_failure: lease.history().first_failure.or(ended.failed_at),
        silent: ended.silent,
    }
}

/// Why the event is given up, if it is.
fn record(factory: &Factory, lease: &Lease, ended: &Ended) -> Option<DeadLetterRecord> {
    let Disposition::DeadLetter(reason) = ended.disposition else {
        return None;
    };
    let now = Timestamp::now();
    let first_failure = lease.history().first_failure.or(ended.failed_at);
    Some(DeadLetterRecord {
        reason,
        errors: ended.errors.clone(),
        attempts: ended.attempt,
        actor: factory.name.to_string(),
        host: factory.host.to_string(),
        first_failure: first_failure.unwrap_or(now),
        last_failure: now,
    })
}
