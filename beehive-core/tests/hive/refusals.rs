//! Events that are not even given to the actor.

use std::time::Duration;

use beehive_core::event::{Delivery, Event, EventLimits};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{
    AttemptCounting, DeadLetterReason, EventQueue, EventQueueExt, FailureHistory,
};
use beehive_core::store::Stores;
use beehive_core::testing::{Fault, FaultPlan, Faults};
use beehive_core::{ErrorKind, Timestamp};
use tokio::time::advance;

use crate::support::{
    Diary, MINUTE, SECOND, Scripted, actor, dead_letters, done, event, hive, name, no_retries,
    within,
};

#[tokio::test(start_paused = true)]
async fn an_event_larger_than_allowed_never_reaches_the_actor() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let noted = seen.clone();
    let descriptor = actor("Start-Small", move |_| {
        noted.note(());
        done()
    });
    let hive = hive(queue.clone()).limits(EventLimits::default().with_body_max(10));
    let running = hive
        .register(descriptor)
        .build()
        .unwrap()
        .start()
        .await
        .unwrap();
    // From somebody who keeps to other limits.
    queue.push(event("Start", "eleven byte")).await.unwrap();
    within(SECOND, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Small").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::TooLarge);
    assert!(letters[0].record.errors[0].contains("too large"));
    assert_eq!((seen.len(), letters[0].event.data().len()), (0, 11));

    let refused = running
        .publisher()
        .publish(event("Start", "eleven byte"))
        .await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Limit);
}

#[tokio::test(start_paused = true)]
async fn events_that_lead_to_one_another_for_ever_are_stopped() {
    let queue = MemoryQueue::default();
    let ping = actor("Start-Ping", |_| async { Ok(vec![event("Next", "")]) });
    let pong = actor("Next-Pong", |_| async { Ok(vec![event("Start", "")]) });
    let hive = hive(queue.clone())
        .settings(no_retries().with_hops_max(50))
        .register(ping)
        .register(pong.with_emits(["Start"]));
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "stopped", queue.idle()).await;
    let letters = dead_letters(&queue, "Next-Pong").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Loop);
    assert_eq!(letters[0].event.hops(), 51);
    assert!(letters[0].record.errors[0].contains("50"));
    assert_eq!(running.drain().await.statistics.processed, 51);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_takes_its_process_down_again_and_again_is_given_up() {
    let queue = MemoryQueue::default();
    queue.declare(&name("Start-Crash")).await.unwrap();
    queue.push(event("Start", "poison")).await.unwrap();
    for _ in 0..4 {
        // A process that dies while it holds the lease.
        let lease = queue
            .receive_one(&name("Start-Crash"), MINUTE)
            .await
            .unwrap();
        drop(lease.unwrap());
        advance(MINUTE).await;
    }
    let seen = Diary::default();
    let noted = seen.clone();
    let descriptor = actor("Start-Crash", move |event: Event| {
        noted.note(event.data().clone());
        done()
    });
    let hive = hive(queue.clone()).settings(no_retries().with_crashes_max(3));
    let running = hive
        .register(descriptor)
        .build()
        .unwrap()
        .start()
        .await
        .unwrap();
    running
        .publisher()
        .publish(event("Start", "sound"))
        .await
        .unwrap();
    within(MINUTE, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Crash").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Crashed);
    assert_eq!(letters[0].event.data(), "poison");
    assert!(!letters[0].record.errors.is_empty());
    assert_eq!(seen.all(), ["sound"]);
}

/// The event of this queue is delivered so many times to somebody who says nothing.
async fn lose(queue: &MemoryQueue, from: &str, times: u32) {
    for _ in 0..times {
        let lease = queue.receive_one(&name(from), MINUTE).await.unwrap();
        drop(lease.unwrap());
        advance(MINUTE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_deliveries_count_that_reached_nobody_an_event_waits_before_it_is_given_up() {
    let mut scripted = Scripted::new();
    scripted.capabilities.attempts = AttemptCounting::Deliveries;
    let queue = scripted.inner.clone();
    queue.declare(&name("Start-Flap")).await.unwrap();
    queue.push(event("Start", "sound")).await.unwrap();
    // A connection that comes and goes, with the event fetched ahead.
    lose(&queue, "Start-Flap", 4).await;
    let seen = Diary::default();
    let noted = seen.clone();
    let descriptor = actor("Start-Flap", move |event: Event| {
        noted.note(event.delivery().map(Delivery::attempt));
        done()
    });
    let hive = hive(scripted).settings(no_retries().with_crashes_max(3));
    let running = hive
        .register(descriptor)
        .build()
        .unwrap()
        .start()
        .await
        .unwrap();
    within(60 * MINUTE, "processed", queue.idle()).await;
    // The deliveries before are counted, and the one that only postponed it is not.
    assert_eq!(seen.all(), [Some(5)]);
    assert_eq!(dead_letters(&queue, "Start-Flap").await, []);
    assert!(running.drain().await.is_clean());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_waited_twice_and_goes_on_crashing_is_given_up() {
    let mut scripted = Scripted::new();
    scripted.capabilities.attempts = AttemptCounting::Deliveries;
    let queue = scripted.inner.clone();
    queue.declare(&name("Start-Crash")).await.unwrap();
    queue.push(event("Start", "poison")).await.unwrap();
    let seen = Diary::default();
    for round in 1..=3 {
        lose(&queue, "Start-Crash", 4).await;
        let noted = seen.clone();
        let descriptor = actor("Start-Crash", move |_| {
            noted.note(());
            done()
        });
        let hive = hive(scripted.clone()).settings(no_retries().with_crashes_max(3));
        let running = hive
            .register(descriptor)
            .build()
            .unwrap()
            .start()
            .await
            .unwrap();
        // Only long enough to look at the event.
        advance(SECOND / 10).await;
        tokio::task::yield_now().await;
        running.drain().await;
        assert_eq!(seen.len(), 0, "round {round}");
        advance(60 * MINUTE).await;
    }
    let letters = dead_letters(&queue, "Start-Crash").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Crashed);
    assert_eq!(letters[0].record.attempts, 13);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_failed_often_is_not_given_up_sooner_for_deliveries_that_reached_nobody() {
    let mut scripted = Scripted::new();
    scripted.capabilities.attempts = AttemptCounting::Deliveries;
    let queue = scripted.inner.clone();
    queue.declare(&name("Start-Flap")).await.unwrap();
    queue.push(event("Start", "sound")).await.unwrap();
    let history = FailureHistory {
        attempts: 20,
        first_failure: Some(Timestamp::UNIX_EPOCH),
        silent: 0,
    };
    let lease = queue.receive_one(&name("Start-Flap"), MINUTE).await;
    let lease = lease.unwrap().unwrap();
    lease.defer(Duration::ZERO, history).await.unwrap();
    lose(&queue, "Start-Flap", 4).await;
    let hive = hive(scripted).settings(no_retries().with_crashes_max(3));
    let hive = hive.register(actor("Start-Flap", |_| done()));
    let running = hive.build().unwrap().start().await.unwrap();
    within(60 * MINUTE, "processed", queue.idle()).await;
    assert_eq!(dead_letters(&queue, "Start-Flap").await, []);
    assert_eq!(running.drain().await.statistics.processed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_copy_does_not_save_an_event_that_takes_its_process_down_again_and_again() {
    let queue = MemoryQueue::default();
    queue.declare(&name("Start-Crash")).await.unwrap();
    let poison = event("Start", "poison");
    for _ in 0..2 {
        queue.push(poison.clone()).await.unwrap();
    }
    let mut deaths = 0;
    while !queue.census().is_idle() {
        let process = Faults::new(FaultPlan::none());
        let dying = process.clone();
        let descriptor = actor("Start-Crash", move |_| {
            dying.crash();
            std::future::pending()
        });
        let hive = hive(process.queue(queue.clone()));
        let hive = hive.settings(no_retries().with_crashes_max(3));
        let hive = hive.register(descriptor);
        let running = hive.build().unwrap().start().await.unwrap();
        tokio::select! {
            () = process.crashed() => deaths += 1,
            () = queue.idle() => {}
        }
        drop(running);
        assert!(deaths < 20, "it is never given up");
        advance(MINUTE).await;
    }
    let letters = dead_letters(&queue, "Start-Crash").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Crashed);
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_fails_says_nothing_of_whether_an_event_takes_its_process_down() {
    let queue = MemoryQueue::default();
    queue.declare(&name("Start-Crash")).await.unwrap();
    queue.push(event("Start", "poison")).await.unwrap();
    lose(&queue, "Start-Crash", 2).await;
    let seen = Diary::default();
    for stores in [
        Faults::new(FaultPlan::none().with(Fault::StoreRefused, 1.0)).stores(&Stores::memory()),
        Stores::memory(),
    ] {
        let noted = seen.clone();
        let descriptor = actor("Start-Crash", move |_| {
            noted.note(());
            done()
        });
        let hive = hive(queue.clone()).stores(stores);
        let hive = hive.settings(no_retries().with_crashes_max(3));
        let running = hive.register(descriptor).build().unwrap();
        let running = running.start().await.unwrap();
        // Only long enough to look at the event.
        advance(SECOND / 10).await;
        tokio::task::yield_now().await;
        running.drain().await;
        if !queue.census().is_idle() {
            advance(60 * MINUTE).await;
            lose(&queue, "Start-Crash", 2).await;
        }
    }
    assert_eq!(seen.len(), 0);
    let letters = dead_letters(&queue, "Start-Crash").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Crashed);
}

#[tokio::test(start_paused = true)]
async fn an_event_waits_before_it_is_given_up_however_often_it_was_lost_before_anybody_looked() {
    let mut scripted = Scripted::new();
    scripted.capabilities.attempts = AttemptCounting::Deliveries;
    let queue = scripted.inner.clone();
    queue.declare(&name("Start-Flap")).await.unwrap();
    queue.push(event("Start", "sound")).await.unwrap();
    lose(&queue, "Start-Flap", 40).await;
    let hive = hive(scripted).settings(no_retries().with_crashes_max(3));
    let hive = hive.register(actor("Start-Flap", |_| done()));
    let running = hive.build().unwrap().start().await.unwrap();
    within(60 * MINUTE, "processed", queue.idle()).await;
    assert_eq!(dead_letters(&queue, "Start-Flap").await, []);
    assert_eq!(running.drain().await.statistics.processed, 1);
}
