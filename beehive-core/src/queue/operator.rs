//! The contract of a queue backend.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::queue::{
    DeadLetters, DeclareOptions, Health, Lease, PublishError, QueueCapabilities, QueueName, Receipt,
};

/// A queue backend: declares queues, publishes events, and delivers them under leases.
///
/// Minimal and object safe; conveniences are in [`EventQueueExt`](crate::queue::EventQueueExt). What
/// it promises beyond the signatures is the conformance suite. A backend never retries processing
/// and never settles a lease by itself.
#[async_trait]
pub trait EventQueue: fmt::Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> &QueueCapabilities;

    /// How it is.
    fn health(&self) -> Health;

    /// Makes sure that a topic, a subscription (and its topic) or a simple queue exists.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if it exists with other properties,
    /// naming them; it is left as it is.
    async fn declare(&self, name: &QueueName) -> Result<()>;

    /// The same, with properties beyond the usual ones. A topic is declared along with its first
    /// subscription; where the order matters to it too, that is declared first.
    ///
    /// # Errors
    /// As [`declare`](Self::declare), and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) before anything happens if it cannot
    /// be so; as it is for every backend that does not say otherwise.
    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        if options == DeclareOptions::default() {
            return self.declare(name).await;
        }
        Err(Error::unsupported("declare in order").with_context("queue", name))
    }

    /// Makes sure that it does not exist, and with a topic none of its subscriptions. Their events
    /// and dead letters are gone.
    async fn delete(&self, name: &QueueName) -> Result<()>;

    /// Whether it exists.
    async fn exists(&self, name: &QueueName) -> Result<bool>;

    /// Publishes a batch, each event to its destination or else to the topic named like its type,
    /// and returns when the backend has confirmed every one. A topic that does not exist is
    /// declared; a simple queue that does not exist is an error.
    ///
    /// # Errors
    /// [`PublishError`] names each event that was not confirmed, and why; all others were.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open which events were published. Publishing them again under
    /// their ids is always right.
    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError>;

    /// Starts to read a subscription or a simple queue. Several receivers of one queue compete.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if it is not declared,
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a topic.
    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>>;

    /// The dead letters of its queues.
    fn dead_letters(&self) -> &dyn DeadLetters;

    /// Completes when the backend has heard of everything that was settled under leases of receivers
    /// that are closed. A hive that stops waits for it, so that whoever then ends the process loses no
    /// commit.
    ///
    /// Only for backends whose settling does not wait for an answer; for all others there is nothing
    /// to do, and that is what this does.
    ///
    /// # Errors
    /// Temporary if it does not hear of all in time; what it does not hear of is delivered again.
    ///
    /// # Cancel safety
    /// Changes nothing.
    async fn flush(&self) -> Result<()> {
        Ok(())
    }
}

/// How a queue is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverOptions {
    prefetch: NonZeroUsize,
    lease: Duration,
}

impl ReceiverOptions {
    /// Leases of this length, and as many events fetched ahead as one asks for.
    #[must_use]
    pub fn new(prefetch: NonZeroUsize, lease: Duration) -> Self {
        Self { prefetch, lease }
    }

    /// How many events may be leased through this receiver at one time, at most.
    pub fn prefetch(&self) -> NonZeroUsize {
        self.prefetch
    }

    /// How long a lease lasts unless it is extended.
    pub fn lease(&self) -> Duration {
        self.lease
    }
}

/// Reads one queue.
///
/// Leases outlive the receiver that gave them.
#[async_trait]
pub trait Receiver: fmt::Debug + Send + 'static {
    /// Up to `max` leases; waits up to `wait` for the first, and returns none if none came.
    ///
    /// # Errors
    /// Temporary ones when the connection is lost: call again, the backend restores it.
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when the queue was deleted.
    ///
    /// # Cancel safety
    /// Dropping the future loses no event: what it would have returned comes with the next call, or
    /// is redelivered when its lease expires.
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>>;

    /// Stops reading. Events fetched ahead and not yet returned are available to others at once;
    /// leases stay valid.
    ///
    /// # Errors
    /// If the backend could not be told; it finds out when leases or connections expire.
    async fn close(self: Box<Self>) -> Result<()>;
}

#[cfg(test)]
fn _object_safe(_: &dyn EventQueue, _: &dyn Receiver) {}
