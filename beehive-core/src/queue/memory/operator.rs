//! The handle of a broker in memory.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::broker::Broker;
use super::census::{Activity, Census};
use super::options::MemoryQueueOptions;
use super::receiver::MemoryReceiver;
use crate::error::Result;
use crate::event::Event;
use crate::queue::{
    DeadLetters, DeclareOptions, EventQueue, Health, PublishError, QueueCapabilities, QueueName,
    Receipt, Receiver, ReceiverOptions,
};

/// A broker in this process's memory.
///
/// Does what brokers over a network do, and no more: leases expire, events are delivered again,
/// delays wait, a full queue refuses. All time is tokio's, so a paused clock plays hours in
/// milliseconds. What it holds is gone with the process.
///
/// Clones are handles of the same broker; each [`MemoryQueue::new`] is another one.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let queue = MemoryQueue::default();
/// let name: QueueName = "OrderAccepted-Payment".parse()?;
/// queue.declare(&name).await?;
/// queue.push(Event::new("OrderAccepted", "text/plain", "two bees")).await?;
///
/// let lease = queue.receive_one(&name, Duration::from_secs(30)).await?.expect("an event");
/// assert_eq!(lease.attempt(), 1);
/// drop(lease); // a crash
///
/// tokio::time::advance(Duration::from_secs(30)).await;
/// let lease = queue.receive_one(&name, Duration::from_secs(30)).await?.expect("again");
/// assert_eq!(lease.attempt(), 2);
/// lease.commit().await?;
/// assert!(queue.census().is_idle());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryQueue {
    broker: Arc<Broker>,
    capabilities: Arc<QueueCapabilities>,
}

impl MemoryQueue {
    /// A broker with these limits and no queues.
    #[must_use]
    pub fn new(options: MemoryQueueOptions) -> Self {
        let mut capabilities = QueueCapabilities::full();
        capabilities.ordered_by_subject = true;
        capabilities.limits = options.limits();
        Self {
            broker: Arc::new(Broker::new(options)),
            capabilities: Arc::new(capabilities),
        }
    }

    /// How many events its queues hold, all together.
    pub fn census(&self) -> Census {
        self.broker.census()
    }

    /// How many events one subscription or simple queue holds.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if it is not declared,
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a topic.
    pub fn census_of(&self, name: &QueueName) -> Result<Census> {
        Ok(self.broker.find(name)?.census())
    }

    /// A sign for each change from now on; costs nothing while there is none.
    pub fn activity(&self) -> Activity {
        self.broker.activity()
    }

    /// Waits until no event is waiting, leased or delayed.
    ///
    /// # Cancel safety
    /// Changes nothing.
    ///
    /// ```
    /// use beehive_core::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// MemoryQueue::default().idle().await;
    /// # }
    /// ```
    pub async fn idle(&self) {
        let mut activity = self.activity();
        while !self.census().is_idle() {
            activity.changed().await;
        }
    }

    pub(super) fn broker(&self) -> &Broker {
        &self.broker
    }
}

impl Default for MemoryQueue {
    fn default() -> Self {
        Self::new(MemoryQueueOptions::default())
    }
}

impl fmt::Debug for MemoryQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryQueue")
            .field("census", &self.census())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl EventQueue for MemoryQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        Health::Up
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.broker.declare(name, DeclareOptions::default())
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.broker.declare(name, options)
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.broker.delete(name);
        Ok(())
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        Ok(self.broker.exists(name))
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        self.broker.publish(events)
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let queue = self
            .broker
            .find(from)
            .map_err(|error| error.with_operation("receive"))?;
        Ok(Box::new(MemoryReceiver::new(queue, options)))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}
