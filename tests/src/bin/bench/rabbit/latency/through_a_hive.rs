//! Two actors of a hive, one after the other.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::{EventQueue, QueueName};
use beehive_core::{Event, Hive};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::times::{Run, Times, ticks};
use crate::Result;
use crate::rabbit::broker::Broker;
use crate::rabbit::hop::Hop;
use crate::rabbit::order::Order;
use crate::rabbit::ours::{TOPICS, connect, on_broker};
use crate::rabbit::queues::Queues;

struct First;

#[async_trait]
impl ProcessorActor for First {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let order: Order = event.body()?;
        Ok(vec![Event::json(TOPICS[1], &order.processed())?])
    }
}

struct Second(Times);

#[async_trait]
impl ProcessorActor for Second {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let order: Order = event.body()?;
        self.0.arrived(order.number);
        Ok(Vec::new())
    }
}

/// One run.
pub(super) async fn run(broker: &Broker, hop: Hop) -> Result<Run> {
    let [placed, priced] = TOPICS;
    let first: QueueName = format!("{placed}-First").parse()?;
    let second: QueueName = format!("{priced}-Second").parse()?;
    let queue = Arc::new(connect(broker, hop.queue_type).await?);
    let times = Times::new(hop.events)?;
    let in_flight = NonZeroUsize::new(hop.in_flight.into()).ok_or("nothing is in flight")?;
    let hive = Hive::builder("bench")
        .shared_queue(Arc::clone(&queue) as Arc<dyn EventQueue>)
        .entry(placed)
        .register(
            ActorDescriptor::of("First", first.clone(), First)
                .with_parallelism(in_flight)
                .with_emits([priced]),
        )
        .register(
            ActorDescriptor::of("Second", second.clone(), Second(times.clone()))
                .with_parallelism(in_flight),
        )
        .build()?;
    let running = hive.start().await?;
    let names = [&first, &second].map(on_broker);
    let queues = Queues::called(broker.url(), names.into()).await?;
    let before = broker.usage()?;
    let mut published = JoinSet::new();
    let mut ticks = ticks();
    for number in 0..hop.events {
        ticks.tick().await;
        let event = Event::json(placed, &Order::new(number, hop.body)?)?;
        let publisher = running.publisher();
        times.published(number);
        published.spawn(async move { publisher.publish(event).await });
        while let Some(done) = published.try_join_next() {
            done??;
        }
    }
    while let Some(done) = published.join_next().await {
        done??;
    }
    while running.statistics().processed < 2 * hop.events {
        sleep(Duration::from_millis(1)).await;
    }
    let used = before.until_now()?;
    running.drain().await;
    queues
        .account(Hop {
            follow_ups: 0,
            ..hop
        })
        .await?;
    queues.remove().await?;
    queue.delete_declared().await?;
    queue.close().await;
    Ok(Run {
        latencies: times.latencies()?,
        used,
    })
}
