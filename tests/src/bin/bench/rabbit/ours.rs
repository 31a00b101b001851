//! The hop as an actor of a hive, through the public interface alone.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::{EventQueue, QueueName};
use beehive_core::{Event, Hive};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::broker::Broker;
use super::hop::Hop;
use super::order::Order;
use super::queues::Queues;
use crate::Result;
use crate::machine::{Usage, Used};

/// Where events come from, and where those go that follow.
pub(super) const TOPICS: [&str; 2] = ["Placed", "Priced"];

/// How many events are published together.
const BATCH: u64 = 256;

/// How many events are there, and when the first and the last came.
#[derive(Debug)]
struct Finish {
    broker: Arc<Broker>,
    events: u64,
    arrived: Mutex<Arrived>,
    last: Notify,
}

#[derive(Debug, Default)]
struct Arrived {
    count: u64,
    first: Option<Usage>,
}

impl Finish {
    fn arrive(&self) -> Result<()> {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        if arrived.first.is_none() {
            arrived.first = Some(self.broker.usage()?);
        }
        arrived.count += 1;
        if arrived.count == self.events {
            self.last.notify_one();
        }
        Ok(())
    }

    fn first(&self) -> Result<Usage> {
        let arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(arrived.first.ok_or("no event came")?)
    }
}

struct Stage {
    follow_ups: u16,
    finish: Arc<Finish>,
}

#[async_trait]
impl ProcessorActor for Stage {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        self.finish.arrive().map_err(ActorError::terminal)?;
        let order: Order = event.body()?;
        let order = order.processed();
        let follow_ups = (0..self.follow_ups).map(|_| Event::json(TOPICS[1], &order));
        Ok(follow_ups.collect::<Result<_, _>>()?)
    }
}

/// One run.
pub(super) async fn run(broker: &Arc<Broker>, hop: Hop) -> Result<Used> {
    let (source, target) = names()?;
    let queue = Arc::new(connect(broker, hop.queue_type).await?);
    for name in [&source, &target] {
        queue.declare(name).await?;
    }
    let names = [&source, &target].map(on_broker);
    let queues = Queues::called(broker.url(), names.into()).await?;
    fill(&*queue, hop).await?;
    let finish = Arc::new(Finish {
        broker: Arc::clone(broker),
        events: hop.events,
        arrived: Mutex::default(),
        last: Notify::new(),
    });
    let stage = Stage {
        follow_ups: hop.follow_ups,
        finish: Arc::clone(&finish),
    };
    let in_flight = NonZeroUsize::new(hop.in_flight.into()).ok_or("nothing is in flight")?;
    let emits = (hop.follow_ups > 0).then_some(TOPICS[1]);
    let actor = ActorDescriptor::of("Stage", source.clone(), stage)
        .with_parallelism(in_flight)
        .with_emits(emits);
    let hive = Hive::builder("bench")
        .shared_queue(Arc::clone(&queue) as Arc<dyn EventQueue>)
        .entry(TOPICS[0])
        .register(actor)
        .build()?;
    let running = hive.start().await?;
    finish.last.notified().await;
    // It was processed; what follows from it is under way.
    while running.statistics().processed < hop.events {
        sleep(Duration::from_micros(200)).await;
    }
    let used = finish.first()?.until_now()?;
    let statistics = running.drain().await.statistics;
    if statistics.processed != hop.events || statistics.redelivered > 0 {
        return Err(format!("not every event was committed once: {statistics:?}").into());
    }
    queues.account(hop).await?;
    queues.remove().await?;
    queue.delete_declared().await?;
    queue.close().await;
    Ok(used)
}

/// A connection with a namespace of this process alone.
pub(super) async fn connect(broker: &Broker, queue_type: QueueType) -> Result<RabbitQueue> {
    let config = RabbitConfig::from_url(broker.url())?
        .with_namespace(namespace().parse()?)
        .with_queue_type(queue_type);
    Ok(RabbitQueue::connect(config).await?)
}

/// What a queue of ours is called on the broker.
pub(super) fn on_broker(name: &QueueName) -> String {
    format!("{}.{name}", namespace())
}

fn namespace() -> String {
    format!("bench{}", std::process::id())
}

/// The queue of the actor, and the one in which what follows is collected.
fn names() -> Result<(QueueName, QueueName)> {
    let [source, target] = TOPICS;
    Ok((
        format!("{source}-Stage").parse()?,
        format!("{target}-Next").parse()?,
    ))
}

async fn fill(queue: &dyn EventQueue, hop: Hop) -> Result<()> {
    let mut number = 0;
    while number < hop.events {
        let batch = number..hop.events.min(number + BATCH);
        number = batch.end;
        let events: Result<Vec<_>> = batch
            .map(|number| Ok(Event::json(TOPICS[0], &Order::new(number, hop.body)?)?))
            .collect();
        queue.publish(&events?).await?;
    }
    Ok(())
}
