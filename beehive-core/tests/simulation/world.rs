//! One simulated run: hives that compete, die and come back, until nothing is left or time is over.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use beehive_core::CancellationToken;
use beehive_core::hive::FactorySettings;
use beehive_core::prelude::*;
use beehive_core::queue::memory::Census;
use beehive_core::testing::{Fault, FaultLog, FaultPlan, Faults, Journal, RecordingQueue};
use tokio::time::{Instant, sleep};

use crate::workflow::{self, OrderPlaced};

/// More units than any run can take.
pub(crate) const STOCK: i64 = 1_000;

/// What is simulated.
#[derive(Clone)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) orders: u32,
    pub(crate) hives: u64,
    pub(crate) parallelism: NonZeroUsize,
    pub(crate) plan: FaultPlan,
    /// After so many the hives stay alive, so that the run can end.
    pub(crate) crashes_max: u32,
    /// When all must be done.
    pub(crate) limit: Duration,
    pub(crate) inbox: bool,
    /// What spoils the queue that the hives see, if anything does.
    pub(crate) sabotage: fn(Arc<dyn EventQueue>) -> Arc<dyn EventQueue>,
    /// What a planted fault does to the world while it runs.
    pub(crate) plant: Plant,
}

/// What is planted to see whether it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    Nothing,
    /// An event disappears from a subscription.
    Loss,
    /// An effect happens again.
    Duplicate,
    /// An event waits where nobody reads.
    Stuck,
    /// An event is given up that should not be.
    DeadLetter,
}

impl Scenario {
    /// The scenario that a seed draws.
    pub(crate) fn drawn(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let crash = [0.0, 0.003, 0.02][rng.usize(..3)];
        Self::fair(seed, FaultPlan::seeded(seed).with(Fault::Crash, crash))
    }

    /// A scenario with these faults and nothing spoilt.
    pub(crate) fn fair(seed: u64, plan: FaultPlan) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        Self {
            seed,
            orders: rng.u32(2..=5),
            hives: rng.u64(1..=3),
            parallelism: NonZeroUsize::new(rng.usize(1..=4)).unwrap(),
            plan: plan.with_seed(seed),
            crashes_max: 12,
            // Longer than all delays and retries of the worst weather take together.
            limit: Duration::from_hours(6),
            inbox: true,
            sabotage: |queue| queue,
            plant: Plant::Nothing,
        }
    }

    pub(crate) fn placed(&self) -> impl Iterator<Item = OrderPlaced> {
        let mut rng = fastrand::Rng::with_seed(self.seed ^ 0x04de4);
        (0..self.orders).map(move |number| OrderPlaced {
            order: format!("order-{number}"),
            items: rng.u32(1..=4),
            poison: rng.u32(..10) == 0,
        })
    }
}

/// The world after a run.
pub(crate) struct Aftermath {
    pub(crate) scenario: Scenario,
    pub(crate) broker: MemoryQueue,
    pub(crate) stores: Stores,
    pub(crate) journal: Journal,
    pub(crate) faults: FaultLog,
    pub(crate) elapsed: Duration,
    pub(crate) idle: bool,
}

/// Runs a scenario in a world of its own. Nothing in it depends on anything but the scenario.
pub(crate) fn run(scenario: &Scenario) -> Aftermath {
    // The framework draws its jitter from the generator of the thread, and all is one thread here.
    fastrand::seed(scenario.seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(simulate(scenario.clone()))
}

async fn simulate(scenario: Scenario) -> Aftermath {
    let broker = MemoryQueue::default();
    let recording = RecordingQueue::new(broker.clone());
    let mut stores = Stores::memory();
    if !scenario.inbox {
        stores = stores.without_inbox();
    }
    stores.counter().unwrap().add("stock", STOCK).await.unwrap();
    let world = World {
        scenario,
        broker,
        recording,
        stores,
        faults: FaultLog::default(),
        crashes: AtomicU32::default(),
        stop: CancellationToken::new(),
    };
    let world = Arc::new(world);
    let start = Instant::now();
    // The topology is there before anybody publishes, as after a deployment.
    world
        .builder(&world.alive(u64::MAX))
        .build()
        .unwrap()
        .declare()
        .await
        .unwrap();
    let hives: Vec<_> = (0..world.scenario.hives)
        .map(|hive| tokio::spawn(Arc::clone(&world).keep_running(hive)))
        .collect();
    world.place_orders().await;
    let mut idle = world.is_idle();
    while !idle && start.elapsed() < world.scenario.limit {
        sleep(Duration::from_secs(1)).await;
        idle = world.is_idle();
    }
    let elapsed = start.elapsed();
    world.stop.cancel();
    for hive in hives {
        hive.await.unwrap();
    }
    let world = Arc::into_inner(world).unwrap();
    Aftermath {
        journal: world.recording.journal().clone(),
        scenario: world.scenario,
        broker: world.broker,
        stores: world.stores,
        faults: world.faults,
        elapsed,
        idle,
    }
}

struct World {
    scenario: Scenario,
    broker: MemoryQueue,
    recording: RecordingQueue,
    stores: Stores,
    faults: FaultLog,
    crashes: AtomicU32,
    stop: CancellationToken,
}

impl World {
    /// A process of its own, which has its own faults.
    fn alive(&self, number: u64) -> Faults {
        let seed = self.scenario.seed.wrapping_mul(1_000).wrapping_add(number);
        let mut plan = self.scenario.plan.with_seed(seed);
        if self.crashes.load(Ordering::Relaxed) >= self.scenario.crashes_max {
            plan = plan.with(Fault::Crash, 0.0);
        }
        Faults::logged(plan, self.faults.clone())
    }

    fn builder(&self, faults: &Faults) -> beehive_core::hive::HiveBuilder {
        let queue = Arc::new(faults.queue(self.recording.clone()));
        let settings = FactorySettings::default()
            .with_parallelism(self.scenario.parallelism)
            // Cut leases and lost deliveries look like crashes; they are not the event's fault.
            .with_crashes_max(1_000)
            .with_retry(
                RetryPolicy::default()
                    .with_delayed(30)
                    .with_max_delay(Duration::from_mins(1)),
            );
        workflow::hive()
            .shared_queue((self.scenario.sabotage)(queue))
            .stores(faults.stores(&self.stores))
            .settings(settings)
    }

    /// Runs one hive; when it dies, starts another in its place a while later.
    async fn keep_running(self: Arc<Self>, hive: u64) {
        let mut rng = fastrand::Rng::with_seed(self.scenario.seed ^ hive);
        for life in 0_u64.. {
            let faults = self.alive(hive * 100 + life);
            let running = self
                .builder(&faults)
                .build()
                .unwrap()
                .start()
                .await
                .unwrap();
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = faults.crashed() => {}
            }
            self.crashes.fetch_add(1, Ordering::Relaxed);
            drop(running);
            sleep(Duration::from_millis(rng.u64(..60_000))).await;
        }
    }

    /// Publishes until every order is confirmed, and plants what is to be found.
    async fn place_orders(&self) {
        // Who places orders must live to see them confirmed.
        let plan = self.scenario.plan.with(Fault::Crash, 0.0);
        let client = Faults::logged(plan, self.faults.clone()).queue(self.recording.clone());
        if self.scenario.plant == Plant::Stuck {
            let nobody = "OrderShipped-Nobody".parse().unwrap();
            self.recording.declare(&nobody).await.unwrap();
        }
        for placed in self.scenario.placed() {
            let id = EventId::parse(&placed.order).unwrap();
            let event = Event::of(&placed).unwrap().with_id(id);
            while client.publish(std::slice::from_ref(&event)).await.is_err() {
                sleep(Duration::from_secs(1)).await;
            }
        }
        self.plant().await;
    }

    async fn plant(&self) {
        let order = self.scenario.placed().find(|placed| !placed.poison);
        let order = order.map(|placed| placed.order).unwrap_or_default();
        match self.scenario.plant {
            Plant::Nothing | Plant::Stuck => {}
            Plant::Duplicate => {
                let counter = self.stores.counter().unwrap();
                counter.add(&format!("shipped/{order}"), 1).await.unwrap();
            }
            Plant::Loss | Plant::DeadLetter => {
                // The orders were published without a pause, so no hive has taken them yet.
                let queue = "OrderPlaced-Audit".parse().unwrap();
                let lease = self
                    .broker
                    .receive_one(&queue, Duration::from_mins(1))
                    .await;
                let lease = lease.unwrap().unwrap();
                if self.scenario.plant == Plant::Loss {
                    lease.commit().await.unwrap();
                } else {
                    lease.dead_letter(&crate::verdict::planted()).await.unwrap();
                }
            }
        }
    }

    /// In order of the names: looking at a queue wakes whom its clock concerns.
    fn is_idle(&self) -> bool {
        let mut census = Census::default();
        for name in self.recording.journal().declared() {
            if let Ok(of_queue) = self.broker.census_of(&name) {
                census += of_queue;
            }
        }
        census.is_idle()
    }
}
