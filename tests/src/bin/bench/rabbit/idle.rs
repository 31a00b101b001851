//! What subscriptions cost that have nothing to do, in a process that holds nothing else.

use std::process::Command;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::{EventQueue as _, QueueName};
use beehive_core::{Event, Hive};
use beehive_rabbit::QueueType;
use clap::{Args, ValueEnum};
use lapin::options::BasicQosOptions;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::broker::Broker;
use super::measure::Bench;
use super::ours::{connect, on_broker};
use super::queues::{Queues, connect as connect_bare};
use crate::Result;
use crate::machine::resident_bytes;
use crate::report::{Report, count};

const SUBSCRIPTIONS: u64 = 1_000;

/// Longer than any consumer may hear nothing before it is replaced, so that what this costs is in it.
const WATCHED: Duration = Duration::from_secs(80);

/// What another process measures.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[arg(value_enum)]
    probe: Probe,
    url: String,
}

/// Who subscribes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Probe {
    /// A hive.
    Ours,
    /// The driver, with a channel for each.
    Bare,
}

struct Sleeper;

#[async_trait]
impl ProcessorActor for Sleeper {
    async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

/// Measures, and prints one line of JSON.
pub(crate) fn probe(options: &Options) -> Result<()> {
    let broker = Broker::of_another(&options.url)?;
    let runtime = super::runtime()?;
    let found = match options.probe {
        Probe::Ours => runtime.block_on(ours(&broker)),
        Probe::Bare => runtime.block_on(bare(&broker)),
    }?;
    println!("{found}");
    Ok(())
}

/// Has it measured by other processes, and adds it to the report.
pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let ours = Probe::Ours.take(bench.broker.url())?;
    let bare = Probe::Bare.take(bench.broker.url())?;
    for (name, unit, target) in [
        ("cpu_percent", "% of a core", "1 (0.2)"),
        ("bytes_per_subscription", "bytes", "20480 (8192)"),
        ("wake_ups_per_second", "of any thread, for all together", ""),
        ("broker_cpu_percent", "% of a core", ""),
    ] {
        let number = |found: &Value| found[name].as_f64().unwrap_or(f64::NAN);
        report.put(&format!("idle_1000_{name}"), number(&ours), unit, target);
        report.put(&format!("idle_1000_bare_{name}"), number(&bare), unit, "");
    }
    Ok(())
}

impl Probe {
    fn take(self, url: &str) -> Result<Value> {
        let value = self.to_possible_value();
        let name = value.as_ref().map_or("", |value| value.get_name());
        let output = Command::new(std::env::current_exe()?)
            .args(["rabbit-probe", name, url])
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        if !output.status.success() {
            return Err(format!("the idle probe `{name}` failed: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }
}

/// A hive of actors without an event.
async fn ours(broker: &Broker) -> Result<Value> {
    let queue = connect(broker, QueueType::Classic).await?;
    for number in 0..SUBSCRIPTIONS {
        queue.declare(&name(number)?).await?;
    }
    queue.close().await;
    let before = resident_bytes()?;
    let mut builder = Hive::builder("bench").queue(connect(broker, QueueType::Classic).await?);
    for number in 0..SUBSCRIPTIONS {
        let actor = ActorDescriptor::of(format!("Sleeper{number}"), name(number)?, Sleeper);
        builder = builder.entry(topic(number)).register(actor);
    }
    let running = builder.build()?.start().await?;
    let found = watch(broker, before).await?;
    running.drain().await;
    let queue = connect(broker, QueueType::Classic).await?;
    for number in 0..SUBSCRIPTIONS {
        queue.delete(&name(number)?).await?;
    }
    queue.close().await;
    Ok(found)
}

/// The driver's own consumers, each on a channel of its own.
async fn bare(broker: &Broker) -> Result<Value> {
    let queues = Queues::make(broker.url(), QueueType::Classic, names()?).await?;
    let before = resident_bytes()?;
    let connection = connect_bare(broker.url()).await?;
    let mut consumers = Vec::new();
    for name in names()? {
        let channel = connection.create_channel().await?;
        channel.basic_qos(1, BasicQosOptions::default()).await?;
        let consume = channel.basic_consume(
            name.into(),
            "idle".into(),
            lapin::options::BasicConsumeOptions::default(),
            lapin::types::FieldTable::default(),
        );
        consumers.push((consume.await?, channel));
    }
    let found = watch(broker, before).await?;
    connection.close(200, "done".into()).await?;
    queues.remove().await?;
    Ok(found)
}

async fn watch(broker: &Broker, before: u64) -> Result<Value> {
    sleep(Duration::from_secs(1)).await;
    let bytes = (count(resident_bytes()?) - count(before)) / count(SUBSCRIPTIONS);
    let usage = broker.usage()?;
    sleep(WATCHED).await;
    let used = usage.until_now()?;
    let percent = |time: Duration| 100.0 * time.as_secs_f64() / used.elapsed.as_secs_f64();
    Ok(json!({
        "cpu_percent": percent(used.own),
        "broker_cpu_percent": percent(used.companion),
        "bytes_per_subscription": bytes,
        "wake_ups_per_second": count(used.wake_ups) / used.elapsed.as_secs_f64(),
    }))
}

fn names() -> Result<Vec<String>> {
    (0..SUBSCRIPTIONS)
        .map(|number| Ok(on_broker(&name(number)?)))
        .collect()
}

fn topic(number: u64) -> String {
    format!("Idle{number}")
}

fn name(number: u64) -> Result<QueueName> {
    Ok(format!("{}-Sleeper", topic(number)).parse()?)
}
