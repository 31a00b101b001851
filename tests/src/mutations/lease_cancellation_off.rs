//! Lease cancellation off: whoever holds a lease never learns that it is lost.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{DeadLetterRecord, EventQueue, FailureHistory, Lease, QueueName, Settle};
use tokio::time::Instant;

use super::spoil::Spoil;

/// As a lease keeper that does not look at what became of the lease. Settling still tells.
#[derive(Debug)]
pub(super) struct LeaseCancellationOff;

impl Spoil for LeaseCancellationOff {
    fn hand_over(&self, _: &Arc<dyn EventQueue>, _: &QueueName, lease: Lease) -> Lease {
        let deadline = lease.deadline();
        lease.wrapped(deadline, |inner| Box::new(Deaf { inner }))
    }
}

#[derive(Debug)]
struct Deaf {
    inner: Box<dyn Settle>,
}

#[async_trait]
impl Settle for Deaf {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        let until = Instant::now() + duration;
        // What the mutation is: whether the lease was extended makes no difference.
        Ok(self.inner.extend(duration).await.unwrap_or(until))
    }

    async fn lost(&self) {
        std::future::pending::<()>().await;
    }

    async fn commit(&self) -> Result<()> {
        self.inner.commit().await
    }

    async fn abandon(&self) -> Result<()> {
        self.inner.abandon().await
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.inner.defer(delay, history).await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.inner.dead_letter(record).await
    }
}
