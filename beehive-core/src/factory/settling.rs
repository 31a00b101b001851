//! Settles a lease as it was decided, as long as that is possible.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, error, warn};

use super::disposition::{Counting, Disposition};
use super::ended::Ended;
use super::parts::Factory;
use crate::error::ErrorKind;
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
        let id = lease.event().id().clone();
        let disposition = ended.disposition;
        let history = history(&lease, ended);
        let record = record(self, &lease, ended);
        // What failed under this lease before it was interrupted must not be forgotten.
        let unchanged = ended.attempt == lease.attempt();
        let backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
        for step in 1_u32.. {
            let deadline = lease.deadline();
            let settling = async {
                match disposition {
                    Disposition::Commit => lease.commit().await,
                    Disposition::RetryLater(delay, _) => lease.defer(delay, history).await,
                    Disposition::HandBack if unchanged => lease.abandon().await,
                    Disposition::HandBack => lease.defer(Duration::ZERO, history).await,
                    // A retry at once keeps the lease, so it never comes here.
                    Disposition::LetGo | Disposition::RetryNow => Ok(()),
                    Disposition::DeadLetter(_) => match &record {
                        Some(record) => lease.dead_letter(record).await,
                        None => Ok(()),
                    },
                }
            };
            let failed = match timeout_at(deadline, settling).await {
                Ok(Ok(())) => return Settled::Yes,
                Ok(Err(failed)) => failed,
                Err(_) => {
                    error!(event = %id, queue = %self.queue, "not settled before the lease expired");
                    return Settled::No;
                }
            };
            let SettleError { error, lease: back } = failed;
            if error.kind() == ErrorKind::LeaseLost {
                debug!(event = %id, queue = %self.queue, %error, "the lease was gone");
                return Settled::Lost;
            }
            if !error.is_temporary() || back.is_expired() {
                error!(
                    event = %id, queue = %self.queue, ?error,
                    "not settled; the event is redelivered when its lease expires"
                );
                return Settled::No;
            }
            warn!(event = %id, queue = %self.queue, %error, "not settled, trying again");
            lease = back;
            let left = lease.deadline().saturating_duration_since(Instant::now());
            sleep(backoff.jittered(step).min(left)).await;
        }
        Settled::No
    }
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
