//! A hive that stops finishes what it can and hands back the rest at once.

use std::num::NonZeroUsize;

use beehive_core::event::Event;
use beehive_core::queue::EventQueueExt;
use beehive_core::queue::memory::MemoryQueue;
use tokio::time::{Instant, sleep};

use crate::support::{Diary, MINUTE, SECOND, actor, done, event, failing, hive, name, no_retries};

const TWO: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

#[tokio::test(start_paused = true)]
async fn what_is_in_work_is_finished_within_the_grace() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Slow", |_| async {
        sleep(10 * SECOND).await;
        done().await
    });
    let running = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = running.start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    sleep(SECOND).await;
    let report = running.drain().await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.statistics.processed, 1);
    assert!(
        report
            .to_string()
            .contains("everything in work was finished")
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_finished_in_time_is_handed_back_at_once_as_it_was_and_named() {
    let queue = MemoryQueue::default();
    let told = Diary::default();
    let noted = told.clone();
    let descriptor = actor("Start-Slow", move |event: Event| {
        let noted = noted.clone();
        async move {
            let cancellation = event.delivery().unwrap().cancellation().clone();
            tokio::spawn(async move {
                cancellation.cancelled().await;
                noted.note(());
            });
            std::future::pending().await
        }
    });
    let hive = hive(queue.clone()).settings(no_retries().with_parallelism(TWO));
    let hive = hive.register(descriptor).grace(5 * SECOND).build().unwrap();
    let running = hive.start().await.unwrap();
    let events: Vec<_> = (0..6).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    sleep(SECOND).await;
    let stopping = Instant::now();
    let report = running.drain().await;
    let took = stopping.elapsed();
    assert!(took >= 5 * SECOND && took < 6 * SECOND, "{took:?}");
    assert_eq!(told.len(), 2);
    assert!(!report.is_clean());
    assert_eq!(report.handed_back.len(), 1);
    let handed_back = &report.handed_back[0];
    assert_eq!(
        (handed_back.actor.as_str(), handed_back.stuck.len()),
        ("Slow", 0)
    );
    let mut ids: Vec<_> = handed_back
        .interrupted
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut expected: Vec<_> = events[..2]
        .iter()
        .map(|event| event.id().to_string())
        .collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    assert!(
        ids.iter().all(|id| report.to_string().contains(id)),
        "{report}"
    );

    // All are there at once, and for each it is the first attempt.
    let census = queue.census();
    assert_eq!(
        (census.waiting, census.leased, census.dead_lettered),
        (6, 0, 0)
    );
    for _ in 0..6 {
        let lease = queue
            .receive_one(&name("Start-Slow"), MINUTE)
            .await
            .unwrap();
        assert_eq!(lease.unwrap().attempt(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_that_failed_under_the_lease_are_not_forgotten_when_it_is_handed_back() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Fail", |event: Event| async move {
        if event.delivery().unwrap().attempt() == 1 {
            return failing().await;
        }
        std::future::pending().await
    });
    let settings = no_retries().with_retry(crate::support::few_retries());
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.grace(SECOND).build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    sleep(SECOND).await;
    let report = running.drain().await;
    assert_eq!(report.handed_back[0].interrupted.len(), 1, "{report}");
    let lease = queue
        .receive_one(&name("Start-Fail"), MINUTE)
        .await
        .unwrap();
    assert_eq!(lease.unwrap().attempt(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_once_a_hive_stops() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let noted = seen.clone();
    let descriptor = actor("Start-Slow", move |event: Event| {
        noted.note(event.data().clone());
        async {
            sleep(3 * SECOND).await;
            done().await
        }
    });
    let hive = hive(queue.clone()).settings(no_retries().with_parallelism(TWO));
    let running = hive
        .register(descriptor)
        .build()
        .unwrap()
        .start()
        .await
        .unwrap();
    let publisher = running.publisher();
    let bodies = ["1", "2", "3", "4"];
    publisher
        .publish_all(&bodies.map(|body| event("Start", body)))
        .await
        .unwrap();
    sleep(SECOND).await;
    let report = running.drain().await;
    assert!(report.is_clean(), "{report}");
    let mut taken = seen.all();
    taken.sort();
    assert_eq!(taken, ["1", "2"]);
    assert_eq!(queue.census().waiting, 2);
    publisher.publish(event("Start", "5")).await.unwrap();
    sleep(MINUTE).await;
    assert_eq!(seen.len(), 2);
    assert_eq!(queue.census().waiting, 3);
}

#[tokio::test(start_paused = true)]
async fn idle_workers_that_wait_their_turn_take_nothing_when_the_hive_stops() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Slow", |_| async {
        sleep(SECOND).await;
        done().await
    });
    let running = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = running.start().await.unwrap();
    let publisher = running.publisher();
    let events: Vec<_> = (0..16).map(|_| event("Start", "")).collect();
    publisher.publish_all(&events).await.unwrap();
    // Now sixteen workers wait for the queue.
    sleep(5 * SECOND).await;
    let late: Vec<_> = (0..16).map(|_| event("Start", "late")).collect();
    let (report, ()) = tokio::join!(running.drain(), async {
        publisher.publish_all(&late).await.unwrap();
    });
    // Whoever was reading at that very moment may have got one.
    assert!(report.statistics.processed <= 17, "{report}");
    assert_eq!(queue.census().leased, 0);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_is_due_when_the_hive_stops_is_left_to_others() {
    let queue = MemoryQueue::default();
    let tries = Diary::default();
    let noted = tries.clone();
    let descriptor = actor("Start-Fail", move |_| {
        noted.note(());
        async {
            sleep(2 * SECOND).await;
            failing().await
        }
    });
    let settings = no_retries().with_retry(crate::support::few_retries());
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    sleep(SECOND).await;
    assert!(running.drain().await.is_clean());
    assert_eq!(tries.len(), 1);
    let lease = queue
        .receive_one(&name("Start-Fail"), MINUTE)
        .await
        .unwrap();
    assert_eq!(lease.unwrap().attempt(), 2);
}
