//! A queue in memory with one defect: receiving and settling.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::queue::{
    DeadLetterReason, DeadLetterRecord, EventQueue, FailureHistory, Lease, QueueName, Receiver,
    ReceiverOptions, Settle,
};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::{Instant, sleep};

use crate::defect::Defect;
use crate::queue::Broken;
use crate::support::Held;

#[derive(Debug)]
pub(crate) struct BrokenReceiver {
    inner: Box<dyn Receiver>,
    queue: Broken,
    name: QueueName,
    lease: Duration,
    given: Vec<Held>,
}

impl BrokenReceiver {
    pub(crate) async fn open(
        queue: Broken,
        name: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Self> {
        const MANY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);
        let actual = match queue.defect {
            Defect::NeverExpires => ReceiverOptions::new(options.prefetch(), Duration::MAX),
            Defect::ExpiresEarly => ReceiverOptions::new(options.prefetch(), options.lease() / 2),
            Defect::IgnoresPrefetch => ReceiverOptions::new(MANY, options.lease()),
            _ => options,
        };
        Ok(Self {
            inner: queue.inner.receiver(name, actual).await?,
            name: name.clone(),
            lease: options.lease(),
            given: Vec::new(),
            queue,
        })
    }

    /// The lease as this backend gives it, unless it keeps it.
    async fn spoilt(&mut self, lease: Lease) -> Result<Option<Lease>> {
        if self.queue.has(Defect::FansOutToOne) {
            let id = lease.event().id().clone();
            let first = {
                let mut memory = self.queue.memory.lock().unwrap();
                memory
                    .first
                    .entry(id)
                    .or_insert_with(|| self.name.clone())
                    .clone()
            };
            if first != self.name {
                lease.commit().await?;
                return Ok(None);
            }
        }
        let event = lease.event().clone();
        let history = lease.history();
        let deadline = match self.queue.defect {
            Defect::NeverExpires | Defect::ExpiresEarly => Instant::now() + self.lease,
            _ => lease.deadline(),
        };
        let attempt = match self.queue.defect {
            Defect::EveryAttemptIsTheFirst => 1,
            _ => lease.attempt(),
        };
        if self.queue.has(Defect::AcksOnReceipt) {
            let done = Box::new(Done);
            lease.commit().await?;
            return Ok(Some(Lease::new(event, attempt, deadline, done)));
        }
        let held = Held::new(lease);
        if self.queue.has(Defect::TakesLeasesAlongWhenDropped) {
            self.given.push(held.clone());
        }
        let settle = Box::new(BrokenLease {
            held,
            queue: self.queue.clone(),
            name: self.name.clone(),
            event: event.clone(),
            attempt,
        });
        Ok(Some(
            Lease::new(event, attempt, deadline, settle).with_history(history),
        ))
    }
}

#[async_trait]
impl Receiver for BrokenReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let (mut max, mut wait) = (max, wait);
        match self.queue.defect {
            Defect::NeverWaits => wait = Duration::ZERO,
            Defect::SleepsThroughItsWait => {
                sleep(wait).await;
                wait = Duration::ZERO;
            }
            Defect::ReturnsTooMany => max = max.saturating_add(1),
            _ => {}
        }
        let leases = match self.inner.receive(max, wait).await {
            Err(error)
                if self.queue.has(Defect::DeliversDeletedQueuesAsEmpty)
                    && error.kind() == ErrorKind::NotFound =>
            {
                sleep(wait).await;
                Vec::new()
            }
            leases => leases?,
        };
        let mut given = Vec::new();
        for lease in leases {
            given.extend(self.spoilt(lease).await?);
        }
        Ok(given)
    }

    async fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

impl Drop for BrokenReceiver {
    fn drop(&mut self) {
        for held in &self.given {
            if let Ok(mut held) = held.0.try_lock() {
                held.take();
            }
        }
    }
}

/// Of an event that is gone already; every settling succeeds.
#[derive(Debug)]
struct Done;

#[async_trait]
impl Settle for Done {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        Ok(Instant::now() + duration)
    }
    /// As in memory, only its time can end it.
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

#[derive(Debug)]
struct BrokenLease {
    held: Held,
    queue: Broken,
    name: QueueName,
    event: beehive_core::Event,
    attempt: u32,
}

impl BrokenLease {
    /// Takes a loss of the lease for a success, if that is the defect.
    fn overlook(&self, defect: Defect, settled: Result<()>) -> Result<()> {
        match settled {
            Err(error) if self.queue.has(defect) && error.kind() == ErrorKind::LeaseLost => Ok(()),
            settled => settled,
        }
    }
}

#[async_trait]
impl Settle for BrokenLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        match self.queue.defect {
            Defect::ExtendsNothing => Ok(Instant::now() + duration),
            Defect::ExtendsWhatIsLost => {
                let extended = self.held.extend(duration).await;
                Ok(extended.unwrap_or_else(|_| Instant::now() + duration))
            }
            Defect::ClaimsToExtend => Err(Error::unsupported("extend")),
            _ => self.held.extend(duration).await,
        }
    }

    /// As in memory, only its time can end it.
    async fn lost(&self) {
        std::future::pending::<()>().await;
    }

    async fn commit(&self) -> Result<()> {
        if self.queue.has(Defect::CommitDoesNothing) {
            return Ok(());
        }
        let settled = self.held.settle(Lease::commit).await;
        self.overlook(Defect::CommitsWhatIsLost, settled)
    }

    async fn abandon(&self) -> Result<()> {
        let settled = match self.queue.defect {
            Defect::IgnoresAbandon => return Ok(()),
            Defect::AbandonedAttemptsCount => {
                let counted = FailureHistory {
                    attempts: self.attempt,
                    ..FailureHistory::default()
                };
                let again = |lease: Lease| lease.defer(Duration::ZERO, counted);
                self.held.settle(again).await
            }
            _ => self.held.settle(Lease::abandon).await,
        };
        self.overlook(Defect::AbandonsWhatIsLost, settled)
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        let (mut delay, mut history) = (delay, history);
        match self.queue.defect {
            Defect::ClaimsToDefer => return Err(Error::unsupported("defer")),
            Defect::DeferIgnoresTheDelay => delay = Duration::ZERO,
            Defect::DeferLosesTheHistory => {
                history = FailureHistory {
                    attempts: self.attempt,
                    ..FailureHistory::default()
                };
            }
            Defect::DeferBlocksOthers => {
                let mut memory = self.queue.memory.lock().unwrap();
                let before = memory.due.unwrap_or_else(Instant::now);
                delay = delay.max(before.saturating_duration_since(Instant::now()));
                memory.due = Some(Instant::now() + delay);
            }
            _ => {}
        }
        let defer = |lease: Lease| lease.defer(delay, history);
        self.held.settle(defer).await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        let mut record = record.clone();
        match self.queue.defect {
            Defect::ClaimsDeadLetters => return Err(Error::unsupported("dead-letter")),
            Defect::DeadLetterDropsTheEvent => return self.held.settle(Lease::commit).await,
            Defect::DeadLetterLosesTheRecord => record.errors.clear(),
            Defect::KnowsOneReason => record.reason = DeadLetterReason::Terminal,
            _ => {}
        }
        let settled = self.held.settle(|lease| lease.dead_letter(&record)).await;
        if settled.is_err() && self.queue.has(Defect::BuriesWhatIsLost) {
            return self.queue.bury(&self.name, &self.event, &record).await;
        }
        settled
    }
}
