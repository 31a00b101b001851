//! SNS and SQS as a function sees them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::Event;
use beehive_core::queue::{
    DeadLetters, DeclareOptions, EventQueue, Health, PublishError, QueueCapabilities, QueueName,
    Receipt, Receiver, ReceiverOptions,
};
use beehive_core::{Error, ErrorKind, Result};

use super::feed::Feed;
use super::receiver::LambdaReceiver;
use crate::sqs::SqsQueue;

/// The longest that a function may run.
pub(super) const FUNCTION_MAX: Duration = Duration::from_mins(15);

/// The queue of a function's hive: publishes, declares and keeps dead letters as [`SqsQueue`] does,
/// and receives what the function is invoked for. Made by [`LambdaFunction`](super::LambdaFunction).
#[derive(Clone, Debug)]
pub struct LambdaQueue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sqs: SqsQueue,
    capabilities: QueueCapabilities,
    feeds: Mutex<HashMap<QueueName, Arc<Feed>>>,
}

impl LambdaQueue {
    pub(super) fn new(sqs: SqsQueue) -> Self {
        let mut capabilities = sqs.capabilities().clone();
        // The lease is the invocation, and Lambda lets none last longer than it was to.
        capabilities.extend = false;
        capabilities.lease_max = Some(FUNCTION_MAX);
        Self(Arc::new(Inner {
            sqs,
            capabilities,
            feeds: Mutex::default(),
        }))
    }

    pub(super) fn sqs(&self) -> &SqsQueue {
        &self.0.sqs
    }

    /// Where the messages of a queue wait for its actor. There are as many as a hive has actors.
    pub(super) fn feed(&self, name: &QueueName) -> Arc<Feed> {
        let feeds = self.0.feeds.lock();
        let mut feeds = feeds.unwrap_or_else(PoisonError::into_inner);
        let feed = feeds.entry(name.clone());
        Arc::clone(feed.or_insert_with(|| Arc::new(Feed::new())))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventQueue for LambdaQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.0.capabilities
    }

    fn health(&self) -> Health {
        self.0.sqs.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.0.sqs.declare(name).await
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.0.sqs.declare_with(name, options).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.0.sqs.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.0.sqs.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        self.0.sqs.publish(events).await
    }

    /// Asks SQS nothing: that the function is invoked for a queue shows that it is there.
    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let refused = |kind, why: &'static str| {
            Error::new(kind, why)
                .with_operation("receive")
                .with_context("queue", from)
        };
        if !from.is_readable() {
            return Err(refused(
                ErrorKind::Invalid,
                "a topic cannot be read; read one of its subscriptions",
            ));
        }
        if options.lease() > FUNCTION_MAX {
            return Err(refused(
                ErrorKind::Limit,
                "a function may run for a quarter of an hour, and a lease is no longer",
            ));
        }
        let feed = self.feed(from);
        feed.read_by(options.lease());
        Ok(Box::new(LambdaReceiver {
            queue: from.clone(),
            feed,
            relay: self.0.sqs.relay(from, options),
            lease: options.lease(),
        }))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.0.sqs.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.0.sqs.flush().await
    }
}
