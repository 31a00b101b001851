//! The queue, as one process uses it.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::event::Event;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{
    AttemptCounting, DeadLetters, DeclareOptions, EventQueue, Health, PublishError,
    QueueCapabilities, QueueName, Receipt, Receiver, ReceiverOptions,
};

use super::receiver::RecordedReceiver;
use super::witness::Witness;

/// The queue in memory, with a witness of what is done to it.
#[derive(Clone, Debug)]
pub(in super::super) struct RecordedQueue {
    inner: MemoryQueue,
    capabilities: Arc<QueueCapabilities>,
    witness: Witness,
}

impl RecordedQueue {
    /// It says that it counts attempts like this. The one in memory counts them exactly, which is
    /// nothing that one who counts deliveries may not do.
    pub(in super::super) fn new(
        inner: MemoryQueue,
        counting: AttemptCounting,
        witness: Witness,
    ) -> Self {
        let mut capabilities = inner.capabilities().clone();
        capabilities.attempts = counting;
        Self {
            inner,
            capabilities: Arc::new(capabilities),
            witness,
        }
    }

    fn note(&self, events: &[Event], result: &Result<Receipt, PublishError>) {
        for (position, event) in events.iter().enumerate() {
            let (kind, id) = (event.event_type(), event.id());
            let (receipt, failures) = match result {
                Ok(receipt) => (receipt, [].as_slice()),
                Err(error) => (error.receipt(), error.failures()),
            };
            let failed = failures.iter().find(|it| it.position == position);
            if let Some(failure) = failed {
                let error = failure.error.kind();
                self.witness
                    .note(format_args!("publishes {kind} {id}: {error:?}"));
                continue;
            }
            let whom = if receipt.unrouted.contains(&position) {
                " to nobody"
            } else {
                ""
            };
            let delivers = event.delivers();
            self.witness
                .note(format_args!("publishes {kind} {id}{whom}, {delivers:?}"));
            let logbook = &self.witness.logbook;
            let at = logbook.elapsed();
            logbook.seen().published(at, self.witness.who, event);
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventQueue for RecordedQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        self.inner.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.declare_with(name, DeclareOptions::default()).await
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.inner.declare_with(name, options).await?;
        self.witness.note(format_args!("declares {name}"));
        self.witness.logbook.seen().declared.insert(name.clone());
        Ok(())
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.inner.delete(name).await?;
        self.witness.note(format_args!("deletes {name}"));
        self.witness.logbook.seen().declared.remove(name);
        Ok(())
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let result = self.inner.publish(events).await;
        self.note(events, &result);
        result
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let inner = self.inner.receiver(from, options).await?;
        let witness = self.witness.clone();
        Ok(Box::new(RecordedReceiver::new(
            inner,
            from.clone(),
            witness,
        )))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }
}
