//! A queue that breaks a promise.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use beehive_core::Result;
use beehive_core::prelude::*;
use beehive_core::queue::{
    DeadLetterRecord, DeadLetters, FailureHistory, Health, Lease, PublishError, QueueCapabilities,
    Receipt, Receiver, ReceiverOptions, Settle,
};
use tokio::time::Instant;

/// How a queue breaks its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crime {
    /// Some events are confirmed and thrown away.
    DropsConfirmed,
    /// A delivery is final: there is nothing left to come again.
    CommitsOnDelivery,
    /// Committing says yes and does nothing.
    CommitsNothing,
    /// Events are published under ids of their own, so that a copy is not known as one.
    ForgetsIds,
    /// A lease that is lost still settles: whatever event is at its place now.
    SettlesByPlace,
}

#[derive(Clone)]
struct Criminal {
    inner: Arc<dyn EventQueue>,
    crime: Crime,
    published: Arc<AtomicU32>,
}

/// The queue, with a crime to it.
pub(crate) fn criminal(inner: Arc<dyn EventQueue>, crime: Crime) -> Arc<dyn EventQueue> {
    Arc::new(Criminal {
        inner,
        crime,
        published: Arc::default(),
    })
}

impl fmt::Debug for Criminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.crime.fmt(f)
    }
}

#[async_trait]
impl EventQueue for Criminal {
    fn capabilities(&self) -> &QueueCapabilities {
        self.inner.capabilities()
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
        let number = self.published.fetch_add(1, Ordering::Relaxed);
        match self.crime {
            Crime::DropsConfirmed if number % 5 == 4 => Ok(Receipt::default()),
            Crime::ForgetsIds => {
                let renamed = |event: &Event| {
                    let id = format!("{}/{}", event.id(), fastrand::u64(..));
                    event.clone().with_id(EventId::parse(&id).unwrap())
                };
                let events: Vec<_> = events.iter().map(renamed).collect();
                self.inner.publish(&events).await
            }
            _ => self.inner.publish(events).await,
        }
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        Ok(Box::new(CriminalReceiver {
            inner: self.inner.receiver(from, options).await?,
            from: from.clone(),
            of: self.clone(),
        }))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }
}

#[derive(Debug)]
struct CriminalReceiver {
    inner: Box<dyn Receiver>,
    from: QueueName,
    of: Criminal,
}

#[async_trait]
impl Receiver for CriminalReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let received = self.inner.receive(max, wait).await?;
        let mut leases = Vec::new();
        for lease in received {
            let deadline = lease.deadline();
            let (from, of) = (self.from.clone(), self.of.clone());
            if of.crime == Crime::CommitsOnDelivery {
                // Another delivery of it, which nothing stands behind.
                let (event, attempt) = (lease.event().clone(), lease.attempt());
                lease.commit().await?;
                leases.push(Lease::new(event, attempt, deadline, Box::new(Nothing)));
                continue;
            }
            leases.push(lease.wrapped(deadline, |inner| {
                Box::new(CriminalLease { inner, from, of })
            }));
        }
        Ok(leases)
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.inner.close().await
    }
}

#[derive(Debug)]
struct CriminalLease {
    inner: Box<dyn Settle>,
    from: QueueName,
    of: Criminal,
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
        let result = match self.of.crime {
            Crime::CommitsNothing => return Ok(()),
            _ => self.inner.commit().await,
        };
        match result {
            Err(error)
                if error.kind() == ErrorKind::LeaseLost
                    && self.of.crime == Crime::SettlesByPlace =>
            {
                let lease = Duration::from_secs(30);
                if let Some(other) = self.of.inner.receive_one(&self.from, lease).await? {
                    other.commit().await?;
                }
                Ok(())
            }
            result => result,
        }
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

/// Settles nothing, always with success.
#[derive(Debug)]
struct Nothing;

#[async_trait]
impl Settle for Nothing {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        Ok(Instant::now() + duration)
    }

    async fn lost(&self) {
        std::future::pending::<()>().await;
    }

    async fn commit(&self) -> Result<()> {
        Ok(())
    }

    async fn abandon(&self) -> Result<()> {
        Ok(())
    }

    async fn defer(&self, _: Duration, _: FailureHistory) -> Result<()> {
        Ok(())
    }

    async fn dead_letter(&self, _: &DeadLetterRecord) -> Result<()> {
        Ok(())
    }
}
