//! A hive on SNS and SQS, with its inbox on DynamoDB.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use beehive_aws::sqs::SqsQueue;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::event::Event;
use beehive_core::hive::{FactorySettings, Hive};
use beehive_core::queue::{EventQueue, EventQueueExt as _};
use beehive_core::store::Stores;
use beehive_tests::trials::{Outcome, Trial, eventually};
use libtest_mimic::Failed;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::emulator::{dynamo, trial};
use crate::faults::{equal, spent};
use crate::queues::{declared, flower, name, nothing, one, queue_over};
use crate::wire::{Fault, Wire};

/// How long a busy emulator may take.
pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("hive::what_comes_twice_is_done_once", twice),
        trial("hive::who_stops_gives_back_at_once", stopping),
    ]
}

/// Counts the events that come, and holds each until it may go.
#[derive(Clone)]
struct Bee {
    came: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

impl Bee {
    fn with_gate(open: usize) -> Self {
        Self {
            came: Arc::default(),
            gate: Arc::new(Semaphore::new(open)),
        }
    }

    fn came(&self) -> usize {
        self.came.load(Ordering::Acquire)
    }
}

#[async_trait]
impl ProcessorActor for Bee {
    async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> {
        self.came.fetch_add(1, Ordering::AcqRel);
        self.gate.acquire().await?.forget();
        Ok(Vec::new())
    }
}

/// A hive of one actor, of which so many work.
fn hive(queue: &Arc<SqsQueue>, bee: &Bee, workers: usize, stores: Stores) -> Result<Hive, Failed> {
    // Longer than a trial may take: what is not given back is not there.
    let settings = FactorySettings::default()
        .with_lease(Duration::from_mins(2))
        .with_parallelism(NonZeroUsize::new(workers).ok_or("nobody works")?);
    let queue: Arc<dyn EventQueue> = Arc::<SqsQueue>::clone(queue);
    let hive = Hive::builder("meadow")
        .shared_queue(queue)
        .stores(stores)
        .settings(settings)
        .grace(Duration::from_millis(500))
        .entry("Flower")
        .register(ActorDescriptor::of("Bee", name("Flower-Bee"), bee.clone()))
        .build()?;
    Ok(hive)
}

/// The answer to a publish is lost, and it is made again.
async fn twice() -> Outcome {
    let wire = Wire::new();
    let queue = Arc::new(queue_over(&wire).await?);
    let bee = Bee::with_gate(10);
    let stores = Stores::none().with_inbox(dynamo().await?.inbox());
    let running = hive(&queue, &bee, 1, stores)?.start().await?;
    wire.fail("PublishBatch", Fault::Swallow);
    queue.push(flower()).await?;
    eventually("the copy", SOON, || async {
        let skipped = running.statistics().duplicates_skipped;
        Ok::<_, Failed>((skipped > 0).then_some(()))
    })
    .await?;
    let report = running.drain().await;
    equal("skipped", report.statistics.duplicates_skipped, 1)?;
    equal("runs", bee.came(), 1)?;
    spent(&wire)
}

/// What is in work when the grace is over, and what comes at this moment, is there for others long
/// before a lease would have ended.
async fn stopping() -> Outcome {
    let queue = Arc::new(queue_over(&Wire::new()).await?);
    let bee = Bee::with_gate(0);
    let running = hive(&queue, &bee, 3, Stores::none())?.start().await?;
    queue.publish(&[flower(), flower()]).await?;
    eventually("two in work", SOON, || async {
        Ok::<_, Failed>((bee.came() == 2).then_some(()))
    })
    .await?;
    // The third worker waits for an event.
    let start = Instant::now();
    let report = running.drain().await;
    let interrupted = report.handed_back.iter().flat_map(|it| &it.interrupted);
    equal("handed back", interrupted.count(), 2)?;
    queue.push(flower()).await?;
    let mut other = declared(&queue, &name("Flower-Bee")).await?;
    for _ in 0..3 {
        let lease = one(&mut *other).await?;
        equal("no failure", lease.history().attempts, 0)?;
        lease.commit().await?;
    }
    equal("soon", start.elapsed() < SOON, true)?;
    nothing(&mut *other).await?;
    let dead = queue.dead_letters().count(&name("Flower-Bee")).await?;
    equal("dead letters", dead, 0)
}
