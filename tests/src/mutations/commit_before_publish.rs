//! Commit before publish: an event is committed first, and then what follows from it is published.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::event::Event;
use beehive_core::queue::{
    DeadLetterRecord, EventQueue, FailureHistory, Lease, PublishError, QueueName, Receipt, Settle,
};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::lease_book::{Behind, LeaseBook};
use super::spoil::Spoil;

/// As a factory that does the two in the wrong order.
#[derive(Debug, Default)]
pub(super) struct CommitBeforePublish {
    book: LeaseBook<Committable>,
}

#[async_trait]
impl Spoil for CommitBeforePublish {
    async fn publish(
        &self,
        queue: &Arc<dyn EventQueue>,
        events: &[Event],
    ) -> Result<Receipt, PublishError> {
        for event in events {
            let leases = match self.book.behind(event) {
                Behind::Derived(lease) => vec![lease],
                Behind::Chosen(leases) => leases,
                Behind::Nothing => Vec::new(),
            };
            for lease in leases {
                // One that fails is tried again after publishing, as without the mutation.
                lease.commit().await.ok();
            }
        }
        queue.publish(events).await
    }

    fn hand_over(&self, _: &Arc<dyn EventQueue>, from: &QueueName, lease: Lease) -> Lease {
        let (event, deadline) = (lease.event().id().clone(), lease.deadline());
        lease.wrapped(deadline, |inner| {
            let committable = Arc::new(Committable {
                inner,
                committed: OnceCell::new(),
            });
            self.book.note(&event, from, &committable);
            Box::new(Early(committable))
        })
    }
}

/// A lease that may have been committed already.
#[derive(Debug)]
struct Committable {
    inner: Box<dyn Settle>,
    committed: OnceCell<()>,
}

impl Committable {
    async fn commit(&self) -> Result<()> {
        let commit = || self.inner.commit();
        self.committed.get_or_try_init(commit).await.copied()
    }
}

#[derive(Debug)]
struct Early(Arc<Committable>);

#[async_trait]
impl Settle for Early {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.0.inner.extend(duration).await
    }

    async fn lost(&self) {
        self.0.inner.lost().await;
    }

    async fn commit(&self) -> Result<()> {
        self.0.commit().await
    }

    async fn abandon(&self) -> Result<()> {
        self.0.inner.abandon().await
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.0.inner.defer(delay, history).await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.0.inner.dead_letter(record).await
    }
}
