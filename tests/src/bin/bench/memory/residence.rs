//! How much memory events take.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::EventQueue;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::{Event, Hive};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::finish::{BATCH, WINDOW};
use super::order::Order;
use super::probe::{Probe, number};
use crate::Result;
use crate::machine::resident_bytes;
use crate::report::{Report, count};

/// How many events wait, or go through.
const MANY: u64 = 1_000_000;

/// How many events are worked on at one time.
const IN_FLIGHT: u64 = 20_000;

/// Reports what an event takes that waits.
pub(super) fn waiting(report: &mut Report) -> Result<()> {
    let found = Probe::Waiting.take()?;
    let key = "memory_waiting_bytes_per_event";
    report.put(
        key,
        number(&found, key),
        "bytes beside the body",
        "512 (256)",
    );
    Ok(())
}

/// Reports what an event takes that is worked on.
pub(super) fn in_flight(report: &mut Report) -> Result<()> {
    let found = Probe::InFlight.take()?;
    let key = "memory_in_flight_bytes_per_event";
    report.put(
        key,
        number(&found, key),
        "bytes beside the body, its worker included",
        "",
    );
    Ok(())
}

/// Reports what is left of events that are gone.
pub(super) fn flat(report: &mut Report) -> Result<()> {
    let found = Probe::Flat.take()?;
    for key in [
        "memory_flat_growth_bytes_per_event",
        "memory_flat_resident_mib",
    ] {
        report.put(key, number(&found, key), "after 1,000,000 events", "0");
    }
    Ok(())
}

/// A million events in a queue that nobody reads.
pub(super) async fn probe_waiting() -> Result<Value> {
    let queue = MemoryQueue::default();
    queue.declare(&"Placed-Reader".parse()?).await?;
    publish(&queue, BATCH).await?;
    let before = resident_bytes()?;
    publish(&queue, MANY - BATCH).await?;
    let per_event = per_event(before, MANY - BATCH)? - body_length()?;
    Ok(json!({ "memory_waiting_bytes_per_event": per_event }))
}

/// Keeps its event until the hive stops.
struct Holder {
    taken: Arc<Semaphore>,
    never: Semaphore,
}

#[async_trait]
impl ProcessorActor for Holder {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let _order: Order = event.body()?;
        self.taken.add_permits(1);
        let _permit = self.never.acquire().await;
        Ok(Vec::new())
    }
}

/// Many events, each held by a worker of its own.
pub(super) async fn probe_in_flight() -> Result<Value> {
    let queue = MemoryQueue::default();
    let taken = Arc::new(Semaphore::new(0));
    let actor = Holder {
        taken: Arc::clone(&taken),
        never: Semaphore::new(0),
    };
    let parallelism = NonZeroUsize::new(usize::try_from(IN_FLIGHT)?).ok_or("no parallelism")?;
    let descriptor = ActorDescriptor::of("Holder", "Placed-Holder".parse()?, actor)
        .with_parallelism(parallelism);
    let running = Hive::builder("bench")
        .queue(queue.clone())
        .entry("Placed")
        .grace(Duration::ZERO)
        .register(descriptor)
        .build()?
        .start()
        .await?;
    publish(&queue, BATCH).await?;
    taken.acquire_many(u32::try_from(BATCH)?).await?.forget();
    let before = resident_bytes()?;
    let rest = IN_FLIGHT - BATCH;
    publish(&queue, rest).await?;
    taken.acquire_many(u32::try_from(rest)?).await?.forget();
    let per_event = per_event(before, rest)? - body_length()?;
    drop(running);
    Ok(json!({ "memory_in_flight_bytes_per_event": per_event }))
}

/// Takes events and forgets them.
struct Eater(Arc<Semaphore>);

#[async_trait]
impl ProcessorActor for Eater {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let _order: Order = event.body()?;
        self.0.add_permits(1);
        Ok(Vec::new())
    }
}

/// A million events that come and go.
pub(super) async fn probe_flat() -> Result<Value> {
    let queue = MemoryQueue::default();
    let eaten = Arc::new(Semaphore::new(0));
    let actor = Eater(Arc::clone(&eaten));
    let running = Hive::builder("bench")
        .queue(queue.clone())
        .entry("Placed")
        .register(ActorDescriptor::of("Eater", "Placed-Eater".parse()?, actor))
        .build()?
        .start()
        .await?;
    let mut before = 0;
    for part in 1..=MANY / WINDOW {
        publish(&queue, WINDOW).await?;
        eaten.acquire_many(u32::try_from(WINDOW)?).await?.forget();
        // By then everything has been as full as it gets.
        if part == 100 {
            before = resident_bytes()?;
        }
    }
    let after = resident_bytes()?;
    running.drain().await;
    let growth = (count(after) - count(before)) / count(MANY);
    Ok(json!({
        "memory_flat_growth_bytes_per_event": growth,
        "memory_flat_resident_mib": count(after) / f64::from(1 << 20),
    }))
}

async fn publish(queue: &MemoryQueue, events: u64) -> Result<()> {
    let mut number = 0;
    while number < events {
        let batch = number..events.min(number + BATCH);
        number = batch.end;
        let batch: Result<Vec<_>> = batch
            .map(|number| Order::new(number).event("Placed"))
            .collect();
        queue.publish(&batch?).await?;
    }
    Ok(())
}

fn per_event(before: u64, events: u64) -> Result<f64> {
    Ok((count(resident_bytes()?) - count(before)) / count(events))
}

fn body_length() -> Result<f64> {
    let length = Order::new(MANY / 2).event("Placed")?.data().len();
    Ok(count(u64::try_from(length)?))
}
