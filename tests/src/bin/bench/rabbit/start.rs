//! How long a hive of many actors takes until all of them work, when its topology is there.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::{EventQueue as _, QueueName};
use beehive_core::{Event, Hive};
use beehive_rabbit::QueueType;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::broker::Broker;
use super::measure::Bench;
use super::order::Order;
use super::ours::connect;
use crate::Result;
use crate::pairs::Spread;
use crate::report::Report;

/// How many actors there are, each with a topic of its own.
const ACTORS: u32 = 100;

struct Worker(Arc<Semaphore>);

#[async_trait]
impl ProcessorActor for Worker {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let _order: Order = event.body()?;
        self.0.add_permits(1);
        Ok(Vec::new())
    }
}

/// Measures it, and adds it to the report.
pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut seconds = Vec::new();
    for _ in 0..=bench.rounds {
        seconds.push(bench.runtime.block_on(run(&bench.broker))?);
    }
    bench.runtime.block_on(clean(&bench.broker))?;
    // The first one made the topology.
    let spread = Spread::of(seconds.into_iter().skip(1));
    report.put_spread("start_100_actors_seconds", spread);
    report.row([
        "start 100 actors: until each has processed an event".into(),
        format!("{:.3}", spread.median),
        format!("seconds; {:.3} to {:.3}", spread.low, spread.high),
        "1 (0.3)".into(),
    ]);
    Ok(())
}

/// From connecting until every actor has processed an event that waited for it.
async fn run(broker: &Broker) -> Result<f64> {
    let waiting = connect(broker, QueueType::Quorum).await?;
    let mut events = Vec::new();
    for number in 0..ACTORS {
        waiting.declare(&name(number)?).await?;
        let order = Order::new(number.into(), 256)?;
        events.push(Event::json(topic(number), &order)?);
    }
    waiting.publish(&events).await?;
    waiting.close().await;
    let done = Arc::new(Semaphore::new(0));
    let before = Instant::now();
    let mut builder = Hive::builder("bench").queue(connect(broker, QueueType::Quorum).await?);
    for number in 0..ACTORS {
        let worker = Worker(Arc::clone(&done));
        let actor = ActorDescriptor::of(format!("Worker{number}"), name(number)?, worker);
        builder = builder.entry(topic(number)).register(actor);
    }
    let running = builder.build()?.start().await?;
    done.acquire_many(ACTORS).await?.forget();
    let seconds = before.elapsed().as_secs_f64();
    let statistics = running.drain().await.statistics;
    if statistics.processed != u64::from(ACTORS) {
        return Err(format!("not every event was committed once: {statistics:?}").into());
    }
    Ok(seconds)
}

async fn clean(broker: &Broker) -> Result<()> {
    let queue = connect(broker, QueueType::Quorum).await?;
    for number in 0..ACTORS {
        queue.delete(&name(number)?).await?;
    }
    queue.close().await;
    Ok(())
}

fn topic(number: u32) -> String {
    format!("Started{number}")
}

fn name(number: u32) -> Result<QueueName> {
    Ok(format!("{}-Worker", topic(number)).parse()?)
}
