//! Queues that break a promise, to show that a run notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::Event;
use beehive_core::queue::{
    DeadLetterRecord, EventQueue, EventQueueExt as _, FailureHistory, Lease, PublishError,
    QueueName, Receipt, Settle,
};
use beehive_core::{ErrorKind, Result};
use tokio::time::Instant;

use crate::mutations::{Spoil, spoilt};

/// How a queue breaks its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crime {
    /// Some events are confirmed and thrown away.
    DropsConfirmed,
    /// Committing says yes and does nothing.
    CommitsNothing,
    /// Handing back says yes, and the lease goes on until it expires.
    KeepsWhatIsHandedBack,
    /// A lease that is lost still settles: whatever event is at its place now.
    SettlesByPlace,
}

/// The queue, with a crime to it.
pub(super) fn criminal(queue: Arc<dyn EventQueue>, crime: Crime) -> Arc<dyn EventQueue> {
    let published = AtomicU32::default();
    spoilt(queue, Criminal { crime, published })
}

#[derive(Debug)]
struct Criminal {
    crime: Crime,
    published: AtomicU32,
}

#[async_trait]
impl Spoil for Criminal {
    async fn publish(
        &self,
        queue: &Arc<dyn EventQueue>,
        events: &[Event],
    ) -> Result<Receipt, PublishError> {
        let number = self.published.fetch_add(1, Ordering::Relaxed);
        if self.crime == Crime::DropsConfirmed && number % 5 == 4 {
            return Ok(Receipt::default());
        }
        queue.publish(events).await
    }

    fn hand_over(&self, queue: &Arc<dyn EventQueue>, from: &QueueName, lease: Lease) -> Lease {
        let deadline = lease.deadline();
        lease.wrapped(deadline, |inner| {
            Box::new(CriminalLease {
                inner,
                crime: self.crime,
                queue: Arc::clone(queue),
                from: from.clone(),
            })
        })
    }
}

#[derive(Debug)]
struct CriminalLease {
    inner: Box<dyn Settle>,
    crime: Crime,
    queue: Arc<dyn EventQueue>,
    from: QueueName,
}

#[async_trait]
impl Settle for CriminalLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.inner.extend(duration).await
    }

    async fn lost(&self) {
        self.inner.lost().await;
    }

    async fn commit(&self) -> Result<()> {
        if self.crime == Crime::CommitsNothing {
            return Ok(());
        }
        match self.inner.commit().await {
            Err(error)
                if error.kind() == ErrorKind::LeaseLost && self.crime == Crime::SettlesByPlace =>
            {
                let lease = Duration::from_secs(30);
                if let Some(other) = self.queue.receive_one(&self.from, lease).await? {
                    other.commit().await?;
                }
                Ok(())
            }
            result => result,
        }
    }

    async fn abandon(&self) -> Result<()> {
        if self.crime == Crime::KeepsWhatIsHandedBack {
            return Ok(());
        }
        self.inner.abandon().await
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.inner.defer(delay, history).await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.inner.dead_letter(record).await
    }
}
