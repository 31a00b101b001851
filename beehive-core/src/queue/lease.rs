//! Leases: the right to settle one delivered event, for a limited time.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::queue::DeadLetterRecord;

/// What a deferred event takes along about its failures so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureHistory {
    /// How many attempts were made; the next delivery's attempt number is one more.
    pub attempts: u32,
    /// When the first of them failed.
    pub first_failure: Option<Timestamp>,
    /// How many of the last of them ended without a word, in a row: in a crash, or with the
    /// connection. Noted when the event is put off for that, or because of a copy of it, so that who
    /// takes it next goes on counting.
    pub silent: u32,
}

/// How a backend settles one lease. Users see it as [`Lease`].
///
/// Every method may be called again after it failed. Once the lease is lost, all of them fail with
/// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) and change nothing. Dropping it neither
/// blocks nor does I/O.
#[async_trait]
pub trait Settle: fmt::Debug + Send + Sync + 'static {
    /// Holds the event for `duration` from now on; see [`Lease::extend`].
    async fn extend(&self, duration: Duration) -> Result<Instant>;
    /// Completes when the backend learns that the lease is lost before its deadline, as with the
    /// connection it was delivered on. Pending for ever where that cannot happen, or be learnt.
    async fn lost(&self);
    /// See [`Lease::commit`].
    async fn commit(&self) -> Result<()>;
    /// See [`Lease::abandon`].
    async fn abandon(&self) -> Result<()>;
    /// See [`Lease::defer`].
    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()>;
    /// See [`Lease::dead_letter`].
    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()>;
}

/// The right to settle one delivered event, until its deadline.
///
/// Settling consumes the lease; when that fails, the error gives it back. A lease that is dropped
/// unsettled expires, and the event is delivered again.
#[must_use = "a lease that is dropped is redelivered only when it expires"]
pub struct Lease {
    event: Event,
    attempt: u32,
    history: FailureHistory,
    deadline: Instant,
    defect: Option<Error>,
    backend: Box<dyn Settle>,
}

impl Lease {
    /// For backends: a lease on the delivery number `attempt` of an event.
    pub fn new(event: Event, attempt: u32, deadline: Instant, backend: Box<dyn Settle>) -> Self {
        Self {
            event,
            attempt,
            history: FailureHistory::default(),
            deadline,
            defect: None,
            backend,
        }
    }

    /// For backends: what the last deferral noted.
    pub fn with_history(mut self, history: FailureHistory) -> Self {
        self.history = history;
        self
    }

    /// For backends: the delivery could not be read as an event. The event then holds the body as
    /// it came, and is to go to the dead letters.
    pub fn with_defect(mut self, defect: Error) -> Self {
        self.defect = Some(defect);
        self
    }

    /// For wrappers of a queue: the lease with this deadline, settled through what `wrap` makes of
    /// the backend's own way.
    pub fn wrapped(
        self,
        deadline: Instant,
        wrap: impl FnOnce(Box<dyn Settle>) -> Box<dyn Settle>,
    ) -> Self {
        Self {
            deadline,
            backend: wrap(self.backend),
            ..self
        }
    }

    /// The event.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Which attempt this is; the first is 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// What the last deferral noted. Attempts beyond it ended without a word: in a crash, or with
    /// the connection.
    pub fn history(&self) -> FailureHistory {
        self.history
    }

    /// How many deliveries before this one ended without a word, in a row: those beyond the last
    /// deferral, and those that it noted.
    pub(crate) fn silence(&self) -> u32 {
        let since = self.attempt.saturating_sub(1 + self.history.attempts);
        self.history.silent.saturating_add(since)
    }

    /// Why the delivery could not be read as an event, if so.
    pub fn defect(&self) -> Option<&Error> {
        self.defect.as_ref()
    }

    /// Until when the event is held. Safe to compare with the local clock: backends whose broker
    /// measures the time put it early rather than late.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the deadline has passed.
    pub fn is_expired(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Holds the event for `duration` from now on, and returns the new deadline.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if it expired or was settled,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) or
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the backend cannot hold it (so long).
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether the lease was extended.
    pub async fn extend(&mut self, duration: Duration) -> Result<Instant> {
        self.deadline = self.backend.extend(duration).await?;
        Ok(self.deadline)
    }

    /// Completes when the backend learns that the lease is lost before its deadline; otherwise
    /// never. Look at the [`deadline`](Self::deadline) as well.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn lost(&self) {
        self.backend.lost().await;
    }

    /// Removes the event from the queue for good.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if the lease expired; the event may
    /// already be with another worker.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the event committed or leased; if leased, it is redelivered on
    /// expiry.
    pub async fn commit(self) -> Result<(), SettleError> {
        let result = self.backend.commit().await;
        self.settled(result)
    }

    /// Hands the event back as if it had not been delivered: available at once.
    ///
    /// The attempt does not count, where the backend can tell
    /// ([`AttemptCounting::Exact`](crate::queue::AttemptCounting)).
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if the lease expired.
    ///
    /// # Cancel safety
    /// As [`commit`](Self::commit).
    pub async fn abandon(self) -> Result<(), SettleError> {
        let result = self.backend.abandon().await;
        self.settled(result)
    }

    /// Hands the event back, to be delivered again after `delay`. The delay and the history are
    /// durable.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if the lease expired,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) or
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the backend cannot defer (so long).
    ///
    /// # Cancel safety
    /// As [`commit`](Self::commit).
    pub async fn defer(self, delay: Duration, history: FailureHistory) -> Result<(), SettleError> {
        let result = self.backend.defer(delay, history).await;
        self.settled(result)
    }

    /// Moves the event to the dead letters of its subscription, with the record of why.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if the lease expired,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the backend keeps none.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the event leased, dead-lettered, or both; a second time replaces
    /// the first.
    pub async fn dead_letter(self, record: &DeadLetterRecord) -> Result<(), SettleError> {
        let result = self.backend.dead_letter(record).await;
        self.settled(result)
    }

    #[expect(
        clippy::result_large_err,
        reason = "settling fails rarely, and then gives the lease back"
    )]
    fn settled(self, result: Result<()>) -> Result<(), SettleError> {
        result.map_err(|error| SettleError { error, lease: self })
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("event", &self.event)
            .field("attempt", &self.attempt)
            .field("deadline", &self.deadline)
            .field("defect", &self.defect)
            .finish_non_exhaustive()
    }
}

/// A lease could not be settled; here it is again.
pub struct SettleError {
    /// Why.
    pub error: Error,
    /// The lease, to try again or to let expire.
    pub lease: Lease,
}

impl fmt::Debug for SettleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl fmt::Display for SettleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for SettleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl From<SettleError> for Error {
    fn from(error: SettleError) -> Self {
        error.error
    }
}
