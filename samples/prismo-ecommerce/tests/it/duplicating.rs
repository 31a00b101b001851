//! A queue that delivers everything twice.

use async_trait::async_trait;
use beehive_core::{
    Result,
    prelude::{Event, EventId, EventQueue, QueueName},
    queue::{
        DeadLetters, Health, PublishError, QueueCapabilities, Receipt, Receiver, ReceiverOptions,
    },
};

/// Publishes every event a second time under another id, so that nobody can tell by it that both
/// are one. As the copies have follow-ups, which are copied too, that is 2, 4, 8 of each and more.
#[derive(Debug)]
pub(crate) struct Duplicating<Q>(Q);

/// Events further down than this are published once, as the doubling must end somewhere: longer
/// chains are those of items that wait for their third delivery.
const HOPS_MAX: u32 = 8;

impl<Q> Duplicating<Q> {
    pub(crate) fn new(queue: Q) -> Self {
        Self(queue)
    }
}

#[async_trait]
impl<Q: EventQueue> EventQueue for Duplicating<Q> {
    fn capabilities(&self) -> &QueueCapabilities {
        self.0.capabilities()
    }

    fn health(&self) -> Health {
        self.0.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.0.declare(name).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.0.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.0.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let copies: Vec<_> = events
            .iter()
            .filter(|event| event.hops() <= HOPS_MAX)
            .map(|event| event.clone().with_id(EventId::new()))
            .collect();
        self.0.publish(&copies).await?;
        self.0.publish(events).await
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        self.0.receiver(from, options).await
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.0.dead_letters()
    }
}
