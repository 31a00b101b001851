//! A queue in memory that fails on command.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::Event;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{
    DeadLetterRecord, DeadLetters, EventQueue, FailureHistory, Health, Lease, PublishError,
    PublishFailure, QueueCapabilities, QueueName, Receipt, Receiver, ReceiverOptions, Settle,
};
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::faults::{Faults, Operation};

#[derive(Clone, Debug)]
pub(crate) struct Scripted {
    pub(crate) inner: MemoryQueue,
    pub(crate) faults: Faults,
    pub(crate) capabilities: QueueCapabilities,
}

impl Scripted {
    pub(crate) fn new() -> Self {
        let inner = MemoryQueue::default();
        Self {
            capabilities: inner.capabilities().clone(),
            inner,
            faults: Faults::default(),
        }
    }
}

#[async_trait]
impl EventQueue for Scripted {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        Health::Up
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.faults
            .apply(Operation::Declare, || (), self.inner.declare(name))
            .await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.inner.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let publishing = async { self.inner.publish(events).await.map_err(Refused::Some) };
        let published = self
            .faults
            .apply(Operation::Publish, Receipt::default, publishing);
        published
            .await
            .map_err(|refused| refused.into_error(events))
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let opening = async {
            Ok(Box::new(ScriptedReceiver {
                inner: self.inner.receiver(from, options).await?,
                faults: self.faults.clone(),
            }) as Box<dyn Receiver>)
        };
        let lie = || unreachable!("no receiver is a lie");
        self.faults.apply(Operation::Receiver, lie, opening).await
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }

    async fn flush(&self) -> Result<()> {
        self.faults
            .apply(Operation::Flush, || (), self.inner.flush())
            .await
    }
}

/// Why a batch was not published: some events, as the queue says, or all, as the test says.
enum Refused {
    Some(PublishError),
    All(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::All(error)
    }
}

impl Refused {
    fn into_error(self, events: &[Event]) -> PublishError {
        let error = match self {
            Self::Some(error) => return error,
            Self::All(error) => error,
        };
        let failure = |(position, event): (usize, &Event)| PublishFailure {
            position,
            id: event.id().clone(),
            error: Error::new(error.kind(), "as the test says"),
        };
        let failures = events.iter().enumerate().map(failure).collect();
        PublishError::new(failures, Receipt::default())
    }
}

#[derive(Debug)]
struct ScriptedReceiver {
    inner: Box<dyn Receiver>,
    faults: Faults,
}

#[async_trait]
impl Receiver for ScriptedReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let receiving = self.inner.receive(max, wait);
        let leases = self
            .faults
            .apply(Operation::Receive, Vec::new, receiving)
            .await?;
        Ok(leases
            .into_iter()
            .map(|lease| self.scripted(lease))
            .collect())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let closing = self.inner.close();
        self.faults.apply(Operation::Close, || (), closing).await
    }
}

impl ScriptedReceiver {
    fn scripted(&self, lease: Lease) -> Lease {
        let event = lease.event().clone();
        let (attempt, history, deadline) = (lease.attempt(), lease.history(), lease.deadline());
        let settle = ScriptedSettle {
            lease: Mutex::new(Some(lease)),
            faults: self.faults.clone(),
        };
        Lease::new(event, attempt, deadline, Box::new(settle)).with_history(history)
    }
}

#[derive(Debug)]
struct ScriptedSettle {
    lease: Mutex<Option<Lease>>,
    faults: Faults,
}

impl ScriptedSettle {
    async fn settle<W>(&self, operation: Operation, work: impl FnOnce(Lease) -> W) -> Result<()>
    where
        W: Future<Output = Result<(), beehive_core::queue::SettleError>>,
    {
        let settling = async {
            let Some(lease) = self.lease.lock().await.take() else {
                return Err(Error::new(ErrorKind::LeaseLost, "settled before"));
            };
            match work(lease).await {
                Ok(()) => Ok(()),
                Err(failed) => {
                    *self.lease.lock().await = Some(failed.lease);
                    Err(failed.error)
                }
            }
        };
        self.faults.apply(operation, || (), settling).await
    }
}

#[async_trait]
impl Settle for ScriptedSettle {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        let extending = async {
            match &mut *self.lease.lock().await {
                Some(lease) => lease.extend(duration).await,
                None => Err(Error::new(ErrorKind::LeaseLost, "settled before")),
            }
        };
        let lie = || Instant::now() + duration;
        self.faults.apply(Operation::Extend, lie, extending).await
    }

    async fn commit(&self) -> Result<()> {
        self.settle(Operation::Commit, Lease::commit).await
    }

    async fn abandon(&self) -> Result<()> {
        self.settle(Operation::Abandon, Lease::abandon).await
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.settle(Operation::Defer, |lease| lease.defer(delay, history))
            .await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.settle(Operation::DeadLetter, |lease| async move {
            lease.dead_letter(record).await
        })
        .await
    }

    /// A lie is that the lease is lost.
    async fn lost(&self) {
        let never = std::future::pending::<Result<()>>();
        self.faults.apply(Operation::Lost, || (), never).await.ok();
    }
}
