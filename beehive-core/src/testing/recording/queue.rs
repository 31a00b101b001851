//! A queue that is recorded.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::journal::{Happening, Journal};
use super::receiver::RecordingReceiver;
use crate::error::Result;
use crate::event::Event;
use crate::queue::{
    DeadLetters, DeclareOptions, EventQueue, Health, PublishError, QueueCapabilities, QueueName,
    Receipt, Receiver, ReceiverOptions,
};

/// Any queue, with a [`Journal`] of what happens to its events.
///
/// Only what goes through this wrapper is recorded. That leases expire and delays end is seen when
/// the event is delivered again.
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::testing::RecordingQueue;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let queue = RecordingQueue::new(MemoryQueue::default());
/// queue.push(Event::new("OrderAccepted", "text/plain", "two bees")).await?;
/// let published = queue.journal().published();
/// assert_eq!(published[0].event_type(), "OrderAccepted");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RecordingQueue {
    inner: Arc<dyn EventQueue>,
    journal: Journal,
}

impl RecordingQueue {
    /// Records what happens in this queue from now on.
    #[must_use]
    pub fn new(queue: impl EventQueue) -> Self {
        Self {
            inner: Arc::new(queue),
            journal: Journal::new(),
        }
    }

    /// What happened so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    fn note(&self, events: &[Event], failed: &BTreeSet<usize>, receipt: &Receipt) {
        for (position, event) in events.iter().enumerate() {
            if receipt.unrouted.contains(&position) {
                self.journal.note(event, Happening::EndPoint);
            } else if !failed.contains(&position) {
                self.journal.note(event, Happening::Published);
            }
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventQueue for RecordingQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        self.inner.capabilities()
    }

    fn health(&self) -> Health {
        self.inner.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.inner.declare(name).await?;
        self.journal.note_declared(name);
        Ok(())
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.inner.declare_with(name, options).await?;
        self.journal.note_declared(name);
        Ok(())
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.inner.delete(name).await?;
        self.journal.note_deleted(name);
        Ok(())
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let result = self.inner.publish(events).await;
        match &result {
            Ok(receipt) => self.note(events, &BTreeSet::new(), receipt),
            Err(error) => {
                let failed = error.failures().iter().map(|failure| failure.position);
                self.note(events, &failed.collect(), error.receipt());
            }
        }
        result
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let inner = self.inner.receiver(from, options).await?;
        let journal = self.journal.clone();
        Ok(Box::new(RecordingReceiver::new(
            inner,
            from.clone(),
            journal,
        )))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }
}
