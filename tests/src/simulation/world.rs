//! The world of one run: a broker, stores, and who uses them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use beehive_core::hive::HiveBuilder;
use beehive_core::queue::EventQueue;
use beehive_core::queue::memory::{Census, MemoryQueue, MemoryQueueOptions};
use beehive_core::testing::{Fault, FaultLog, Faults};
use beehive_core::{CancellationToken, Result};

use super::career::Career;
use super::criminal::criminal;
use super::record::{Logbook, RecordedQueue, Shelves, Witness};
use super::scenario::{Scenario, Spoilt};
use super::trace::{Keeping, Who};
use super::workflow::{STOCK, Version, hive};

/// The world of one run.
pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) broker: MemoryQueue,
    pub(super) shelves: Shelves,
    pub(super) logbook: Logbook,
    pub(super) faults: FaultLog,
    pub(super) crashes: AtomicU32,
    pub(super) restarts: AtomicU32,
    /// The run is over.
    pub(super) over: CancellationToken,
}

impl World {
    /// A world with goods in stock, and nobody in it.
    pub(super) async fn new(scenario: Scenario, keeping: Keeping) -> Result<Self> {
        let options = MemoryQueueOptions::default().with_capacity(scenario.capacity);
        let world = Self {
            scenario,
            broker: MemoryQueue::new(options),
            shelves: Shelves::default(),
            logbook: Logbook::new(keeping),
            faults: FaultLog::default(),
            crashes: AtomicU32::default(),
            restarts: AtomicU32::default(),
            over: CancellationToken::new(),
        };
        let operator = world.witness(Who::Operator);
        let counter = world.shelves.seen_by(&operator).counter()?;
        counter.add("stock", STOCK).await?;
        Ok(world)
    }

    /// Who sees what this one does. The stores are never out for whoever runs all of it.
    pub(super) fn witness(&self, who: Who) -> Witness {
        let outage = self.scenario.outage.filter(|_| who != Who::Operator);
        Witness::new(who, self.logbook.clone(), outage)
    }

    /// The queue as this one uses it, below all faults.
    pub(super) fn queue(&self, who: Who) -> RecordedQueue {
        let counting = self.scenario.counting;
        RecordedQueue::new(self.broker.clone(), counting, self.witness(who))
    }

    /// What befalls a process: each has dice of its own.
    pub(super) fn faults(&self, hive: u64, life: u64) -> Faults {
        let number = hive * 100 + life;
        let seed = self.scenario.seed.wrapping_mul(1_000).wrapping_add(number);
        let mut plan = self.scenario.plan.with_seed(seed);
        if self.crashes.load(Ordering::Relaxed) >= self.scenario.crashes_max {
            plan = plan.with(Fault::Crash, 0.0);
        }
        Faults::logged(plan, self.faults.clone())
    }

    /// What is planned for a hive.
    pub(super) fn career(&self, hive: u64) -> Career {
        Career::drawn(self.scenario.seed, hive, self.scenario.restarts_max)
    }

    /// From when on all hives are of the newer version.
    pub(super) fn newer_from(&self) -> Duration {
        let upgrades = (0..self.scenario.hives).map(|hive| self.career(hive).newer_from());
        upgrades.max().unwrap_or_default()
    }

    /// A hive of this version, on the queue and the stores as a process sees them among its faults.
    pub(super) fn hive(&self, version: Version, who: Who, faults: &Faults) -> Result<HiveBuilder> {
        let mut queue: Arc<dyn EventQueue> = Arc::new(faults.queue(self.queue(who)));
        let mut stores = faults.stores(&self.shelves.seen_by(&self.witness(who)));
        match self.scenario.spoilt {
            Spoilt::Not => {}
            Spoilt::ByMutation(mutation) => (queue, stores) = mutation.apply(queue, stores)?,
            Spoilt::ByCrime(crime) => queue = criminal(queue, crime),
        }
        Ok(hive(version)
            .shared_queue(queue)
            .stores(stores)
            .service(Arc::new(faults.clone()))
            .settings(self.scenario.settings)
            .grace(self.scenario.grace))
    }

    /// Declares all queues of both versions, as a deployment does before anybody publishes.
    pub(super) async fn declare(&self) -> Result<()> {
        let faults = Faults::new(beehive_core::testing::FaultPlan::none());
        let hive = self.hive(Version::Newer, Who::Operator, &faults)?;
        hive.build()?.declare().await
    }

    /// Whether no queue holds anything, and no process believes to have anything of one. In order of
    /// the names: looking at a queue wakes whom its clock concerns.
    pub(super) fn is_idle(&self) -> bool {
        let at = self.logbook.elapsed();
        let seen = self.logbook.seen();
        let mut census = Census::default();
        for name in &seen.declared {
            if let Ok(of_queue) = self.broker.census_of(name) {
                census += of_queue;
            }
        }
        census.is_idle() && seen.nobody_holds(at)
    }
}
