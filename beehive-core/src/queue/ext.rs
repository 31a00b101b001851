//! What every queue can do besides, built on its contract.

use std::future::Future;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::queue::{EventQueue, Lease, QueueName, Receipt, ReceiverOptions};

/// Conveniences on any [`EventQueue`].
///
/// ```
/// use std::time::Duration;
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let queue = MemoryQueue::default();
/// let name: QueueName = "OrderAccepted-Payment".parse()?;
/// queue.declare(&name).await?;
/// queue.push(Event::new("OrderAccepted", "text/plain", "two bees")).await?;
///
/// let lease = queue.receive_one(&name, Duration::from_secs(30)).await?.expect("an event");
/// assert_eq!(lease.event().data(), "two bees");
/// lease.commit().await?;
/// # Ok(())
/// # }
/// ```
pub trait EventQueueExt: EventQueue {
    /// Publishes one event.
    ///
    /// # Errors
    /// The event was not confirmed.
    ///
    /// # Cancel safety
    /// As [`EventQueue::publish`].
    fn push(&self, event: Event) -> impl Future<Output = Result<Receipt>> + Send {
        async move {
            self.publish(std::slice::from_ref(&event))
                .await
                .map_err(|error| {
                    error.into_error().unwrap_or_else(|| {
                        Error::new(ErrorKind::Unexpected, "a publish error without a failure")
                    })
                })
        }
    }

    /// Takes a lease on one event if one is there now; for tools and tests, where a hive is too
    /// much.
    ///
    /// # Errors
    /// Those of [`EventQueue::receiver`] and [`Receiver::receive`](crate::queue::Receiver::receive).
    ///
    /// # Cancel safety
    /// Dropping the future loses no event.
    fn receive_one(
        &self,
        from: &QueueName,
        lease: Duration,
    ) -> impl Future<Output = Result<Option<Lease>>> + Send {
        /// Enough for a broker to deliver what it has, too little to be noticed.
        const PATIENCE: Duration = Duration::from_millis(500);
        async move {
            let options = ReceiverOptions::new(NonZeroUsize::MIN, lease);
            let mut receiver = self.receiver(from, options).await?;
            let leases = receiver.receive(NonZeroUsize::MIN, PATIENCE).await;
            receiver.close().await?;
            Ok(leases?.pop())
        }
    }
}

impl<Q: EventQueue + ?Sized> EventQueueExt for Q {}
