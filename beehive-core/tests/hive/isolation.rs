//! A bad actor harms nobody but its own event.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{DeadLetterReason, Health};
use tokio::time::{sleep, timeout};

use crate::support::{
    Diary, HOUR, MINUTE, SECOND, actor, dead_letters, done, event, few_retries, hive, no_retries,
    within,
};

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_of_one_event_and_its_siblings_go_on() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Panic", |event: Event| async move {
        assert!(event.data() != "bad", "the sky is falling");
        done().await
    });
    let settings = no_retries().with_retry(few_retries());
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    let bodies = ["good", "bad", "good", "good"];
    let events = bodies.map(|body| event("Start", body));
    running.publisher().publish_all(&events).await.unwrap();
    within(HOUR, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Panic").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        letters[0].record.reason,
        DeadLetterReason::AttemptsExhausted
    );
    assert_eq!(letters[0].record.attempts, 4);
    assert!(letters[0].record.errors[0].contains("the sky is falling"));
    assert!(running.status().is_up());
    assert_eq!(running.drain().await.statistics.processed, 3);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_never_answers_is_stopped_in_time_and_told_so_first() {
    let queue = MemoryQueue::default();
    let told = Diary::default();
    let noted = told.clone();
    let descriptor = actor("Start-Endless", move |event: Event| {
        let told = Told(event, noted.clone());
        async move {
            let _told = told;
            std::future::pending().await
        }
    });
    let settings = no_retries().with_timeout(5 * SECOND);
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(6 * SECOND, "given up", queue.idle()).await;
    assert_eq!(told.all(), [true], "cancelled before it is dropped");
    let letters = dead_letters(&queue, "Start-Endless").await;
    assert!(letters[0].record.errors[0].contains("took too long"));
    drop(running);
}

/// Notes, when it is dropped, whether its event was cancelled by then.
struct Told(Event, Diary<bool>);

impl Drop for Told {
    fn drop(&mut self) {
        let delivery = self.0.delivery().unwrap();
        self.1.note(delivery.cancellation().is_cancelled());
    }
}

/// Ends the spinning when a test ends, however it does: before the runtime waits for its threads.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn spin(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        std::hint::spin_loop();
    }
}

#[test]
fn an_actor_that_computes_for_ever_is_flagged_and_replaced_and_the_hive_still_stops() {
    // Real threads and real time: a thread that never yields stops a paused clock for good.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let spinning = Arc::clone(&stop);
    let _stop = StopOnDrop(Arc::clone(&stop));
    let report = runtime.block_on(async move {
        let queue = MemoryQueue::default();
        let ran = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&ran);
        let descriptor = actor("Start-Compute", move |event: Event| {
            let (stop, ran) = (Arc::clone(&spinning), Arc::clone(&counted));
            async move {
                if event.data() == "bad" {
                    ran.fetch_add(1, Ordering::Relaxed);
                    spin(&stop);
                }
                done().await
            }
        });
        let settings = no_retries()
            .with_parallelism(NonZeroUsize::MIN)
            .with_timeout(Duration::from_millis(50))
            .with_lease(Duration::from_millis(200));
        let hive = hive(queue.clone()).settings(settings).register(descriptor);
        let hive = hive.grace(Duration::from_millis(100)).build().unwrap();
        let running = hive.start().await.unwrap();
        let publisher = running.publisher();
        let bodies = ["bad", "good", "good", "good"];
        publisher
            .publish_all(&bodies.map(|body| event("Start", body)))
            .await
            .unwrap();
        let processed = async {
            while running.statistics().processed < 3 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(MINUTE, processed)
            .await
            .expect("the worker is replaced");
        let healths: Vec<_> = running.status().actors.into_values().collect();
        assert!(
            matches!(&healths[..], [Health::Degraded(why)] if why.contains("do not come back")),
            "{healths:?}"
        );
        // It is delivered again when its lease expires, and must not take another thread.
        let given_up = async {
            while queue.census().dead_lettered == 0 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(MINUTE, given_up).await.expect("it is given up");
        let letters = dead_letters(&queue, "Start-Compute").await;
        assert_eq!(letters[0].record.reason, DeadLetterReason::Crashed);
        assert!(letters[0].record.errors[0].contains("computes without an end"));
        assert_eq!(ran.load(Ordering::Relaxed), 1);
        timeout(MINUTE, running.drain()).await.expect("it stops")
    });
    assert!(!report.is_clean());
    assert!(!report.handed_back[0].stuck.is_empty(), "{report}");
    assert!(report.to_string().contains("stuck"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn two_hives_in_one_process_do_not_see_each_other() {
    let mut hives = Vec::new();
    for _ in 0..2 {
        let (queue, seen) = (MemoryQueue::default(), Diary::default());
        let noted = seen.clone();
        let descriptor = actor("Start-See", move |event: Event| {
            noted.note(event.data().clone());
            done()
        });
        let running = hive(queue.clone()).register(descriptor).build().unwrap();
        hives.push((running.start().await.unwrap(), queue, seen));
    }
    for (body, (running, _, _)) in ["one", "two"].iter().zip(&hives) {
        running
            .publisher()
            .publish(event("Start", body))
            .await
            .unwrap();
    }
    for (_, queue, _) in &hives {
        within(MINUTE, "done", queue.idle()).await;
    }
    assert_eq!(hives[0].2.all(), ["one"]);
    assert_eq!(hives[1].2.all(), ["two"]);
    let (first, ..) = hives.remove(0);
    first.drain().await;
    let (second, queue, seen) = hives.remove(0);
    second
        .publisher()
        .publish(event("Start", "still here"))
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!(seen.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_framework_that_waits_long_is_not_taken_for_a_stuck_actor() {
    use crate::support::{Fault, Operation, Scripted, always};
    let queue = Scripted::new();
    queue
        .faults
        .on(Operation::Publish, always(Fault::Late(25 * SECOND)));
    let descriptor = actor("Start-Quick", |_| async { Ok(vec![event("Next", "")]) });
    let settings = no_retries().with_timeout(SECOND);
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    for _ in 0..24 {
        sleep(SECOND).await;
        assert!(running.status().is_up(), "{:?}", running.status());
    }
}
