//! How leases on events in memory are settled.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::lease_table::Token;
use super::shared::Shared;
use super::subscription::{Delivered, Full};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::queue::{DeadLetterRecord, FailureHistory, Lease, Settle};

/// The right of one delivery. Dropping it leaves the event to expire.
#[derive(Debug)]
struct MemoryLease {
    queue: Arc<Shared>,
    token: Token,
}

/// Makes a lease of a delivery.
pub(super) fn lease(queue: &Arc<Shared>, delivered: Delivered) -> Lease {
    let settle = Box::new(MemoryLease {
        queue: Arc::clone(queue),
        token: delivered.token,
    });
    let event = Event::from_shared(delivered.envelope);
    Lease::new(event, delivered.attempt, delivered.deadline, settle).with_history(delivered.history)
}

#[async_trait]
impl Settle for MemoryLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.queue.settle("extend", |events, now| {
            events.extend(self.token, now, duration)
        })
    }

    /// Only its time can end it.
    async fn lost(&self) {
        std::future::pending::<()>().await;
    }

    async fn commit(&self) -> Result<()> {
        let entry = self
            .queue
            .settle("commit", |events, now| events.commit(self.token, now))?;
        // Freed here, outside of the lock.
        drop(entry);
        Ok(())
    }

    async fn abandon(&self) -> Result<()> {
        self.queue
            .settle("abandon", |events, now| events.abandon(self.token, now))
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.queue.settle("defer", |events, now| {
            events.defer(self.token, now, delay, history)
        })
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        let kept = self.queue.settle("dead-letter", |events, now| {
            events.dead_letter(self.token, now, record)
        })?;
        kept.map_err(|Full| {
            Error::new(
                ErrorKind::Temporary,
                "as many dead letters are kept as may be; redrive or purge them",
            )
            .with_operation("dead-letter")
            .with_context("queue", self.queue.name())
        })
    }
}
