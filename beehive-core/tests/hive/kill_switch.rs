//! When most events fail, polling pauses instead of draining the queue into the dead letters.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::hive::FactorySettings;
use beehive_core::queue::Health;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::store::Stores;
use tokio::time::{Instant, sleep};

use crate::support::{
    Diary, Fault, HOUR, MINUTE, Operation, SECOND, Scripted, ScriptedInbox, actor, always, done,
    event, failing, few_retries, hive, never, until, within,
};

fn starts(count: usize) -> Vec<Event> {
    (0..count)
        .map(|number| event("Start", &number.to_string()))
        .collect()
}

fn degraded(health: impl IntoIterator<Item = Health>) -> bool {
    let mut all = health.into_iter();
    all.any(|health| matches!(health, Health::Degraded(why) if why.contains("most events fail")))
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_down_for_an_hour_costs_no_event() {
    let queue = MemoryQueue::default();
    let down = Arc::new(AtomicBool::new(true));
    let calls = Diary::default();
    let (store, noted) = (Arc::clone(&down), calls.clone());
    let descriptor = actor("Start-Store", move |_| {
        noted.note(Instant::now());
        let down = store.load(Ordering::SeqCst);
        async move {
            sleep(SECOND).await;
            if down { failing().await } else { done().await }
        }
    });
    let settings = FactorySettings::default().with_retry(few_retries());
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(500)).await.unwrap();
    sleep(MINUTE).await;
    assert!(
        degraded(running.status().actors.into_values()),
        "{:?}",
        running.status()
    );
    let calls_early = calls.len();
    sleep(HOUR).await;
    // Probes go on, about one a minute, and nothing else does.
    let probes = calls.len() - calls_early;
    assert!((50..=130).contains(&probes), "{probes} probes");
    assert_eq!(queue.census().dead_lettered, 0);
    down.store(false, Ordering::SeqCst);
    within(10 * MINUTE, "all processed", queue.idle()).await;
    assert!(running.status().is_up());
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.dead_lettered), (500, 0));
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_is_down_or_slow_for_an_hour_costs_no_event() {
    let faults = [
        Fault::Fail(ErrorKind::Temporary),
        Fault::Fail(ErrorKind::Denied),
        Fault::Late(30 * SECOND),
        Fault::Hang,
        Fault::Panic,
    ];
    for (operation, fault) in [Operation::Look, Operation::Record]
        .into_iter()
        .flat_map(|operation| faults.map(|fault| (operation, fault)))
    {
        let queue = MemoryQueue::default();
        let inbox = ScriptedInbox::default();
        inbox.faults.on(operation, always(fault));
        let descriptor = actor("Start-Quick", |_| done());
        let settings = FactorySettings::default().with_retry(few_retries());
        let hive = hive(queue.clone())
            .settings(settings)
            .stores(Stores::none().with_inbox(inbox.clone()))
            .register(descriptor);
        let running = hive.build().unwrap().start().await.unwrap();
        running.publisher().publish_all(&starts(60)).await.unwrap();
        sleep(HOUR).await;
        inbox.faults.on(operation, never());
        within(HOUR, "all processed", queue.idle()).await;
        let statistics = running.drain().await.statistics;
        assert_eq!(statistics.processed, 60, "{operation:?} {fault:?}");
        assert_eq!(statistics.dead_lettered, 0, "{operation:?} {fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_never_comes_back_does_not_stop_the_queue_for_good() {
    let queue = Scripted::new();
    let mode = Arc::new(AtomicUsize::new(0));
    let of_actor = Arc::clone(&mode);
    let descriptor = actor("Start-Probe", move |_| {
        let mode = of_actor.load(Ordering::SeqCst);
        async move {
            match mode {
                0 => failing().await,
                1 => std::future::pending().await,
                _ => done().await,
            }
        }
    });
    let settings = FactorySettings::default().with_retry(few_retries());
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(40)).await.unwrap();
    until("open", || degraded(running.status().actors.into_values())).await;
    mode.store(1, Ordering::SeqCst);
    sleep(10 * MINUTE).await;
    mode.store(2, Ordering::SeqCst);
    within(HOUR, "all processed", queue.inner.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 40);
}

#[tokio::test(start_paused = true)]
async fn a_hive_stops_while_polling_is_paused() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Fail", |_| failing());
    let settings = FactorySettings::default().with_retry(few_retries());
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(100)).await.unwrap();
    until("open", || degraded(running.status().actors.into_values())).await;
    sleep(10 * MINUTE).await;
    let stopping = Instant::now();
    assert!(running.drain().await.is_clean());
    assert!(stopping.elapsed() < SECOND);
    let census = queue.census();
    assert_eq!((census.leased, census.dead_lettered), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_is_skipped_says_nothing_about_whether_things_work() {
    let queue = MemoryQueue::default();
    let inbox = ScriptedInbox::default();
    let descriptor = actor("Start-Fail", |event: Event| async move {
        if event.data() == "done" {
            done().await
        } else {
            failing().await
        }
    });
    let settings = FactorySettings::default().with_retry(few_retries());
    let hive = hive(queue.clone())
        .settings(settings)
        .stores(Stores::none().with_inbox(inbox))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    let known = event("Start", "done");
    running.publisher().publish(known.clone()).await.unwrap();
    within(MINUTE, "done", queue.idle()).await;
    running.publisher().publish_all(&starts(40)).await.unwrap();
    until("open", || degraded(running.status().actors.into_values())).await;
    // Copies of what is done are all that the probes find.
    running
        .publisher()
        .publish_all(&vec![known; 20])
        .await
        .unwrap();
    until("skipped", || running.statistics().duplicates_skipped == 20).await;
    assert!(degraded(running.status().actors.into_values()));
}

#[tokio::test(start_paused = true)]
async fn a_few_bad_events_among_good_ones_do_not_pause_anything() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Mixed", |event: Event| async move {
        let number: usize = String::from_utf8_lossy(event.data()).parse()?;
        if number.is_multiple_of(5) {
            failing().await
        } else {
            done().await
        }
    });
    let settings = FactorySettings::default().with_retry(few_retries().with_delayed(0));
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(200)).await.unwrap();
    within(SECOND, "all settled", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.dead_lettered), (160, 40));
}

#[tokio::test(start_paused = true)]
async fn a_few_bad_events_on_a_quiet_queue_are_given_up_in_the_end() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Bad", |_| failing());
    let hive = hive(queue.clone()).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(8)).await.unwrap();
    // Their retries alone must not pass for most events, or they would be tried for ever.
    within(HOUR, "all given up", queue.idle()).await;
    assert_eq!(running.drain().await.statistics.dead_lettered, 8);
}
