//! As many events at one time as allowed, no more, and no fewer under load.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use beehive_core::actor::ActorDescriptor;
use beehive_core::prelude::{ActorError, Event, actor as declared};
use beehive_core::queue::memory::MemoryQueue;
use tokio::time::{Instant, sleep};

use crate::support::{HOUR, SECOND, actor, done, event, hive, no_retries, within};

fn number(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

/// An actor that takes a second, and the most that ran at one time.
fn slow(queue: &str) -> (ActorDescriptor, Arc<AtomicUsize>) {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let descriptor = actor(queue, move |_| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        async move {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            sleep(SECOND).await;
            running.fetch_sub(1, Ordering::SeqCst);
            done().await
        }
    });
    (descriptor, seen)
}

#[tokio::test(start_paused = true)]
async fn the_parallelism_is_reached_under_load_and_never_exceeded() {
    for parallelism in [1, 3, 16] {
        let queue = MemoryQueue::default();
        let (descriptor, most) = slow("Start-Slow");
        let settings = no_retries().with_parallelism(number(parallelism));
        let hive = hive(queue.clone()).settings(settings).register(descriptor);
        let running = hive.build().unwrap().start().await.unwrap();
        let events: Vec<_> = (0..48).map(|_| event("Start", "")).collect();
        let start = Instant::now();
        running.publisher().publish_all(&events).await.unwrap();
        within(HOUR, "done", queue.idle()).await;
        let rounds = u32::try_from(48 / parallelism).unwrap();
        let took = start.elapsed();
        assert!(
            took < rounds * SECOND + SECOND / 2,
            "{parallelism}: {took:?}"
        );
        assert_eq!(most.load(Ordering::SeqCst), parallelism);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_leases_are_taken_than_there_are_workers() {
    let queue = MemoryQueue::default();
    let (descriptor, _) = slow("Start-Slow");
    let descriptor = descriptor.with_parallelism(number(4));
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    let events: Vec<_> = (0..100).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    while !queue.census().is_idle() {
        assert!(queue.census().leased <= 4, "{:?}", queue.census());
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(running.drain().await.statistics.processed, 100);
}

#[tokio::test(start_paused = true)]
async fn events_that_come_one_by_one_find_free_workers() {
    let queue = MemoryQueue::default();
    let (descriptor, most) = slow("Start-Slow");
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    let start = Instant::now();
    for _ in 0..8 {
        running
            .publisher()
            .publish(event("Start", ""))
            .await
            .unwrap();
        sleep(Duration::from_millis(10)).await;
    }
    within(HOUR, "done", queue.idle()).await;
    assert!(
        start.elapsed() < SECOND + SECOND / 5,
        "{:?}",
        start.elapsed()
    );
    assert_eq!(most.load(Ordering::SeqCst), 8);
}

#[tokio::test(start_paused = true)]
async fn workers_that_have_nothing_to_do_go_and_come_back() {
    let queue = MemoryQueue::default();
    let (descriptor, most) = slow("Start-Slow");
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    for _ in 0..3 {
        let events: Vec<_> = (0..16).map(|_| event("Start", "")).collect();
        let start = Instant::now();
        running.publisher().publish_all(&events).await.unwrap();
        within(HOUR, "done", queue.idle()).await;
        assert!(start.elapsed() < 2 * SECOND);
        sleep(HOUR).await;
    }
    assert_eq!(most.load(Ordering::SeqCst), 16);
}

#[declared("Start-Block", blocking, parallelism = 4)]
fn block(event: Event, gate: &Arc<std::sync::Barrier>) -> Result<Vec<Event>, ActorError> {
    // Only passes when four of them block at the same time.
    gate.wait();
    if event.data() == "bad" {
        return Err(ActorError::terminal("bad"));
    }
    Ok(vec![event.with_type("Next")])
}

#[test]
fn blocking_actors_block_no_thread_of_the_executor() {
    // One thread for everything asynchronous: blocked once, it would be blocked for good.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let queue = MemoryQueue::default();
        let gate = Arc::new(std::sync::Barrier::new(4));
        let hive = hive(queue.clone()).service(gate).actor::<block>();
        let running = hive.build().unwrap().start().await.unwrap();
        let events: Vec<_> = (0..8).map(|_| event("Start", "")).collect();
        running.publisher().publish_all(&events).await.unwrap();
        tokio::time::timeout(60 * SECOND, queue.idle())
            .await
            .unwrap();
        assert_eq!(running.drain().await.statistics.published, 8);
    });
}

#[test]
fn nothing_is_lost_or_done_twice_on_many_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let queue = MemoryQueue::default();
        let ran = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&ran);
        let scatter = actor("Start-Scatter", |_| async {
            tokio::task::yield_now().await;
            Ok(vec![event("Next", "1"), event("Next", "2")])
        });
        let gather = actor("Next-Gather", move |_| {
            seen.fetch_add(1, Ordering::SeqCst);
            done()
        });
        let hive = hive(queue.clone()).register(scatter).register(gather);
        let running = hive.build().unwrap().start().await.unwrap();
        let publishers = (0..4).map(|_| {
            let publisher = running.publisher();
            tokio::spawn(async move {
                for _ in 0..500 {
                    publisher.publish(event("Start", "")).await.unwrap();
                }
            })
        });
        for publisher in publishers.collect::<Vec<_>>() {
            publisher.await.unwrap();
        }
        tokio::time::timeout(60 * SECOND, queue.idle())
            .await
            .unwrap();
        assert_eq!(ran.load(Ordering::SeqCst), 4_000);
        let report = running.drain().await;
        assert!(report.is_clean());
        assert_eq!(report.statistics.redelivered, 0);
    });
}
