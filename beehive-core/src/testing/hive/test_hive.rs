//! The hive under test itself.

use std::fmt;
use std::time::Duration;

use super::TestOptions;
use super::attempts::Attempts;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventLimits};
use crate::hive::{DrainReport, HiveBuilder, RunningHive, Statistics};
use crate::queue::memory::MemoryQueue;
use crate::queue::{EventQueue as _, Guard};
use crate::store::Stores;
use crate::testing::{FaultLog, FaultPlan, Faults, Journal, RecordingQueue};

/// A hive under test: the one a program runs, on a queue in memory, with everything recorded.
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::testing::TestHive;
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// struct OrderAccepted {
///     total: u64,
/// }
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, EventBody)]
/// struct PaymentAuthorised {
///     amount: u64,
/// }
///
/// #[actor("OrderAccepted-Payment", emits(PaymentAuthorised))]
/// async fn pay(order: OrderAccepted) -> Result<Event, ActorError> {
///     if order.total == 0 {
///         return Err(ActorError::terminal("there is nothing to pay"));
///     }
///     Ok(Event::of(&PaymentAuthorised { amount: order.total })?)
/// }
///
/// # // In a test: #[tokio::test(start_paused = true)]
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() -> Result<(), beehive_core::Error> {
///     let hive = Hive::builder("shop").actor::<pay>().entry("OrderAccepted");
///     let test = TestHive::start(hive).await?;
///
///     test.publish(Event::of(&OrderAccepted { total: 42 })?).await?;
///     test.run_until_idle().await?;
///     assert_eq!(test.bodies::<PaymentAuthorised>(), [PaymentAuthorised { amount: 42 }]);
///     test.assert_no_dead_letters();
///
///     test.publish(Event::of(&OrderAccepted { total: 0 })?).await?;
///     test.run_until_idle().await?;
///     let letters = test.dead_letters("OrderAccepted-Payment");
///     assert_eq!(letters[0].record.errors, ["there is nothing to pay"]);
///     Ok(())
/// }
/// ```
///
/// Dropping it stops the hive.
pub struct TestHive {
    pub(super) queue: MemoryQueue,
    pub(super) recording: RecordingQueue,
    pub(super) attempts: Attempts,
    pub(super) patience: Duration,
    stores: Stores,
    plan: FaultPlan,
    log: FaultLog,
    strict: bool,
    running: Vec<(RunningHive, Faults)>,
    /// How many were started so far, so that each has its own faults.
    started: u64,
    /// What those did that are gone.
    before: Statistics,
}

impl TestHive {
    /// Starts a hive under test, in strict mode: what an actor announces without declaring it goes
    /// to the dead letters, and a topic that nobody announces is an error here.
    ///
    /// It runs on a [`MemoryQueue`] whatever queue the builder was given, so that a test can take
    /// the very builder that the program takes and no event leaves the process. Where the builder
    /// was given no stores, it runs on [`Stores::memory`].
    ///
    /// # Errors
    /// Everything that is wrong with the hive, as [`HiveBuilder::build`] says it.
    pub async fn start(builder: HiveBuilder) -> Result<Self> {
        TestOptions::default().start(builder).await
    }

    pub(super) async fn start_with(options: TestOptions, builder: HiveBuilder) -> Result<Self> {
        let queue = options.queue.unwrap_or_default();
        let given = builder.given_stores();
        let stores = if given.is_empty() {
            options.stores.unwrap_or_else(Stores::memory)
        } else {
            given.clone()
        };
        let mut test = Self {
            recording: RecordingQueue::new(queue.clone()),
            queue,
            attempts: Attempts::default(),
            patience: options.patience,
            stores,
            plan: options.faults,
            log: FaultLog::default(),
            strict: options.strict,
            running: Vec::new(),
            started: 0,
            before: Statistics::default(),
        };
        test.join(builder).await?;
        Ok(test)
    }

    /// Starts another hive on the same queue and stores, which competes with those that run: as a
    /// second process of the same program does, or as another program.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn join(&mut self, builder: HiveBuilder) -> Result<()> {
        let seed = self.plan.seed().wrapping_add(self.started);
        let faults = Faults::logged(self.plan.with_seed(seed), self.log.clone());
        let stores = match builder.given_stores() {
            given if given.is_empty() => faults.stores(&self.stores),
            given => faults.stores(given),
        };
        let attempts = self.attempts.clone();
        let mut builder = builder
            .queue(faults.queue(self.recording.clone()))
            .stores(stores)
            .map_actors(|descriptor| attempts.watch(descriptor));
        if self.strict {
            builder = builder.strict();
        }
        let running = builder.build()?.start().await?;
        self.started += 1;
        self.running.push((running, faults));
        Ok(())
    }

    /// Kills all hives as a crash would: what is in work goes no further, nothing is handed back,
    /// and leases are left to expire. Then starts this one on the same queue and stores.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn crash_and_restart(&mut self, builder: HiveBuilder) -> Result<()> {
        for (running, faults) in self.running.drain(..) {
            faults.crash();
            self.before = self.before.plus(running.statistics());
        }
        self.join(builder).await
    }

    /// Publishes an event from outside the hive, unharmed by faults.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if nobody subscribes to it, which a test never means, naming the
    /// topics that are read; [`ErrorKind::Limit`] or [`ErrorKind::Invalid`] if it breaks a rule.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it was published.
    pub async fn publish(&self, event: Event) -> Result<()> {
        let guard = Guard::new(
            std::sync::Arc::new(self.recording.clone()),
            EventLimits::default(),
        );
        let events = [event];
        let receipt = guard.publish(&events).await.map_err(|error| {
            error.into_error().unwrap_or_else(|| {
                Error::new(ErrorKind::Unexpected, "a publish error without a failure")
            })
        })?;
        if receipt.unrouted.is_empty() {
            return Ok(());
        }
        Err(
            Error::new(ErrorKind::NotFound, "nobody subscribes to this event")
                .with_operation("publish")
                .with_context("type", events[0].event_type())
                .with_context("topics that are read", self.topics_read().join(", ")),
        )
    }

    /// Lets time pass, then [runs until idle](Self::run_until_idle): for pulsers, and for what a
    /// process waits for that is no event.
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle).
    pub async fn run_for(&self, time: Duration) -> Result<(), super::Unfinished> {
        tokio::time::sleep(time).await;
        self.run_until_idle().await
    }

    /// Drains all hives, and reports for each what was handed back.
    pub async fn drain(mut self) -> Vec<DrainReport> {
        let mut reports = Vec::new();
        for (running, _) in self.running.drain(..) {
            reports.push(running.drain().await);
        }
        reports
    }

    /// The queue.
    pub fn queue(&self) -> &MemoryQueue {
        &self.queue
    }

    /// The stores as they are, without faults.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Everything that happened to events.
    pub fn journal(&self) -> &Journal {
        self.recording.journal()
    }

    /// The faults that struck.
    pub fn faults(&self) -> &FaultLog {
        &self.log
    }

    /// What was done so far, by all hives together, those that crashed included.
    pub fn statistics(&self) -> Statistics {
        self.running
            .iter()
            .map(|(running, _)| running.statistics())
            .fold(self.before, Statistics::plus)
    }
}

impl fmt::Debug for TestHive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestHive")
            .field("queue", &self.queue)
            .field("hives", &self.running.len())
            .field("faults", &self.log)
            .finish_non_exhaustive()
    }
}
