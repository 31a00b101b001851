//! How long an event takes from being published to its actor, at a moderate rate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::{Event, Hive};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::order::Order;
use crate::Result;
use crate::report::{Report, count};

/// How many events, one a millisecond.
const EVENTS: u64 = 3_000;

/// The times at which events were published and taken.
#[derive(Clone, Debug)]
struct Times(Arc<Mutex<Vec<(Instant, Instant)>>>);

impl Times {
    fn new() -> Self {
        let now = Instant::now();
        let length = usize::try_from(EVENTS).unwrap_or_default();
        Self(Arc::new(Mutex::new(vec![(now, now); length])))
    }

    fn published(&self, number: u64) {
        self.change(number, |time| time.0 = Instant::now());
    }

    fn taken(&self, number: u64) {
        self.change(number, |time| time.1 = Instant::now());
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut (Instant, Instant))) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(number).ok();
        if let Some(time) = place.and_then(|place| times.get_mut(place)) {
            change(time);
        }
    }

    /// The latency that so many per cent of the events do not exceed, in microseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latencies: Vec<_> = times
            .iter()
            .map(|(published, taken)| taken.saturating_duration_since(*published))
            .collect();
        latencies.sort_unstable();
        let place = latencies.len() * percent / 100;
        latencies
            .get(place)
            .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e6)
    }
}

struct Reader(Times);

#[async_trait]
impl ProcessorActor for Reader {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let order: Order = event.body()?;
        self.0.taken(order.number);
        Ok(Vec::new())
    }
}

/// Measures both and adds them to the report.
pub(super) fn compare(runtime: &Runtime, report: &mut Report) -> Result<()> {
    let ours = runtime.block_on(ours())?;
    let bare = runtime.block_on(bare())?;
    for percent in [50, 99] {
        let key = format!("memory_latency_p{percent}_us");
        let at = format!("at {} per second", count(EVENTS) / 3.0);
        report.put(&key, ours.percentile(percent), &at, "");
        let key = format!("memory_latency_bare_p{percent}_us");
        report.put(&key, bare.percentile(percent), &at, "");
    }
    Ok(())
}

async fn ours() -> Result<Times> {
    let times = Times::new();
    let actor = ActorDescriptor::of("Reader", "Placed-Reader".parse()?, Reader(times.clone()));
    let hive = Hive::builder("bench")
        .queue(MemoryQueue::default())
        .entry("Placed")
        .register(actor)
        .build()?;
    let publisher = hive.publisher();
    let running = hive.start().await?;
    let published = times.clone();
    tokio::spawn(async move {
        let mut ticks = ticks();
        for number in 0..EVENTS {
            ticks.tick().await;
            let order = Order::new(number);
            published.published(number);
            publisher.publish(order.event("Placed")?).await?;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
    .await??;
    while running.statistics().processed < EVENTS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.drain().await;
    Ok(times)
}

async fn bare() -> Result<Times> {
    let times = Times::new();
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(1024);
    let taken = times.clone();
    let reader = tokio::spawn(async move {
        while let Some(data) = receiver.recv().await {
            taken.taken(serde_json::from_slice::<Order>(&data)?.number);
        }
        Ok::<_, serde_json::Error>(())
    });
    let published = times.clone();
    tokio::spawn(async move {
        let mut ticks = ticks();
        for number in 0..EVENTS {
            ticks.tick().await;
            let order = Order::new(number);
            published.published(number);
            sender.send(serde_json::to_vec(&order)?).await?;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
    .await??;
    reader.await??;
    Ok(times)
}

fn ticks() -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
