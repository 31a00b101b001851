//! Backends and hives that break a promise: each must be found out.

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
use beehive_core::testing::{Fault, FaultPlan};
use tokio::time::Instant;

use crate::verdict::{Protection, violations};
use crate::world::{Scenario, run};

/// How a queue breaks its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crime {
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

fn criminal(inner: Arc<dyn EventQueue>, crime: Crime) -> Arc<dyn EventQueue> {
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

/// Whether any of the first seeds finds something wrong.
fn is_red(plan: FaultPlan, protection: Protection, change: impl Fn(&mut Scenario)) -> bool {
    const SEEDS: u64 = 20;
    (0..SEEDS).any(|seed| {
        let mut scenario = Scenario::fair(seed, plan);
        change(&mut scenario);
        !violations(&run(&scenario), protection).is_empty()
    })
}

/// The crime is found, and without it nothing is.
fn assert_found_out(
    plan: FaultPlan,
    protection: Protection,
    crime: fn(Arc<dyn EventQueue>) -> Arc<dyn EventQueue>,
) {
    // Events must wait for one another, or there is nothing to confuse.
    let crowded = |scenario: &mut Scenario| {
        scenario.orders = 8;
        scenario.hives = 2;
        scenario.parallelism = NonZeroUsize::MIN;
    };
    assert!(!is_red(plan, protection, crowded), "red without a crime");
    let guilty = is_red(plan, protection, |scenario| {
        crowded(scenario);
        scenario.sabotage = crime;
    });
    assert!(guilty, "the crime went unnoticed");
}

#[test]
fn a_queue_that_confirms_and_drops_is_found_out() {
    assert_found_out(FaultPlan::none(), Protection::Operations, |queue| {
        criminal(queue, Crime::DropsConfirmed)
    });
}

#[test]
fn a_queue_that_commits_on_delivery_is_found_out() {
    let plan = FaultPlan::none().with(Fault::Crash, 0.02);
    assert_found_out(plan, Protection::Operations, |queue| {
        criminal(queue, Crime::CommitsOnDelivery)
    });
}

#[test]
fn a_queue_that_commits_nothing_is_found_out() {
    assert_found_out(FaultPlan::none(), Protection::Operations, |queue| {
        criminal(queue, Crime::CommitsNothing)
    });
}

#[test]
fn a_queue_that_settles_by_place_is_found_out() {
    let plan = FaultPlan::none()
        .with(Fault::LeaseCut, 0.3)
        .with(Fault::Slow, 0.3);
    assert_found_out(plan, Protection::Operations, |queue| {
        criminal(queue, Crime::SettlesByPlace)
    });
}

#[test]
fn follow_ups_without_derived_ids_are_found_out() {
    let plan = FaultPlan::none().with(Fault::ConfirmLost, 0.3);
    assert_found_out(plan, Protection::Inbox, |queue| {
        criminal(queue, Crime::ForgetsIds)
    });
}

#[test]
fn a_hive_without_an_inbox_is_found_out() {
    let plan = FaultPlan::none().with(Fault::Duplicated, 0.3);
    assert!(!is_red(plan, Protection::Inbox, |_| {}));
    assert!(is_red(plan, Protection::Inbox, |scenario| scenario.inbox = false));
}
