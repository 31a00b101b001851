//! What the queue in memory costs per event, beside a bare channel.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{EventQueue, QueueName, Receiver, ReceiverOptions};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

const LEASE: Duration = Duration::from_secs(30);
const PREFETCH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

async fn opened(subscriptions: usize) -> (MemoryQueue, Vec<Box<dyn Receiver>>) {
    let queue = MemoryQueue::default();
    let mut receivers = Vec::new();
    for number in 0..subscriptions {
        let name = QueueName::parse(&format!("Flower-Bee{number}")).unwrap();
        queue.declare(&name).await.unwrap();
        let options = ReceiverOptions::new(PREFETCH, LEASE);
        receivers.push(queue.receiver(&name, options).await.unwrap());
    }
    (queue, receivers)
}

/// Publishes, receives and commits so many events, in batches.
async fn cycle(queue: &dyn EventQueue, receivers: &mut [Box<dyn Receiver>], batch: &[Event]) {
    queue.publish(batch).await.unwrap();
    let max = NonZeroUsize::new(batch.len()).unwrap();
    for receiver in receivers {
        for lease in receiver.receive(max, LEASE).await.unwrap() {
            black_box(lease.event());
            lease.commit().await.unwrap();
        }
    }
}

fn queue(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = c.benchmark_group("memory_queue");
    for (name, subscriptions, size) in [
        ("publish, receive, commit one by one", 1, 1),
        ("publish, receive, commit in 64s", 1, 64),
        (
            "publish one by one, receive and commit in three subscriptions",
            3,
            1,
        ),
    ] {
        let (queue, mut receivers) = runtime.block_on(opened(subscriptions));
        let batch: Vec<Event> = (0..size)
            .map(|_| Event::new("Flower", "application/json", vec![b'x'; 200]))
            .collect();
        group.throughput(Throughput::Elements(size));
        group.bench_function(name, |b| {
            b.iter(|| runtime.block_on(cycle(&queue, &mut receivers, &batch)));
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("bare channel, one by one", |b| {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Event>(1_024);
        let event = Event::new("Flower", "application/json", vec![b'x'; 200]);
        b.iter(|| {
            runtime.block_on(async {
                sender.send(event.clone()).await.unwrap();
                black_box(receiver.recv().await)
            })
        });
    });
    group.bench_function("make an event of 200 bytes", |b| {
        let body = || bytes::Bytes::from(vec![b'x'; 200]);
        b.iter_batched(
            body,
            |body| Event::new("Flower", "application/json", body),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, queue);
criterion_main!(benches);
