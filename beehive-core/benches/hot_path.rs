//! What every event pays for: encoding, stamping, the queue in memory, and a hop through a hive.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run may panic")]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::event::EventId;
use beehive_core::prelude::*;
use beehive_core::queue::ReceiverOptions;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// An order of about 200 bytes as JSON.
#[derive(Serialize, Deserialize, EventBody)]
struct Placed {
    number: u64,
    customer: String,
    address: String,
    products: Vec<(String, u32)>,
}

impl Placed {
    fn new() -> Self {
        Self {
            number: 4711,
            customer: "Melissa Apis, 1758 Uppsala, melissa@apis.example".into(),
            address: "12 Clover Meadow, Beeston NG9 1AA, United Kingdom".into(),
            products: vec![("smoker".into(), 1), ("frame".into(), 20)],
        }
    }

    fn event() -> Event {
        Event::of(&Self::new()).expect("it encodes")
    }
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_time();
    builder.build().expect("a runtime")
}

fn name() -> QueueName {
    "Placed-Reader".parse().expect("a name")
}

fn event(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("event");
    let body = Placed::new();
    group.bench_function("encode", |bench| {
        bench.iter(|| Event::of(black_box(&body)).expect("it encodes"));
    });
    let event = Placed::event();
    group.bench_function("decode", |bench| {
        bench.iter(|| black_box(&event).body::<Placed>().expect("it decodes"));
    });
    group.bench_function("derive an id", |bench| {
        bench.iter(|| EventId::derive(black_box(event.id()), &name(), 0));
    });
    group.finish();
}

fn memory_queue(criterion: &mut Criterion) {
    const BATCH: usize = 64;
    let runtime = runtime();
    let queue = MemoryQueue::default();
    runtime.block_on(queue.declare(&name())).expect("declared");
    let max = NonZeroUsize::new(BATCH).expect("not zero");
    let options = ReceiverOptions::new(max, Duration::from_secs(30));
    let mut receiver = runtime
        .block_on(queue.receiver(&name(), options))
        .expect("a receiver");
    let mut group = criterion.benchmark_group("memory queue");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("publish, receive, commit", |bench| {
        bench.iter_batched(
            || (0..BATCH).map(|_| Placed::event()).collect::<Vec<_>>(),
            |events| {
                runtime.block_on(async {
                    queue.publish(&events).await.expect("published");
                    for lease in receiver.receive(max, Duration::ZERO).await.expect("leases") {
                        lease.commit().await.expect("committed");
                    }
                });
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Answers with one follow-up.
struct Pass(Arc<Semaphore>);

#[async_trait]
impl ProcessorActor for Pass {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let body: Placed = event.body()?;
        let follow_up = Event::of(&body)?.with_type("Passed");
        self.0.add_permits(1);
        Ok(vec![follow_up])
    }
}

/// Takes what is passed on.
struct Take;

#[async_trait]
impl ProcessorActor for Take {
    async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

fn hop(criterion: &mut Criterion) {
    const EVENTS: u32 = 1_024;
    let runtime = runtime();
    let passed = Arc::new(Semaphore::new(0));
    let pass = ActorDescriptor::of("Pass", name(), Pass(Arc::clone(&passed)));
    let taking = "Passed-Taker".parse().expect("a name");
    let hive = Hive::builder("bench")
        .queue(MemoryQueue::default())
        .entry("Placed")
        .register(pass.with_emits(["Passed"]))
        .register(ActorDescriptor::of("Take", taking, Take))
        .build()
        .expect("a hive");
    let running = runtime.block_on(hive.start()).expect("it starts");
    let publisher = running.publisher();
    let mut group = criterion.benchmark_group("hive");
    group.throughput(Throughput::Elements(EVENTS.into()));
    group.bench_function("hop", |bench| {
        bench.iter_batched(
            || (0..EVENTS).map(|_| Placed::event()).collect::<Vec<_>>(),
            |events| {
                runtime.block_on(async {
                    publisher.publish_all(&events).await.expect("published");
                    let all = passed.acquire_many(EVENTS).await.expect("open");
                    all.forget();
                });
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
    runtime.block_on(running.drain());
}

criterion_group!(benches, event, memory_queue, hop);
criterion_main!(benches);
