//! What keeps a factory actor from settling its events.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::disposition::Disposition;
use super::lock::lock;
use crate::queue::Health;

/// What keeps a factory actor from settling its events: the last failure, until the same works again
/// or nobody has tried for long. Events that nobody settles come back again and again, which would
/// otherwise be seen in the log alone.
#[derive(Debug)]
pub(super) struct Unsettled {
    /// For how long a failure counts.
    memory: Duration,
    last: Mutex<Option<Failure>>,
    /// Whether there is one: asked for each event, without the lock that all workers share.
    is_noted: AtomicBool,
}

#[derive(Debug)]
struct Failure {
    what: &'static str,
    why: String,
    at: Instant,
}

impl Unsettled {
    /// An event that is not settled is tried again when its lease has expired; a failure counts for
    /// twice as long.
    pub(super) fn new(lease: Duration) -> Self {
        Self {
            memory: lease.saturating_mul(2),
            last: Mutex::default(),
            is_noted: AtomicBool::new(false),
        }
    }

    /// It failed.
    pub(super) fn failed(&self, disposition: Disposition, why: &str, now: Instant) {
        *lock(&self.last) = Some(Failure {
            what: name(disposition),
            why: why.to_owned(),
            at: now,
        });
        self.is_noted.store(true, Ordering::Release);
    }

    /// It worked.
    pub(super) fn worked(&self, disposition: Disposition) {
        if !self.is_noted.load(Ordering::Acquire) {
            return;
        }
        let mut last = lock(&self.last);
        if last
            .as_ref()
            .is_some_and(|failure| failure.what == name(disposition))
        {
            *last = None;
            self.is_noted.store(false, Ordering::Release);
        }
    }

    pub(super) fn health(&self, now: Instant) -> Health {
        match &*lock(&self.last) {
            Some(Failure { what, why, at }) if now.duration_since(*at) < self.memory => {
                Health::Degraded(format!("cannot {what}: {why}"))
            }
            _ => Health::Up,
        }
    }
}

fn name(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Commit => "commit",
        Disposition::HandBack => "hand back",
        Disposition::RetryNow | Disposition::RetryLater(..) => "defer",
        Disposition::DeadLetter(_) => "dead-letter",
        Disposition::LetGo => "let go",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::DeadLetterReason;

    const LEASE: Duration = Duration::from_secs(30);
    const GIVEN_UP: Disposition = Disposition::DeadLetter(DeadLetterReason::Terminal);

    #[test]
    fn a_failure_counts_until_the_same_works_or_nobody_has_tried_for_long() {
        let start = Instant::now();
        let error = "the queue is full";
        let degraded = Health::Degraded("cannot dead-letter: the queue is full".into());
        let unsettled = Unsettled::new(LEASE);
        assert_eq!(unsettled.health(start), Health::Up);
        unsettled.failed(GIVEN_UP, error, start);
        assert_eq!(unsettled.health(start), degraded);
        unsettled.worked(Disposition::Commit);
        assert_eq!(unsettled.health(start + LEASE), degraded);
        assert_eq!(unsettled.health(start + 2 * LEASE), Health::Up);
        unsettled.failed(GIVEN_UP, error, start + 2 * LEASE);
        assert_eq!(unsettled.health(start + 2 * LEASE), degraded);
        unsettled.worked(GIVEN_UP);
        assert_eq!(unsettled.health(start + 2 * LEASE), Health::Up);
    }
}
