//! What comes back from publishing a batch.

use std::fmt;

use crate::error::Error;
use crate::event::EventId;

/// The backend has confirmed every event of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Positions of the events that nobody subscribes to, where the backend can tell. They are
    /// gone, which is right for a topic that is an end point and a fault for any other.
    pub unrouted: Vec<usize>,
}

/// One event of a batch that was not confirmed.
#[derive(Debug)]
pub struct PublishFailure {
    /// Its position in the batch.
    pub position: usize,
    /// Its id.
    pub id: EventId,
    /// Why. With a temporary error the event may be there nevertheless; publish it again under the
    /// same id.
    pub error: Error,
}

/// Some events of a batch were not confirmed; all others were.
#[derive(Debug)]
pub struct PublishError {
    failures: Vec<PublishFailure>,
    receipt: Receipt,
}

impl PublishError {
    /// The failures of a batch, at least one, and what is known of the events that were confirmed.
    pub fn new(failures: Vec<PublishFailure>, receipt: Receipt) -> Self {
        debug_assert!(!failures.is_empty(), "a publish error names an event");
        Self { failures, receipt }
    }

    /// The events that were not confirmed, by position.
    pub fn failures(&self) -> &[PublishFailure] {
        &self.failures
    }

    /// The events that were not confirmed, by position.
    pub fn into_failures(self) -> Vec<PublishFailure> {
        self.failures
    }

    /// What is known of the events that were confirmed.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Whether every failure may go away by itself.
    pub fn is_temporary(&self) -> bool {
        self.failures
            .iter()
            .all(|failure| failure.error.is_temporary())
    }

    /// The first failure's error; a permanent one before a temporary one.
    pub fn into_error(self) -> Option<Error> {
        let mut failures = self.failures;
        let worst = failures
            .iter()
            .position(|failure| !failure.error.is_temporary())
            .unwrap_or(0);
        let others = failures.len().saturating_sub(1);
        (worst < failures.len()).then(|| {
            let failure = failures.swap_remove(worst);
            let error = failure.error.with_context("event", failure.id);
            if others == 0 {
                return error;
            }
            error.with_context("other events not published", others)
        })
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "publish: {} not confirmed", self.failures.len())?;
        for failure in self.failures.iter().take(3) {
            write!(f, "; {}: {}", failure.id, failure.error)?;
        }
        Ok(())
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let first = self.failures.first()?;
        Some(&first.error)
    }
}
