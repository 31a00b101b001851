//! One topic, three subscriptions: each decodes the same body.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::{Event, Hive};
use bytes::Bytes;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::finish::{BATCH, Finish, WINDOW, check};
use super::order::Order;
use crate::Result;
use crate::machine::{Usage, Used};

/// How many subscribe.
const SUBSCRIPTIONS: usize = 3;

/// Decodes the order and counts it.
struct Reader(Arc<Finish>);

#[async_trait]
impl ProcessorActor for Reader {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let order: Order = event.body()?;
        self.0.arrive(order.number);
        Ok(Vec::new())
    }
}

/// One run through a hive.
pub(super) fn run_ours(runtime: &Runtime, events: u64) -> Result<Used> {
    runtime.block_on(async {
        let copies = u64::try_from(SUBSCRIPTIONS)?;
        let finish = Arc::new(Finish::new(events, copies));
        let mut builder = Hive::builder("bench")
            .queue(MemoryQueue::default())
            .entry("Placed");
        for number in 0..SUBSCRIPTIONS {
            let queue = format!("Placed-Reader{number}").parse()?;
            let actor = Reader(Arc::clone(&finish));
            builder =
                builder.register(ActorDescriptor::of(format!("Reader{number}"), queue, actor));
        }
        let hive = builder.build()?;
        let publisher = hive.publisher();
        let running = hive.start().await?;
        let before = Usage::now()?;
        let room = Arc::clone(&finish);
        let source = tokio::spawn(async move {
            let mut number = 0;
            while number < events {
                room.room().await?;
                let batch = number..events.min(number + BATCH);
                number = batch.end;
                let events: Result<Vec<_>> = batch
                    .map(|number| Order::new(number).event("Placed"))
                    .collect();
                publisher.publish_all(&events?).await?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        finish.wait().await?;
        let used = before.until_now()?;
        source.await??;
        let statistics = running.drain().await.statistics;
        if statistics.processed != copies * events || statistics.redelivered > 0 {
            return Err(format!("not every event was committed once: {statistics:?}").into());
        }
        Ok(used)
    })
}

/// One run through bare channels that share the body.
pub(super) async fn bare(events: u64) -> Result<()> {
    let mut senders = Vec::new();
    let mut readers = Vec::new();
    for _ in 0..SUBSCRIPTIONS {
        let (sender, mut receiver) = mpsc::channel::<Bytes>(WINDOW.try_into()?);
        senders.push(sender);
        readers.push(tokio::spawn(async move {
            let mut sum = 0;
            while let Some(data) = receiver.recv().await {
                sum += serde_json::from_slice::<Order>(&data)?.number;
            }
            check(sum, events, 1)
        }));
    }
    let source = tokio::spawn(async move {
        for number in 0..events {
            let data = Bytes::from(serde_json::to_vec(&Order::new(number))?);
            for sender in &senders {
                sender.send(data.clone()).await?;
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    });
    source.await??;
    for reader in readers {
        reader.await??;
    }
    Ok(())
}
