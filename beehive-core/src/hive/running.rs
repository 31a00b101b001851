//! A hive that runs.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use smol_str::SmolStr;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::factory::{Factory, Statistics, answer};
use crate::hive::watchdog::Watchdog;
use crate::hive::{DrainReport, Publisher};
use crate::queue::{EventQueue as _, Guard, Health, QueueName};

/// How a running hive is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The queue's backend.
    pub queue: Health,
    /// Each actor, by what it reads.
    pub actors: BTreeMap<QueueName, Health>,
}

impl Status {
    /// Whether everything works as it should.
    pub fn is_up(&self) -> bool {
        self.queue.is_up() && self.actors.values().all(Health::is_up)
    }
}

/// A hive that runs. Dropping it stops it without waiting for what is in work.
#[derive(Debug)]
#[must_use = "a running hive stops when it is dropped"]
pub struct RunningHive {
    name: SmolStr,
    queue: Guard,
    publisher: Publisher,
    factories: Vec<Arc<Factory>>,
    stop: CancellationToken,
    grace: CancellationToken,
    over: CancellationToken,
    tracker: TaskTracker,
    grace_time: Duration,
    _watchdog: Watchdog,
}

impl RunningHive {
    #[expect(
        clippy::too_many_arguments,
        reason = "called in one place, with named values"
    )]
    pub(super) fn new(
        name: SmolStr,
        queue: Guard,
        publisher: Publisher,
        factories: Vec<Arc<Factory>>,
        stop: CancellationToken,
        grace: CancellationToken,
        tracker: TaskTracker,
        grace_time: Duration,
    ) -> Self {
        let over = CancellationToken::new();
        tokio::spawn(watch(factories.clone(), over.clone()));
        Self {
            name,
            queue,
            publisher,
            factories,
            stop,
            grace,
            over,
            tracker,
            grace_time,
            _watchdog: Watchdog::start(),
        }
    }

    /// Announces events to the hive's queue from outside its actors.
    pub fn publisher(&self) -> Publisher {
        self.publisher.clone()
    }

    /// What was done so far, by all actors together.
    pub fn statistics(&self) -> Statistics {
        self.factories
            .iter()
            .map(|factory| factory.statistics())
            .fold(Statistics::default(), Statistics::plus)
    }

    /// What each actor did so far, by its name and what it reads.
    pub fn statistics_by_actor(&self) -> impl Iterator<Item = (&str, &QueueName, Statistics)> {
        self.factories
            .iter()
            .map(|factory| (factory.name(), factory.queue(), factory.statistics()))
    }

    /// How it is.
    pub fn status(&self) -> Status {
        Status {
            queue: self.queue.health(),
            actors: self
                .factories
                .iter()
                .map(|factory| (factory.queue().clone(), factory.health()))
                .collect(),
        }
    }

    /// Stops: takes nothing more, waits for what is in work within the grace, hands the rest back
    /// at once, and reports it. Handing back does not count as an attempt. When it returns, the
    /// backend has heard of all that was settled, and the process may end.
    ///
    /// # Cancel safety
    /// Dropping the future stops the hive without waiting; leases expire by themselves.
    pub async fn drain(self) -> DrainReport {
        /// What was interrupted settles in no time, or its backend hangs.
        const AFTER_GRACE: Duration = Duration::from_secs(5);
        /// How long the backend may take to hear of what was settled last.
        const LAST_WORDS: Duration = Duration::from_secs(5);
        info!(hive = %self.name, "stopping");
        self.stop.cancel();
        self.tracker.close();
        let closing = join_all(self.factories.iter().map(|factory| factory.close_intake()));
        let mut stopping = pin!(join(closing, self.tracker.wait()));
        if timeout(self.grace_time, &mut stopping).await.is_err() {
            warn!(hive = %self.name, grace = ?self.grace_time, "the grace is over, handing back the rest");
            self.grace.cancel();
            // Whatever still runs after that is reported as stuck.
            timeout(AFTER_GRACE, &mut stopping).await.ok();
        }
        if let Err(error) = answer("flush", LAST_WORDS, self.queue.flush()).await {
            warn!(
                hive = %self.name, %error,
                "the backend may not have heard of what was settled last; then that is delivered again"
            );
        }
        let handed_back = self
            .factories
            .iter()
            .filter_map(|factory| factory.handed_back())
            .collect();
        let report = DrainReport {
            handed_back,
            statistics: self.statistics(),
        };
        info!(hive = %self.name, clean = report.is_clean(), "stopped");
        report
    }
}

impl Drop for RunningHive {
    fn drop(&mut self) {
        for factory in &self.factories {
            factory.shut();
        }
        self.stop.cancel();
        self.grace.cancel();
        self.over.cancel();
    }
}

/// Looks after the workers of all factories, for as long as the hive runs.
async fn watch(factories: Vec<Arc<Factory>>, over: CancellationToken) {
    const PERIOD: Duration = Duration::from_secs(1);
    loop {
        tokio::select! {
            () = over.cancelled() => return,
            () = sleep(PERIOD) => {}
        }
        let now = Instant::now();
        for factory in &factories {
            factory.watch_slots(now);
        }
    }
}
