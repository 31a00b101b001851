//! The hop as an actor of a hive, through the public interface alone.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_aws::ProvisioningMode;
use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::{EventQueue, QueueName};
use beehive_core::{Event, Hive};
use beehive_tests::trials::namespace;
use tokio::time::sleep;

use super::finish::Finish;
use super::places::Places;
use super::{BODY, Hop, TOPICS};
use crate::Result;
use crate::aws::cloud::{Cloud, Taken};
use crate::rabbit::order::Order;

/// How many events are published together.
const BATCH: u64 = 100;

struct Stage(Arc<Finish>);

#[async_trait]
impl ProcessorActor for Stage {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        self.0.arrive(1).map_err(ActorError::terminal)?;
        let order: Order = event.body()?;
        Ok(vec![Event::json(TOPICS[1], &order.processed())?])
    }
}

/// One run.
pub(super) async fn run(cloud: &Arc<Cloud>, hop: Hop) -> Result<Taken> {
    let [source, target] = TOPICS;
    let from: QueueName = format!("{source}-Stage").parse()?;
    let to: QueueName = format!("{target}-Next").parse()?;
    let namespace = namespace();
    let options = SqsOptions::new(&*namespace).with_provisioning(ProvisioningMode::Create);
    let queue = Arc::new(SqsQueue::open(&cloud.ours, &options).await?);
    for name in [&from, &to] {
        queue.declare(name).await?;
    }
    let places = Places::called(
        cloud,
        [&from, &to].map(|name| format!("{namespace}-{name}")),
    )
    .await?;
    fill(&*queue, hop).await?;
    places.are_filled(hop).await?;
    let finish = Arc::new(Finish::new(cloud, hop.events));
    let in_flight = NonZeroUsize::new(hop.in_flight.into()).ok_or("nothing is in flight")?;
    let actor = ActorDescriptor::of("Stage", from, Stage(Arc::clone(&finish)))
        .with_parallelism(in_flight)
        .with_emits(Some(target));
    let hive = Hive::builder("bench")
        .shared_queue(Arc::clone(&queue) as Arc<dyn EventQueue>)
        .entry(source)
        .register(actor)
        .build()?;
    cloud.count();
    let running = hive.start().await?;
    finish.all_came().await;
    // The last came; what follows from it is under way.
    while running.statistics().processed < hop.events {
        sleep(Duration::from_millis(1)).await;
    }
    let taken = finish.taken()?;
    let statistics = running.drain().await.statistics;
    if statistics.processed != hop.events || statistics.redelivered > 0 {
        return Err(format!("not every event was committed once: {statistics:?}").into());
    }
    places.account(hop).await?;
    for topic in TOPICS {
        queue.delete(&QueueName::of_topic(topic)?).await?;
    }
    Ok(taken)
}

async fn fill(queue: &dyn EventQueue, hop: Hop) -> Result<()> {
    let mut number = 0;
    while number < hop.events {
        let batch = number..hop.events.min(number + BATCH);
        number = batch.end;
        let events: Result<Vec<_>> = batch
            .map(|number| Ok(Event::json(TOPICS[0], &Order::new(number, BODY)?)?))
            .collect();
        queue.publish(&events?).await?;
    }
    Ok(())
}
