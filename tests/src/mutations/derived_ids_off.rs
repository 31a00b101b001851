//! Derived ids off: each delivery of an event announces events of its own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::event::{Event, EventId};
use beehive_core::queue::{
    DeadLetterRecord, EventQueue, FailureHistory, Lease, PublishError, QueueName, Receipt, Settle,
};
use tokio::time::Instant;

use super::lease_book::{Behind, LeaseBook};
use super::spoil::Spoil;

/// As a factory that gives follow-ups new ids. Ids that an actor chose are left alone, and so are
/// those of a batch that is published again under the same lease.
#[derive(Debug, Default)]
pub(super) struct DerivedIdsOff {
    book: LeaseBook<u64>,
}

impl DerivedIdsOff {
    fn renamed(&self, event: &Event) -> Event {
        let Behind::Derived(delivery) = self.book.behind(event) else {
            return event.clone();
        };
        // Not longer than the longest id, for one that derives is a UUID.
        let renamed = EventId::parse(&format!("{}/{:x}", event.id(), *delivery));
        renamed.map_or_else(|_| event.clone(), |id| event.clone().with_id(id))
    }
}

#[async_trait]
impl Spoil for DerivedIdsOff {
    async fn publish(
        &self,
        queue: &Arc<dyn EventQueue>,
        events: &[Event],
    ) -> Result<Receipt, PublishError> {
        let events: Vec<_> = events.iter().map(|event| self.renamed(event)).collect();
        queue.publish(&events).await
    }

    fn hand_over(&self, _: &Arc<dyn EventQueue>, from: &QueueName, lease: Lease) -> Lease {
        let (event, deadline) = (lease.event().id().clone(), lease.deadline());
        lease.wrapped(deadline, |inner| {
            let delivery = Arc::new(fastrand::u64(..));
            self.book.note(&event, from, &delivery);
            Box::new(Numbered {
                inner,
                _delivery: delivery,
            })
        })
    }
}

/// A lease that keeps its number for as long as it lives.
#[derive(Debug)]
struct Numbered {
    inner: Box<dyn Settle>,
    _delivery: Arc<u64>,
}

#[async_trait]
impl Settle for Numbered {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.inner.extend(duration).await
    }

    async fn lost(&self) {
        self.inner.lost().await;
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
