//! A queue that is as the one within, but for what spoils it.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::event::Event;
use beehive_core::queue::{
    DeadLetters, DeclareOptions, EventQueue, Health, Lease, PublishError, QueueCapabilities,
    QueueName, Receipt, Receiver, ReceiverOptions,
};

/// What spoils a queue.
#[async_trait]
pub(crate) trait Spoil: fmt::Debug + Send + Sync + 'static {
    /// Publishes a batch.
    async fn publish(
        &self,
        queue: &Arc<dyn EventQueue>,
        events: &[Event],
    ) -> Result<Receipt, PublishError> {
        queue.publish(events).await
    }

    /// Makes of a lease what the process gets.
    fn hand_over(&self, _queue: &Arc<dyn EventQueue>, _from: &QueueName, lease: Lease) -> Lease {
        lease
    }
}

/// The queue, spoilt.
pub(crate) fn spoilt(queue: Arc<dyn EventQueue>, spoil: impl Spoil) -> Arc<dyn EventQueue> {
    Arc::new(Spoilt {
        inner: queue,
        spoil: Arc::new(spoil),
    })
}

#[derive(Clone, Debug)]
struct Spoilt {
    inner: Arc<dyn EventQueue>,
    spoil: Arc<dyn Spoil>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventQueue for Spoilt {
    fn capabilities(&self) -> &QueueCapabilities {
        self.inner.capabilities()
    }

    fn health(&self) -> Health {
        self.inner.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.inner.declare(name).await
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.inner.declare_with(name, options).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.inner.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        self.spoil.publish(&self.inner, events).await
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        Ok(Box::new(SpoiltReceiver {
            inner: self.inner.receiver(from, options).await?,
            from: from.clone(),
            of: self.clone(),
        }))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }
}

#[derive(Debug)]
struct SpoiltReceiver {
    inner: Box<dyn Receiver>,
    from: QueueName,
    of: Spoilt,
}

#[async_trait]
impl Receiver for SpoiltReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let leases = self.inner.receive(max, wait).await?;
        let Spoilt { inner, spoil } = &self.of;
        let hand_over = |lease| spoil.hand_over(inner, &self.from, lease);
        Ok(leases.into_iter().map(hand_over).collect())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.inner.close().await
    }
}
