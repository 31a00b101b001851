//! What subscriptions cost that have nothing to do.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::{Event, Hive};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::probe::{Probe, number};
use crate::Result;
use crate::machine::{Usage, resident_bytes, wake_ups};
use crate::report::{Report, count};

const SUBSCRIPTIONS: u64 = 1_000;

/// Longer than a poll waits, so that what each poll costs is in it.
const WATCHED: Duration = Duration::from_secs(22);

struct Sleeper;

#[async_trait]
impl ProcessorActor for Sleeper {
    async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

/// Reports what they cost.
pub(super) fn report(report: &mut Report) -> Result<()> {
    let found = Probe::Idle.take()?;
    for (key, unit, target) in [
        ("idle_1000_cpu_percent", "% of a core", "1 (0.2)"),
        ("idle_1000_bytes_per_subscription", "bytes", "20480 (8192)"),
        (
            "idle_1000_wake_ups_per_second",
            "of any thread, for all together",
            "",
        ),
    ] {
        report.put(key, number(&found, key), unit, target);
    }
    Ok(())
}

/// A hive of actors without an event.
pub(super) async fn probe() -> Result<Value> {
    let before = resident_bytes()?;
    let mut builder = Hive::builder("bench").queue(MemoryQueue::default());
    for number in 0..SUBSCRIPTIONS {
        let topic = format!("Topic{number}");
        let queue = format!("{topic}-Sleeper").parse()?;
        builder = builder.entry(topic).register(ActorDescriptor::of(
            format!("Sleeper{number}"),
            queue,
            Sleeper,
        ));
    }
    let running = builder.build()?.start().await?;
    sleep(Duration::from_secs(1)).await;
    let bytes = (count(resident_bytes()?) - count(before)) / count(SUBSCRIPTIONS);
    let (usage, woken) = (Usage::now()?, wake_ups()?);
    sleep(WATCHED).await;
    let used = usage.until_now()?;
    let wake_ups = count(wake_ups()? - woken) / used.elapsed.as_secs_f64();
    running.drain().await;
    Ok(json!({
        "idle_1000_cpu_percent": 100.0 * used.own.as_secs_f64() / used.elapsed.as_secs_f64(),
        "idle_1000_bytes_per_subscription": bytes,
        "idle_1000_wake_ups_per_second": wake_ups,
    }))
}
