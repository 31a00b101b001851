//! One run, from the first order until nothing is left or time is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use beehive_core::page::PageRequest;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{
    DeadLetterReason, DeadLetterRecord, DeadLetters as _, EventQueue as _, EventQueueExt as _,
    QueueName,
};
use beehive_core::store::Stores;
use beehive_core::testing::{Fault, FaultLog, Faults};
use beehive_core::{BoxError, Timestamp};
use tokio::time::sleep;

use super::record::Seen;
use super::scenario::{Plant, Scenario};
use super::trace::{Keeping, Who};
use super::workflow::Kind;
use super::world::World;

/// The world after a run.
#[derive(Debug)]
pub(super) struct Aftermath {
    pub(super) scenario: Scenario,
    pub(super) broker: MemoryQueue,
    pub(super) stores: Stores,
    pub(super) seen: Seen,
    pub(super) faults: FaultLog,
    pub(super) crashes: u32,
    pub(super) restarts: u32,
    /// Events that the older version could not read, and that came again for the newer one.
    pub(super) redriven: u32,
    /// In the time of the world.
    pub(super) elapsed: Duration,
    pub(super) is_idle: bool,
}

/// Runs a scenario in a world of its own. Nothing in it depends on anything but the scenario.
///
/// # Errors
/// If a hive could not be put together or started, or something of the world failed that cannot.
pub(super) fn run(scenario: &Scenario, keeping: Keeping) -> Result<Aftermath, BoxError> {
    // The framework draws its jitter from the generator of the thread, and all is one thread here.
    fastrand::seed(scenario.seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    runtime.block_on(simulate(scenario.clone(), keeping))
}

async fn simulate(scenario: Scenario, keeping: Keeping) -> Result<Aftermath, BoxError> {
    let world = Arc::new(World::new(scenario, keeping).await?);
    world.declare().await?;
    let hives: Vec<_> = (0..world.scenario.hives)
        .map(|hive| tokio::spawn(Arc::clone(&world).keep_running(hive)))
        .collect();
    world.place_orders().await?;
    let (is_idle, redriven) = world.wait().await?;
    let elapsed = world.logbook.elapsed();
    world.over.cancel();
    for hive in hives {
        hive.await??;
    }
    for (fault, count) in world.faults.counts() {
        world
            .logbook
            .note(Who::Operator, format_args!("counts {count} of {fault}"));
    }
    Ok(Aftermath {
        seen: world.logbook.close(),
        scenario: world.scenario.clone(),
        broker: world.broker.clone(),
        stores: world.shelves.stores(),
        faults: world.faults.clone(),
        crashes: world.crashes.load(Ordering::Relaxed),
        restarts: world.restarts.load(Ordering::Relaxed),
        redriven,
        elapsed,
        is_idle,
    })
}

impl World {
    /// Publishes until every order is confirmed, and plants what is to be found.
    async fn place_orders(&self) -> Result<(), BoxError> {
        // Who places orders must live to see them confirmed.
        let plan = self.scenario.plan.with(Fault::Crash, 0.0);
        let faults = Faults::logged(plan, self.faults.clone());
        let client = faults.queue(self.queue(Who::Client));
        if self.scenario.plant == Plant::Stuck {
            let nobody = "OrderShipped-Nobody".parse()?;
            self.queue(Who::Operator).declare(&nobody).await?;
        }
        for placed in self.scenario.placed() {
            let event = placed.event()?;
            while client.publish(std::slice::from_ref(&event)).await.is_err() {
                sleep(Duration::from_secs(1)).await;
            }
        }
        self.plant().await
    }

    async fn plant(&self) -> Result<(), BoxError> {
        let order = self.scenario.placed().find(|it| it.kind.is_shipped());
        let order = order.map(|placed| placed.order).unwrap_or_default();
        match self.scenario.plant {
            Plant::Nothing | Plant::Stuck => {}
            Plant::Duplicate => {
                let counter = self.shelves.stores().counter()?;
                counter.add(&format!("shipped/{order}"), 1).await?;
            }
            Plant::Loss | Plant::DeadLetter => {
                // The orders were published without a pause, so no hive has taken them yet.
                let queue = "OrderPlaced-Audit".parse()?;
                let lease = self.broker.receive_one(&queue, Duration::from_mins(1));
                let lease = lease
                    .await?
                    .ok_or("there is nothing to plant anything in")?;
                if self.scenario.plant == Plant::Loss {
                    lease.commit().await?;
                } else {
                    lease.dead_letter(&planted()).await?;
                }
            }
        }
        Ok(())
    }

    /// Waits until nothing is left to do, and says whether it came to that, and how many events were
    /// redriven for it.
    async fn wait(&self) -> Result<(bool, u32), BoxError> {
        let newer_from = self.newer_from();
        let mut redriven = 0;
        while self.logbook.elapsed() < self.scenario.limit {
            if self.is_idle() && self.logbook.elapsed() >= newer_from {
                let again = self.redrive().await?;
                if again == 0 {
                    return Ok((true, redriven));
                }
                redriven += again;
            }
            sleep(Duration::from_secs(1)).await;
        }
        Ok((self.is_idle(), redriven))
    }

    /// Redrives what the older version could not read, as an operator does after an upgrade.
    async fn redrive(&self) -> Result<u32, BoxError> {
        let vouchers: Vec<_> = self
            .scenario
            .placed()
            .filter(|placed| placed.kind == Kind::Voucher)
            .map(|placed| placed.order)
            .collect();
        let mut redriven = 0;
        let queues: [QueueName; 2] = ["OrderPlaced-Audit".parse()?, "OrderPlaced-Scatter".parse()?];
        for name in queues {
            let letters = self.broker.list(&name, &PageRequest::default()).await?;
            for letter in letters.items {
                let id = letter.event.id();
                let is_voucher = vouchers.contains(&id.to_string());
                if is_voucher && letter.record.reason == DeadLetterReason::Undecodable {
                    self.logbook
                        .note(Who::Operator, format_args!("redrives {id} in {name}"));
                    self.broker.redrive(&name, id).await?;
                    redriven += 1;
                }
            }
        }
        Ok(redriven)
    }
}

/// The record of a dead letter that is planted.
fn planted() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["planted".into()],
        attempts: 1,
        actor: "nobody".into(),
        host: "nowhere".into(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}
