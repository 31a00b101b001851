//! Those who watch a hive cannot stop it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::hive::FactorySettings;
use beehive_core::queue::memory::MemoryQueue;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

use crate::support::{actor, done, event, failing, few_retries, hive};

/// A log that blocks for good on lines that contain a text.
struct Blocked {
    text: &'static str,
    gate: Arc<Mutex<Receiver<()>>>,
    /// How many threads it has blocked.
    blocked: Arc<AtomicUsize>,
}

struct Contains(&'static str, bool);

impl Visit for Contains {
    fn record_debug(&mut self, _: &Field, value: &dyn std::fmt::Debug) {
        self.1 |= format!("{value:?}").contains(self.0);
    }
}

impl<S: tracing::Subscriber> Layer<S> for Blocked {
    fn on_event(&self, line: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut found = Contains(self.text, false);
        line.record(&mut found);
        if found.1 {
            self.blocked.fetch_add(1, Ordering::SeqCst);
            // Until the test ends and drops the other side.
            self.gate.lock().unwrap().recv().ok();
        }
    }
}

fn one_thread_may_block<R: Future<Output = ()>>(
    text: &'static str,
    run: impl FnOnce(Arc<AtomicUsize>) -> R,
) {
    let (gate, receiver) = channel();
    let blocked = Arc::new(AtomicUsize::new(0));
    let run = run(Arc::clone(&blocked));
    let receiver = Arc::new(Mutex::new(receiver));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .on_thread_start(move || {
            let gate = Arc::clone(&receiver);
            let blocked = Arc::clone(&blocked);
            let log = Blocked {
                text,
                gate,
                blocked,
            };
            let subscriber = Registry::default().with(log);
            // For as long as the thread lives.
            std::mem::forget(tracing::subscriber::set_default(subscriber));
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        let limit = Duration::from_secs(60);
        tokio::time::timeout(limit, run).await.expect("it goes on");
    });
    drop(gate);
    runtime.shutdown_timeout(Duration::from_secs(10));
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_blocked_log_keeps_one_event_and_no_other() {
    one_thread_may_block("does not declare", |_| async move {
        let queue = MemoryQueue::default();
        let secretive = actor("Start-Secret", |event: Event| async move {
            let announced = if event.data() == "bad" {
                "Secret"
            } else {
                "Next"
            };
            Ok(vec![crate::support::event(announced, "")])
        });
        let running = hive(queue.clone()).register(secretive).build().unwrap();
        let running = running.start().await.unwrap();
        let publisher = running.publisher();
        publisher.publish(event("Start", "bad")).await.unwrap();
        until(|| queue.census().leased == 1).await;
        for _ in 0..100 {
            publisher.publish(event("Start", "good")).await.unwrap();
        }
        until(|| running.statistics().processed == 100).await;
    });
}

#[test]
fn a_log_that_blocks_on_the_kill_switch_does_not_block_the_health() {
    one_thread_may_block("most events fail", |_| async move {
        let queue = MemoryQueue::default();
        let flawed = actor("Start-Fail", |_| failing());
        let settings = FactorySettings::default().with_retry(few_retries());
        let hive = hive(queue.clone()).settings(settings).register(flawed);
        let running = hive.build().unwrap().start().await.unwrap();
        let events: Vec<_> = (0..100).map(|_| event("Start", "")).collect();
        running.publisher().publish_all(&events).await.unwrap();
        until(|| !running.status().is_up()).await;
    });
}

#[test]
fn a_log_that_blocks_on_an_end_point_does_not_block_other_publishers() {
    one_thread_may_block("nobody subscribes", |threads| async move {
        let queue = MemoryQueue::default();
        let quick = actor("Start-Quick", |_| done());
        let hive = hive(queue.clone()).register(quick).build().unwrap();
        let running = hive.start().await.unwrap();
        let publisher = running.publisher();
        let blocked = publisher.clone();
        tokio::spawn(async move { blocked.publish(event("Nobody", "")).await });
        until(|| threads.load(Ordering::SeqCst) == 1).await;
        let free = tokio::spawn(async move { publisher.publish(event("Nobody", "")).await });
        free.await.unwrap().unwrap();
    });
}
