//! A hive stops, whatever its backend does and however it is told.

use beehive_core::ErrorKind;
use beehive_core::queue::memory::MemoryQueue;
use tokio::time::sleep;

use crate::support::{
    Fault, MINUTE, Operation, SECOND, Scripted, actor, always, done, event, hive, no_retries,
    until, within,
};

#[tokio::test(start_paused = true)]
async fn a_backend_that_hangs_does_not_keep_a_hive_from_stopping() {
    let hanging = [
        Operation::Receive,
        Operation::Close,
        Operation::Abandon,
        Operation::Commit,
        Operation::Publish,
        Operation::Flush,
    ];
    for operation in hanging {
        let queue = Scripted::new();
        let descriptor = actor("Start-Slow", |_| async {
            sleep(8 * SECOND).await;
            Ok(vec![event("Next", "")])
        });
        let hive = hive(queue.clone())
            .settings(no_retries())
            .register(descriptor);
        let running = hive
            .grace(10 * SECOND)
            .build()
            .unwrap()
            .start()
            .await
            .unwrap();
        let events: Vec<_> = (0..40).map(|_| event("Start", "")).collect();
        running.publisher().publish_all(&events).await.unwrap();
        sleep(SECOND).await;
        queue.faults.on(operation, always(Fault::Hang));
        let report = within(21 * SECOND, "stopped", running.drain()).await;
        if matches!(operation, Operation::Commit | Operation::Publish) {
            let named = &report.handed_back[0];
            assert_eq!(
                named.stuck.len() + named.interrupted.len(),
                16,
                "{operation:?}: {report}"
            );
        }
    }
}

/// A backend may tell its broker of a commit after it said that it was done.
#[tokio::test(start_paused = true)]
async fn what_was_settled_last_is_flushed_before_a_hive_has_stopped() {
    let queue = Scripted::new();
    let descriptor = actor("Start-Slow", |_| async {
        sleep(8 * SECOND).await;
        Ok(Vec::new())
    });
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    sleep(SECOND).await;
    queue
        .faults
        .on(Operation::Flush, always(Fault::Late(2 * SECOND)));
    let stopping = tokio::time::Instant::now();
    let report = running.drain().await;
    assert_eq!(report.statistics.processed, 1);
    let (commits, flushes) = (
        queue.faults.calls(Operation::Commit),
        queue.faults.calls(Operation::Flush),
    );
    assert_eq!((commits.len(), flushes.len()), (1, 1));
    assert!(flushes[0] >= commits[0], "flushed before the last commit");
    assert!(stopping.elapsed() >= 9 * SECOND, "nobody waited for it");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_could_not_be_handed_back_is_named_too() {
    let queue = Scripted::new();
    queue.faults.on(
        Operation::Abandon,
        always(Fault::Fail(ErrorKind::Unexpected)),
    );
    let descriptor = actor("Start-Endless", |_| std::future::pending());
    let hive = hive(queue.clone()).register(descriptor).grace(SECOND);
    let running = hive.build().unwrap().start().await.unwrap();
    let sent = event("Start", "");
    running.publisher().publish(sent.clone()).await.unwrap();
    sleep(SECOND).await;
    let report = running.drain().await;
    assert!(
        report.to_string().contains(&sent.id().to_string()),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hive_that_is_dropped_stops_and_hands_back_what_is_in_work() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Endless", |_| std::future::pending());
    let running = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = running.start().await.unwrap();
    let publisher = running.publisher();
    publisher.publish(event("Start", "")).await.unwrap();
    until("in work", || queue.census().leased == 1).await;
    drop(running);
    until("handed back", || queue.census().waiting == 1).await;
    publisher.publish(event("Start", "")).await.unwrap();
    sleep(MINUTE).await;
    let census = queue.census();
    assert_eq!((census.waiting, census.leased), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_hive_runs_until_a_future_is_done() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Quick", |_| done());
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    hive.publisher()
        .publish(event("Start", "lost: nobody reads yet"))
        .await
        .ok();
    hive.declare().await.unwrap();
    hive.publisher().publish(event("Start", "")).await.unwrap();
    let report = hive.run_until(queue.idle()).await.unwrap();
    assert!(report.is_clean());
    assert!(report.statistics.processed >= 1);
}
