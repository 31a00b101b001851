//! Backends that can do less than the queue in memory, and say so.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::{DeliverAt, Event, EventId};
use beehive_core::page::{Page, PageRequest};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{
    AttemptCounting, DeadLetter, DeadLetterRecord, DeadLetters, EventQueue, FailureHistory, Health,
    Lease, PublishError, PublishFailure, QueueCapabilities, QueueName, Receipt, Receiver,
    ReceiverOptions, RedriveRate, Settle,
};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use crate::support::Held;

/// A queue in memory, held to its capabilities.
#[derive(Clone, Debug)]
pub(crate) struct Limited {
    inner: MemoryQueue,
    capabilities: QueueCapabilities,
}

impl Limited {
    /// Can do nothing that is optional.
    pub(crate) fn refusing() -> Self {
        let mut capabilities = QueueCapabilities::full();
        capabilities.defer = false;
        capabilities.extend = false;
        capabilities.dead_letters = false;
        capabilities.detects_unrouted = false;
        capabilities.attempts = AttemptCounting::Deliveries;
        Self {
            inner: MemoryQueue::default(),
            capabilities,
        }
    }

    /// Can do everything, for a limited time.
    pub(crate) fn bounded() -> Self {
        let mut capabilities = QueueCapabilities::full();
        capabilities.delay_max = Some(Duration::from_mins(15));
        capabilities.lease_max = Some(Duration::from_hours(12));
        Self {
            inner: MemoryQueue::default(),
            capabilities,
        }
    }

    fn check_delay(&self, delay: Duration) -> Result<()> {
        if !self.capabilities.defer {
            return Err(Error::unsupported("defer"));
        }
        within(delay, self.capabilities.delay_max)
    }

    fn check_event(&self, event: &Event) -> Result<()> {
        match event.delivers() {
            DeliverAt::After(delay) => self.check_delay(delay),
            DeliverAt::At(time) => {
                self.check_delay(DeliverAt::At(time).delay(jiff::Timestamp::now()))
            }
            DeliverAt::Now => Ok(()),
        }
    }

    fn check_dead_letters(&self) -> Result<()> {
        if self.capabilities.dead_letters {
            return Ok(());
        }
        Err(Error::unsupported("dead-letter"))
    }
}

fn within(duration: Duration, max: Option<Duration>) -> Result<()> {
    if max.is_none_or(|max| duration <= max) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, "too long"))
}

#[async_trait]
impl EventQueue for Limited {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        self.inner.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.inner.declare(name).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.inner.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let mut receipt = Receipt::default();
        let mut failures = Vec::new();
        for (position, event) in events.iter().enumerate() {
            let published = match self.check_event(event) {
                Ok(()) => self.inner.publish(std::slice::from_ref(event)).await,
                Err(error) => {
                    let (position, id) = (0, event.id().clone());
                    let failure = PublishFailure {
                        position,
                        id,
                        error,
                    };
                    Err(PublishError::new(vec![failure], Receipt::default()))
                }
            };
            match published {
                Ok(one) if self.capabilities.detects_unrouted && !one.unrouted.is_empty() => {
                    receipt.unrouted.push(position);
                }
                Ok(_) => {}
                Err(error) => failures.extend(error.into_failures().into_iter().map(|failure| {
                    PublishFailure {
                        position,
                        ..failure
                    }
                })),
            }
        }
        if failures.is_empty() {
            return Ok(receipt);
        }
        Err(PublishError::new(failures, receipt))
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        within(options.lease(), self.capabilities.lease_max)?;
        Ok(Box::new(LimitedReceiver {
            inner: self.inner.receiver(from, options).await?,
            queue: self.clone(),
        }))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}

#[derive(Debug)]
struct LimitedReceiver {
    inner: Box<dyn Receiver>,
    queue: Limited,
}

#[async_trait]
impl Receiver for LimitedReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let leases = self.inner.receive(max, wait).await?;
        let wrap = |lease: Lease| {
            let (event, attempt) = (lease.event().clone(), lease.attempt());
            let (history, deadline) = (lease.history(), lease.deadline());
            let settle = Box::new(LimitedLease {
                held: Held::new(lease),
                queue: self.queue.clone(),
                attempt,
            });
            let wrapped = Lease::new(event, attempt, deadline, settle);
            // Abandoned deliveries are counted by a deferral below, which nobody is to see.
            if self.queue.capabilities.defer {
                wrapped.with_history(history)
            } else {
                wrapped
            }
        };
        Ok(leases.into_iter().map(wrap).collect())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.inner.close().await
    }
}

#[derive(Debug)]
struct LimitedLease {
    held: Held,
    queue: Limited,
    attempt: u32,
}

#[async_trait]
impl Settle for LimitedLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        if !self.queue.capabilities.extend {
            return Err(Error::unsupported("extend"));
        }
        self.held.extend(duration).await
    }

    /// As in memory, only its time can end it.
    async fn lost(&self) {
        std::future::pending::<()>().await;
    }

    async fn commit(&self) -> Result<()> {
        self.held.settle(Lease::commit).await
    }

    async fn abandon(&self) -> Result<()> {
        if self.queue.capabilities.attempts == AttemptCounting::Exact {
            return self.held.settle(Lease::abandon).await;
        }
        let counted = FailureHistory {
            attempts: self.attempt,
            ..FailureHistory::default()
        };
        let again = |lease: Lease| lease.defer(Duration::ZERO, counted);
        self.held.settle(again).await
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.queue.check_delay(delay)?;
        let defer = |lease: Lease| lease.defer(delay, history);
        self.held.settle(defer).await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.queue.check_dead_letters()?;
        self.held.settle(|lease| lease.dead_letter(record)).await
    }
}

#[async_trait]
impl DeadLetters for Limited {
    async fn count(&self, queue: &QueueName) -> Result<u64> {
        self.check_dead_letters()?;
        self.inner.count(queue).await
    }

    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        self.check_dead_letters()?;
        self.inner.list(queue, page).await
    }

    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        self.check_dead_letters()?;
        self.inner.get(queue, id).await
    }

    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        self.check_dead_letters()?;
        self.inner.redrive(queue, id).await
    }

    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        self.check_dead_letters()?;
        self.inner.redrive_all(queue, rate).await
    }

    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        self.check_dead_letters()?;
        self.inner.purge(queue).await
    }
}
