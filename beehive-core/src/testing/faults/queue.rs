//! A queue among faults.

use std::sync::Arc;

use async_trait::async_trait;

use super::Fault;
use super::injector::{Injector, injected};
use super::receiver::FaultyReceiver;
use crate::error::{Error, Result};
use crate::event::{DeliverAt, Event};
use crate::queue::{
    DeadLetters, DeclareOptions, EventQueue, Health, PublishError, PublishFailure,
    QueueCapabilities, QueueName, Receipt, Receiver, ReceiverOptions,
};

/// Any queue, seen by a process among faults; made by [`Faults::queue`](super::Faults::queue).
///
/// Publishing, receiving and settling fail as the plan says. Declaring queues and operating on dead
/// letters only stop with the process: those who do so try again by hand.
#[derive(Clone, Debug)]
pub struct FaultyQueue {
    inner: Arc<dyn EventQueue>,
    injector: Arc<Injector>,
}

impl FaultyQueue {
    pub(super) fn new(inner: Arc<dyn EventQueue>, injector: Arc<Injector>) -> Self {
        Self { inner, injector }
    }

    /// Publishes one event of a batch, and says whether it reached anybody.
    async fn publish_one(&self, event: &Event) -> Result<bool> {
        if self.injector.strikes(Fault::PublishRefused) {
            return Err(injected(Fault::PublishRefused));
        }
        let delayed = self.injector.strikes(Fault::Delayed);
        let routed = self.send(&self.late(event, delayed)).await?;
        if self.injector.strikes(Fault::Duplicated) {
            let copy = self.late(event, self.injector.toss());
            // Whether the copy gets through is nobody's business.
            self.send(&copy).await.ok();
        }
        if self.injector.strikes(Fault::ConfirmLost) {
            return Err(injected(Fault::ConfirmLost));
        }
        Ok(routed)
    }

    /// The event, to arrive a while later if that is asked for and possible.
    fn late(&self, event: &Event, late: bool) -> Event {
        if late && event.delivers() == DeliverAt::Now && self.inner.capabilities().defer {
            return event.clone().deliver_after(self.injector.some_time());
        }
        event.clone()
    }

    async fn send(&self, event: &Event) -> Result<bool> {
        match self.inner.publish(std::slice::from_ref(event)).await {
            Ok(receipt) => Ok(receipt.unrouted.is_empty()),
            Err(error) => Err(only_error(error)),
        }
    }
}

/// The error of the only event of a batch.
fn only_error(error: PublishError) -> Error {
    error
        .into_failures()
        .pop()
        .map_or_else(|| injected(Fault::PublishRefused), |failure| failure.error)
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventQueue for FaultyQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        self.inner.capabilities()
    }

    fn health(&self) -> Health {
        self.inner.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.injector.life().go_on().await;
        self.inner.declare(name).await
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.injector.life().go_on().await;
        self.inner.declare_with(name, options).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.injector.life().go_on().await;
        self.inner.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.injector.life().go_on().await;
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        self.injector.begin().await;
        let mut order: Vec<usize> = (0..events.len()).collect();
        if events.len() > 1 && self.injector.strikes(Fault::Reordered) {
            self.injector.shuffle(&mut order);
        }
        let mut receipt = Receipt::default();
        let mut failures = Vec::new();
        for position in order {
            let event = &events[position];
            match self.publish_one(event).await {
                Ok(true) => {}
                Ok(false) => receipt.unrouted.push(position),
                Err(error) => failures.push(PublishFailure {
                    position,
                    id: event.id().clone(),
                    error: error.with_operation("publish"),
                }),
            }
            // A process may die when only some of a batch are out.
            self.injector.crash_point().await;
        }
        receipt.unrouted.sort_unstable();
        failures.sort_unstable_by_key(|failure| failure.position);
        if failures.is_empty() {
            return Ok(receipt);
        }
        Err(PublishError::new(failures, receipt))
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        self.injector.life().go_on().await;
        let inner = self.inner.receiver(from, options).await?;
        let extends = self.inner.capabilities().extend;
        let injector = Arc::clone(&self.injector);
        Ok(Box::new(FaultyReceiver::new(inner, injector, extends)))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.injector.life().go_on().await;
        self.inner.flush().await
    }
}
