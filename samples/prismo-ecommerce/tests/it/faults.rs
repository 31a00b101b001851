//! Whole runs among faults that a seed draws: confirmations get lost, leases are cut, events come
//! twice, stores fail before or after they did what they were asked, hives die and others take over.
//!
//! `BEEHIVE_SEEDS=500` runs more seeds than the default, `BEEHIVE_SEED=4711` only that one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use beehive_core::{
    CancellationToken,
    hive::FactorySettings,
    prelude::{MemoryQueue, RetryPolicy},
    testing::{Fault, FaultLog, FaultPlan, Faults},
};
use prismo_ecommerce::{
    backend::Backend,
    domain::Seed,
    inspection::summarise,
    shop::Shop,
    simulated_hive,
    state::RunRecord,
    summary::{Summary, Traffic},
};
use tokio::time::{sleep, timeout};

use crate::run::Run;

/// Few, so that many weathers can be tried.
const ORDERS: u32 = 30;
/// Few, so that most orders have to wait for one another.
const PRODUCTS: u32 = 5;
/// Hives that compete for the events.
const HIVES: u64 = 2;
/// After so many deaths the hives stay alive, so that the run can end.
const CRASHES_MAX: u32 = 8;
/// In virtual time; longer than all delays and retries of the worst weather take together.
const LIMIT: Duration = Duration::from_hours(24);
const REPLENISH_DELAY: Duration = Duration::from_secs(1);

/// What all hives of one run share.
struct World {
    seed: u64,
    queue: MemoryQueue,
    backend: Backend,
    log: FaultLog,
    crashes: AtomicU32,
    stop: CancellationToken,
}

impl World {
    fn new(seed: u64) -> Self {
        let queue = MemoryQueue::default();
        Self {
            seed,
            backend: Backend::new(queue.clone(), beehive_core::prelude::Stores::memory()),
            queue,
            log: FaultLog::default(),
            crashes: AtomicU32::default(),
            stop: CancellationToken::new(),
        }
    }

    /// The faults of one process.
    fn faults(&self, process: u64) -> Faults {
        let mut plan = FaultPlan::seeded(self.seed)
            .with(Fault::Crash, 0.002)
            .with_seed(self.seed.wrapping_mul(1_000).wrapping_add(process));
        if self.crashes.load(Ordering::Relaxed) >= CRASHES_MAX {
            plan = plan.with(Fault::Crash, 0.0);
        }
        Faults::logged(plan, self.log.clone())
    }

    /// Runs a hive, and another in its place when it dies.
    async fn keep_running(self: Arc<Self>, number: u64) {
        // A cut lease looks like a crash, and is not the event's fault.
        let retry = RetryPolicy::default()
            .with_delayed(60)
            .with_max_delay(Duration::from_secs(60));
        let settings = FactorySettings::default()
            .with_retry(retry)
            .with_crashes_max(1_000);
        for life in 0_u64.. {
            let faults = self.faults(number * 100 + life);
            let queue = faults.queue(self.queue.clone());
            let backend = Backend::new(queue, faults.stores(&self.backend.stores));
            let hive = simulated_hive(&backend, REPLENISH_DELAY).unwrap();
            let running = hive.settings(settings).build().unwrap().start().await;
            let running = running.unwrap();
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = faults.crashed() => {}
            }
            self.crashes.fetch_add(1, Ordering::Relaxed);
            drop(running);
            sleep(Duration::from_secs(5)).await;
        }
    }

    /// Has all orders placed and processed, and sums it up.
    async fn trade(self: Arc<Self>) -> Summary {
        let products = PRODUCTS.try_into().unwrap();
        let run = RunRecord::new(Seed::new(1), ORDERS, products);
        let outside = simulated_hive(&self.backend, REPLENISH_DELAY).unwrap();
        let outside = outside.build().unwrap();
        outside.declare().await.unwrap();
        let hives: Vec<_> = (0..HIVES)
            .map(|number| tokio::spawn(Arc::clone(&self).keep_running(number)))
            .collect();
        let shop = Shop::new(run.clone(), outside.publisher(), &self.backend.stores).unwrap();
        let traded = timeout(LIMIT, shop.trade(|_| {})).await;
        self.stop.cancel();
        for hive in hives {
            hive.await.unwrap();
        }
        if let Ok(result) = traded {
            result.unwrap();
        }
        let (graph, traffic) = (outside.graph(), Traffic::default());
        summarise(&run, &self.backend, graph, traffic, Duration::ZERO)
            .await
            .unwrap()
    }
}

/// Runs a seed on a thread and a clock of its own.
fn run(seed: u64) -> (Summary, FaultLog) {
    // The framework draws its jitter from the thread's generator.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let world = Arc::new(World::new(seed));
    let log = world.log.clone();
    (runtime.block_on(world.trade()), log)
}

fn seeds() -> Vec<u64> {
    /// Unoptimised, a seed takes ten times as long.
    const DEFAULT: u64 = if cfg!(debug_assertions) { 10 } else { 100 };
    let number = |name| {
        let text = std::env::var(name).ok()?;
        let parsed = text.parse::<u64>();
        Some(parsed.unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
    };
    match (number("BEEHIVE_SEED"), number("BEEHIVE_SEEDS")) {
        (Some(seed), _) => vec![seed],
        (None, count) => (0..count.unwrap_or(DEFAULT)).collect(),
    }
}

#[test]
fn every_order_ends_right_whatever_goes_wrong() {
    let calm = {
        let run = Run {
            products: PRODUCTS,
            ..Run::of(ORDERS)
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(run.in_memory())
    };
    let seeds = seeds();
    let mut struck = 0;
    for &seed in &seeds {
        let (summary, log) = run(seed);
        let sound = summary.violations.is_empty()
            && summary.unsettled() == 0
            && summary.dead_lettered == 0
            && summary.digest == calm.digest;
        assert!(
            sound,
            "seed {seed}, {log}: {summary:?}\nrun it again: BEEHIVE_SEED={seed} cargo test -p \
             prismo-ecommerce --test it faults"
        );
        struck += Fault::ALL
            .iter()
            .map(|fault| log.count(*fault))
            .sum::<u64>();
    }
    // A run in which nothing goes wrong proves nothing.
    assert!(struck > 20 * seeds.len() as u64, "only {struck} faults");
}
