//! Follow-ups are confirmed, and routed, before the event they follow is committed.

use beehive_core::ErrorKind;
use beehive_core::event::{Event, EventId};
use beehive_core::queue::memory::{MemoryQueue, MemoryQueueOptions};
use beehive_core::queue::{DeadLetterReason, EventQueue, EventQueueExt};
use tokio::time::{Instant, sleep};

use crate::support::{
    Diary, Fault, HOUR, MINUTE, Operation, SECOND, Scripted, actor, always, captured_log,
    dead_letters, done, event, first, hive, name, never, no_retries, until, within,
};

fn announce(queue: &str) -> beehive_core::actor::ActorDescriptor {
    actor(queue, |_| async { Ok(vec![event("Next", "")]) })
}

fn read(queue: &str, seen: &Diary<EventId>) -> beehive_core::actor::ActorDescriptor {
    let seen = seen.clone();
    actor(queue, move |event: Event| {
        seen.note(event.id().clone());
        done()
    })
}

#[tokio::test(start_paused = true)]
async fn an_event_is_not_committed_before_its_follow_ups_are_confirmed() {
    let faults = [Fault::Fail(ErrorKind::Temporary), Fault::Hang, Fault::Panic];
    for fault in faults {
        let queue = Scripted::new();
        let seen = Diary::default();
        let hive = hive(queue.clone())
            .settings(no_retries())
            .register(announce("Start-Announce"))
            .register(read("Next-Read", &seen));
        let running = hive.build().unwrap().start().await.unwrap();
        running
            .publisher()
            .publish(event("Start", ""))
            .await
            .unwrap();
        queue.faults.on(Operation::Publish, always(fault));
        sleep(10 * MINUTE).await;
        assert_eq!(seen.len(), 0);
        let start = queue.inner.census_of(&name("Start-Announce")).unwrap();
        assert_eq!(start.waiting + start.leased + start.delayed, 1, "{fault:?}");
        queue.faults.on(Operation::Publish, never());
        within(HOUR, "done", queue.inner.idle()).await;
        assert_eq!(seen.len(), 1, "{fault:?}");
        assert_eq!(
            running.drain().await.statistics.dead_lettered,
            0,
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_is_waited_for() {
    let queue = MemoryQueue::new(MemoryQueueOptions::default().with_capacity(1));
    let slow = actor("Next-Slow", |_| async {
        sleep(20 * SECOND).await;
        done().await
    });
    let hive = hive(queue.clone())
        .settings(no_retries().with_parallelism(std::num::NonZeroUsize::MIN))
        .register(announce("Start-Announce"))
        .register(slow);
    let running = hive.build().unwrap().start().await.unwrap();
    for _ in 0..10 {
        while running
            .publisher()
            .publish(event("Start", ""))
            .await
            .is_err()
        {
            sleep(SECOND).await;
        }
    }
    within(HOUR, "done", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.dead_lettered), (20, 0));
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_that_got_lost_is_no_harm() {
    let queue = Scripted::new();
    let seen = Diary::default();
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(announce("Start-Announce"))
        .register(read("Next-Read", &seen));
    let running = hive.build().unwrap().start().await.unwrap();
    let unsure = Fault::FailAfterwards(ErrorKind::Temporary);
    queue.faults.on(Operation::Publish, first(1, unsure));
    queue.inner.push(event("Start", "")).await.unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    let seen = seen.all();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0], seen[1]);
    assert_eq!(running.drain().await.statistics.dead_lettered, 0);
}

#[tokio::test(start_paused = true)]
async fn a_known_subscription_that_is_gone_is_declared_again_and_gets_the_event() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let reading = hive(queue.clone())
        .entry("Next")
        .register(read("Next-Read", &seen));
    // The reader is known to the hive, but does not run: nobody else could declare it again.
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(announce("Start-Announce"))
        .register(read("Next-Read", &seen));
    let publisher = hive.build().unwrap().publisher();
    queue.declare(&name("Next-Read")).await.unwrap();
    queue.delete(&name("Next-Read")).await.unwrap();
    publisher.publish(event("Next", "")).await.unwrap();
    assert_eq!(queue.census_of(&name("Next-Read")).unwrap().waiting, 1);
    let running = reading.build().unwrap().start().await.unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!((seen.len(), running.statistics().processed), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_known_simple_queue_that_is_gone_is_declared_again_and_gets_the_event() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let reader = read("Jobs-Jobs", &seen);
    let hive = hive(queue.clone())
        .entry("Jobs")
        .register(reader)
        .build()
        .unwrap();
    let job = event("Job", "").with_destination(name("Jobs-Jobs"));
    hive.publisher().publish(job).await.unwrap();
    assert_eq!(queue.census_of(&name("Jobs-Jobs")).unwrap().waiting, 1);
}

#[tokio::test(start_paused = true)]
async fn the_source_is_kept_while_a_known_subscription_cannot_be_declared_again() {
    let queue = Scripted::new();
    let seen = Diary::default();
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(announce("Start-Announce"))
        .register(read("Next-Read", &seen));
    let running = hive.build().unwrap().start().await.unwrap();
    queue.faults.on(
        Operation::Declare,
        always(Fault::Fail(ErrorKind::Temporary)),
    );
    queue.inner.delete(&name("Next-Read")).await.unwrap();
    queue.inner.push(event("Start", "")).await.unwrap();
    sleep(10 * MINUTE).await;
    assert_eq!(seen.len(), 0);
    queue.faults.on(Operation::Declare, never());
    until("done", || seen.len() == 1).await;
    within(HOUR, "done", queue.inner.idle()).await;
    assert_eq!(running.drain().await.statistics.dead_lettered, 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_subscriber_ends_there_and_is_said_once() {
    let (log, _guard) = captured_log();
    let queue = MemoryQueue::default();
    let hive = hive(queue.clone()).register(announce("Start-Announce"));
    let running = hive.build().unwrap().start().await.unwrap();
    let events: Vec<_> = (0..10).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 10);
    assert_eq!(log.lines_with("nobody subscribes to this topic"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_undeclared_event_is_warned_about_once_and_published() {
    let (log, _guard) = captured_log();
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let secretive = actor("Start-Secret", |_| async { Ok(vec![event("Secret", "")]) });
    let hive = hive(queue.clone())
        .entry("Secret")
        .register(secretive)
        .register(read("Secret-Read", &seen));
    let running = hive.build().unwrap().start().await.unwrap();
    let events: Vec<_> = (0..5).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!(seen.len(), 5);
    assert_eq!(log.lines_with("announces what it does not declare"), 1);
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn in_strict_mode_an_undeclared_event_is_not_published() {
    let queue = MemoryQueue::default();
    let secretive = actor("Start-Secret", |_| async { Ok(vec![event("Secret", "")]) });
    let hive = hive(queue.clone())
        .strict()
        .register(secretive)
        .build()
        .unwrap();
    queue.declare(&name("Secret-Read")).await.unwrap();
    let running = hive.start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    until("given up", || queue.census().dead_lettered == 1).await;
    let letters = dead_letters(&queue, "Start-Secret").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Undeclared);
    assert!(letters[0].record.errors[0].contains("`Secret`"));
    assert!(letters[0].record.errors[0].contains("emits"));
    assert_eq!(queue.census_of(&name("Secret-Read")).unwrap().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_follow_up_can_come_later() {
    let queue = MemoryQueue::default();
    let times = Diary::default();
    let noted = times.clone();
    let delaying = actor("Start-Delay", |_| async {
        Ok(vec![event("Next", "").deliver_after(HOUR)])
    });
    let reader = actor("Next-Read", move |_| {
        noted.note(Instant::now());
        done()
    });
    let hive = hive(queue.clone()).register(delaying).register(reader);
    let running = hive.build().unwrap().start().await.unwrap();
    let sent = Instant::now();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(2 * HOUR, "done", queue.idle()).await;
    let waited = times.all()[0] - sent;
    assert!(waited >= HOUR && waited < HOUR + SECOND, "{waited:?}");
}
