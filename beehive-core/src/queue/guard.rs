//! Refuses what a backend cannot do, before anything happens.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::event::{DeliverAt, Event, EventLimits};
use crate::queue::{
    DeadLetters, DeclareOptions, EventQueue, Health, Order, PublishError, PublishFailure,
    QueueCapabilities, QueueName, Receipt, Receiver, ReceiverOptions,
};

/// A queue that checks every event against the limits and the capabilities before it reaches the
/// backend. The hive puts one around its queue.
#[derive(Clone, Debug)]
pub struct Guard {
    inner: Arc<dyn EventQueue>,
    limits: EventLimits,
}

impl Guard {
    /// Guards a queue by its own limits and these.
    #[must_use]
    pub fn new(inner: Arc<dyn EventQueue>, limits: EventLimits) -> Self {
        let limits = limits.tightened_by(inner.capabilities().limits);
        Self { inner, limits }
    }

    /// Checks that an event may be published here.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`], [`ErrorKind::Invalid`] or [`ErrorKind::Unsupported`], saying why not.
    pub fn check(&self, event: &Event) -> Result<()> {
        self.limits.check(event)?;
        check_delay(self.inner.capabilities(), event.delivers())
            .map_err(|error| error.with_context("event", event.id()))
    }

    /// The queue itself, for who has checked.
    pub(crate) fn unguarded(&self) -> &dyn EventQueue {
        &*self.inner
    }

    /// The limits that events are held to.
    pub fn limits(&self) -> &EventLimits {
        &self.limits
    }

    /// Publishes what may be published of a batch in which something may not.
    async fn publish_sound(&self, events: &[Event]) -> PublishError {
        let mut failures = Vec::new();
        let mut sound = Vec::new();
        let mut positions = Vec::new();
        for (position, event) in events.iter().enumerate() {
            match self.check(event) {
                Ok(()) => {
                    sound.push(event.clone());
                    positions.push(position);
                }
                Err(error) => failures.push(PublishFailure {
                    position,
                    id: event.id().clone(),
                    error,
                }),
            }
        }
        // An empty batch is not worth a round trip.
        let receipt = if sound.is_empty() {
            Receipt::default()
        } else {
            match self.inner.publish(&sound).await {
                Ok(receipt) => receipt,
                Err(error) => {
                    let receipt = error.receipt().clone();
                    failures.extend(error.into_failures().into_iter().map(|mut failure| {
                        failure.position = positions[failure.position];
                        failure
                    }));
                    receipt
                }
            }
        };
        let unrouted = receipt
            .unrouted
            .into_iter()
            .map(|position| positions[position])
            .collect();
        PublishError::new(failures, Receipt { unrouted })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventQueue for Guard {
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
        if options.order() == Order::BySubject && !self.inner.capabilities().ordered_by_subject {
            return Err(Error::unsupported("declare in order").with_context("queue", name));
        }
        self.inner.declare_with(name, options).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.inner.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        if events.iter().all(|event| self.check(event).is_ok()) {
            return self.inner.publish(events).await;
        }
        Err(self.publish_sound(events).await)
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        check_receiver(self.inner.capabilities(), from, options)?;
        self.inner.receiver(from, options).await
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }
}

fn check_delay(capabilities: &QueueCapabilities, delivers: DeliverAt) -> Result<()> {
    if delivers == DeliverAt::Now {
        return Ok(());
    }
    if !capabilities.defer {
        return Err(Error::unsupported("defer"));
    }
    let Some(max) = capabilities.delay_max else {
        return Ok(());
    };
    let delay = delivers.delay(jiff::Timestamp::now());
    limit("the delay is too long", delay, max).map_err(|error| error.with_operation("defer"))
}

fn check_receiver(
    capabilities: &QueueCapabilities,
    from: &QueueName,
    options: ReceiverOptions,
) -> Result<()> {
    let checked = if from.is_readable() {
        match capabilities.lease_max {
            Some(max) => limit("the lease is too long", options.lease(), max),
            None => Ok(()),
        }
    } else {
        Err(Error::new(
            ErrorKind::Invalid,
            "a topic cannot be read; read a subscription to it",
        ))
    };
    checked.map_err(|error| error.with_operation("receive").with_context("queue", from))
}

fn limit(message: &'static str, is: Duration, max: Duration) -> Result<()> {
    if is <= max {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, message)
        .with_context("is", format_args!("{is:?}"))
        .with_context("limit", format_args!("{max:?}")))
}
