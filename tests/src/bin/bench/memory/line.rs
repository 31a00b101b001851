//! Events that go through a line of stages, each of which decodes and encodes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::store::Stores;
use beehive_core::store::memory::MemoryInbox;
use beehive_core::{Event, Hive, hive::Publisher};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::finish::{BATCH, Finish, WINDOW, check};
use super::order::Order;
use crate::Result;
use crate::machine::{Usage, Used};

/// The topics of the stages.
const TOPICS: [&str; 3] = ["Placed", "Priced", "Packed"];

/// A line of stages and the events that go through it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) stages: usize,
    pub(super) publishing: Publishing,
    pub(super) inbox: Inbox,
    pub(super) events: u64,
}

/// How the source publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Publishing {
    /// In batches.
    Batches,
    /// One event after the other.
    Single,
}

/// Whether duplicates are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inbox {
    With,
    Without,
}

/// A stage: decodes the order and passes it on, or is the last.
struct Stage {
    announces: Option<&'static str>,
    finish: Arc<Finish>,
}

#[async_trait]
impl ProcessorActor for Stage {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let order: Order = event.body()?;
        if let Some(topic) = self.announces {
            return Ok(vec![Event::json(topic, &order)?]);
        }
        self.finish.arrive(order.number);
        Ok(Vec::new())
    }
}

impl Line {
    /// One run through a hive.
    pub(super) fn run_ours(self, runtime: &Runtime) -> Result<Used> {
        runtime.block_on(async {
            let finish = Arc::new(Finish::new(self.events, 1));
            let hive = self.hive(&finish)?;
            let publisher = hive.publisher();
            let running = hive.start().await?;
            let before = Usage::now()?;
            let source = tokio::spawn(self.source(publisher, Arc::clone(&finish)));
            finish.wait().await?;
            let used = before.until_now()?;
            source.await??;
            let statistics = running.drain().await.statistics;
            let stages = u64::try_from(self.stages)?;
            if statistics.processed != stages * self.events || statistics.redelivered > 0 {
                return Err(format!("not every event was committed once: {statistics:?}").into());
            }
            Ok(used)
        })
    }

    fn hive(self, finish: &Arc<Finish>) -> Result<Hive> {
        let stores = match self.inbox {
            Inbox::With => Stores::none().with_inbox(MemoryInbox::default()),
            Inbox::Without => Stores::none(),
        };
        let mut builder = Hive::builder("bench")
            .queue(MemoryQueue::default())
            .stores(stores)
            .entry(TOPICS[0]);
        for (stage, topic) in TOPICS.iter().enumerate().take(self.stages) {
            let announces = (stage + 1 < self.stages).then(|| TOPICS[stage + 1]);
            let actor = Stage {
                announces,
                finish: Arc::clone(finish),
            };
            let queue = format!("{topic}-Stage").parse()?;
            let descriptor = ActorDescriptor::of(*topic, queue, actor).with_emits(announces);
            builder = builder.register(descriptor);
        }
        Ok(builder.build()?)
    }

    async fn source(self, publisher: Publisher, finish: Arc<Finish>) -> Result<()> {
        let mut number = 0;
        while number < self.events {
            finish.room().await?;
            let batch = number..self.events.min(number + BATCH);
            number = batch.end;
            let events = batch.map(|number| Order::new(number).event(TOPICS[0]));
            match self.publishing {
                Publishing::Batches => {
                    publisher
                        .publish_all(&events.collect::<Result<Vec<_>>>()?)
                        .await?;
                }
                Publishing::Single => {
                    for event in events {
                        publisher.publish(event?).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// One run through bare channels: the same encoding and decoding, nothing else, and with an
    /// inbox a map that each stage looks into before and writes to afterwards.
    pub(super) async fn bare(self) -> Result<()> {
        let seen = Seen::default();
        let (sender, mut receiver) = mpsc::channel(WINDOW.try_into()?);
        let source = tokio::spawn(async move {
            for number in 0..self.events {
                let data = serde_json::to_vec(&Order::new(number))?;
                sender.send((u128::from(number), data)).await?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        let mut stages = Vec::new();
        for _ in 1..self.stages {
            let (next, following) = mpsc::channel(WINDOW.try_into()?);
            let mut before = std::mem::replace(&mut receiver, following);
            let seen = seen.clone();
            stages.push(tokio::spawn(async move {
                while let Some((id, data)) = before.recv().await {
                    if self.inbox == Inbox::With && seen.has(id) {
                        continue;
                    }
                    let order: Order = serde_json::from_slice(&data)?;
                    let follow_up = (id + (1 << 64), serde_json::to_vec(&order)?);
                    next.send(follow_up).await?;
                    if self.inbox == Inbox::With {
                        seen.add(id);
                    }
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            }));
        }
        let last = tokio::spawn(async move {
            let mut sum = 0;
            while let Some((id, data)) = receiver.recv().await {
                if self.inbox == Inbox::With && seen.has(id) {
                    continue;
                }
                sum += serde_json::from_slice::<Order>(&data)?.number;
                if self.inbox == Inbox::With {
                    seen.add(id);
                }
            }
            check(sum, self.events, 1)
        });
        source.await??;
        for stage in stages {
            stage.await??;
        }
        last.await?
    }
}

/// The ids that were seen.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<HashMap<u128, u64>>>);

impl Seen {
    fn has(&self, id: u128) -> bool {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.contains_key(&id)
    }

    fn add(&self, id: u128) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.insert(id, 0);
    }
}
