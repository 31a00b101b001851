//! The result of an ack ignored: a lease that is lost is settled with success.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::queue::{DeadLetterRecord, EventQueue, FailureHistory, Lease, QueueName, Settle};
use beehive_core::{ErrorKind, Result};
use tokio::time::Instant;

use super::spoil::Spoil;

/// As a backend that does not look at what settling came to.
#[derive(Debug)]
pub(super) struct AckIgnored;

impl Spoil for AckIgnored {
    fn hand_over(&self, _: &Arc<dyn EventQueue>, _: &QueueName, lease: Lease) -> Lease {
        let deadline = lease.deadline();
        lease.wrapped(deadline, |inner| Box::new(Careless { inner }))
    }
}

#[derive(Debug)]
struct Careless {
    inner: Box<dyn Settle>,
}

/// What the mutation is: the one error that settling must not hide.
fn ignored(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::LeaseLost => Ok(()),
        result => result,
    }
}

#[async_trait]
impl Settle for Careless {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.inner.extend(duration).await
    }

    async fn lost(&self) {
        self.inner.lost().await;
    }

    async fn commit(&self) -> Result<()> {
        ignored(self.inner.commit().await)
    }

    async fn abandon(&self) -> Result<()> {
        ignored(self.inner.abandon().await)
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        ignored(self.inner.defer(delay, history).await)
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        ignored(self.inner.dead_letter(record).await)
    }
}
