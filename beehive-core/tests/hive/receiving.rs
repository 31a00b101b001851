//! How a factory actor reads its queue, whatever the backend does.

use beehive_core::ErrorKind;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{EventQueue, EventQueueExt, Health};
use tokio::time::sleep;

use crate::support::{
    Fault, HOUR, MINUTE, Operation, SECOND, Scripted, actor, always, done, event, first, hive,
    name, never, until, within,
};

#[tokio::test(start_paused = true)]
async fn reading_goes_on_after_the_backend_failed_hung_or_panicked() {
    let faults = [
        Fault::Fail(ErrorKind::Temporary),
        Fault::Fail(ErrorKind::Denied),
        Fault::Fail(ErrorKind::NotFound),
        Fault::Hang,
        Fault::Panic,
    ];
    for (operation, fault) in [Operation::Receive, Operation::Receiver]
        .into_iter()
        .flat_map(|operation| faults.map(|fault| (operation, fault)))
    {
        let queue = Scripted::new();
        queue.faults.on(operation, always(fault));
        let descriptor = actor("Start-Read", |_| done());
        let hive = hive(queue.clone()).register(descriptor).build().unwrap();
        let running = hive.start().await.unwrap();
        running
            .publisher()
            .publish(event("Start", ""))
            .await
            .unwrap();
        sleep(10 * MINUTE).await;
        assert!(!running.status().is_up(), "{operation:?} {fault:?}");
        queue.faults.on(operation, never());
        within(5 * MINUTE, "done", queue.inner.idle()).await;
        assert!(running.status().is_up(), "{operation:?} {fault:?}");
        let statistics = running.drain().await.statistics;
        assert_eq!(statistics.processed, 1, "{operation:?} {fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_deleted_is_declared_again_and_read_again() {
    let queue = Scripted::new();
    let descriptor = actor("Start-Read", |_| done());
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    sleep(MINUTE).await;
    // Even when it cannot be declared again at first.
    let broken = Fault::Fail(ErrorKind::Temporary);
    queue.faults.on(Operation::Declare, first(3, broken));
    queue.inner.delete(&name("Start-Read")).await.unwrap();
    sleep(2 * MINUTE).await;
    assert!(queue.inner.exists(&name("Start-Read")).await.unwrap());
    queue.inner.push(event("Start", "")).await.unwrap();
    within(MINUTE, "done", queue.inner.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 1);
}

#[tokio::test(start_paused = true)]
async fn factories_that_lost_their_connection_together_come_back_spread_out() {
    let queue = Scripted::new();
    let broken = Fault::Fail(ErrorKind::Temporary);
    let mut hive = hive(queue.clone());
    for number in 0..100 {
        hive = hive.register(actor(&format!("Start-Reader{number}"), |_| done()));
    }
    let running = hive.build().unwrap().start().await.unwrap();
    sleep(SECOND).await;
    queue.faults.on(Operation::Receive, always(broken));
    // Everybody is told at the same moment.
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    sleep(10 * MINUTE).await;
    let calls = queue.faults.calls(Operation::Receive);
    let end = *calls.last().unwrap();
    let late: Vec<_> = calls.iter().filter(|at| end - **at < MINUTE).collect();
    // Each comes every 15 seconds on average, and no second sees all of them.
    assert!(late.len() < 1_000, "{} calls in a minute", late.len());
    for second in 0..60 {
        let in_second = late.iter().filter(|at| (end - ***at).as_secs() == second);
        let count = in_second.count();
        assert!(count < 40, "{count} of 100 in one second");
    }
    let healths = running.status().actors;
    assert!(
        healths
            .values()
            .all(|health| matches!(health, Health::Down(_)))
    );
    queue.faults.on(Operation::Receive, never());
    let recovering = until("all are back", || running.status().is_up());
    within(2 * MINUTE, "all are back", recovering).await;
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "done", queue.inner.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 200);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_answers_at_once_with_nothing_is_not_asked_in_a_hot_loop() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Receive, always(Fault::Lie));
    let descriptor = actor("Start-Read", |_| done());
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    sleep(MINUTE).await;
    let calls = queue.faults.calls(Operation::Receive).len();
    assert!((10..700).contains(&calls), "{calls} calls in a minute");
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    queue.faults.on(Operation::Receive, never());
    within(5 * SECOND, "done", queue.inner.idle()).await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_hive_asks_no_more_often_than_it_waits() {
    let queue = Scripted::new();
    let descriptor = actor("Start-Read", |_| done());
    let hive = hive(queue.clone()).register(descriptor).build().unwrap();
    let running = hive.start().await.unwrap();
    let events: Vec<_> = (0..100).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    sleep(MINUTE).await;
    let before = queue.faults.calls(Operation::Receive).len();
    sleep(HOUR).await;
    let calls = queue.faults.calls(Operation::Receive).len() - before;
    assert!(calls <= 181, "{calls} calls in an hour");
    assert_eq!(running.drain().await.statistics.processed, 100);
}

#[tokio::test(start_paused = true)]
async fn a_start_names_every_queue_that_cannot_be_declared_and_does_not_wait_for_ever() {
    for (fault, text) in [
        (Fault::Fail(ErrorKind::Conflict), "as the test says"),
        (Fault::Hang, "in time"),
    ] {
        let queue = Scripted::new();
        queue.faults.on(Operation::Declare, always(fault));
        let hive = hive(queue).register(actor("Start-Read", |_| done()));
        let starting = hive.build().unwrap().start();
        let error = within(HOUR, "refused", starting).await.unwrap_err();
        let report = format!("{error:?}");
        assert!(report.contains("Start-Read"), "{report}");
        assert!(report.contains(text), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_that_fails_says_whether_it_may_succeed_later() {
    for (other, expected) in [
        (ErrorKind::Temporary, ErrorKind::Temporary),
        (ErrorKind::Denied, ErrorKind::Configuration),
    ] {
        let queue = Scripted::new();
        // The topics fail in one way, the first of what reads them in another.
        queue.faults.on(Operation::Declare, move |call| {
            Fault::Fail(if call == 2 {
                other
            } else {
                ErrorKind::Temporary
            })
        });
        let hive = hive(queue).register(actor("Start-Read", |_| done()));
        let starting = hive.build().unwrap().start();
        let error = within(HOUR, "refused", starting).await.unwrap_err();
        assert_eq!(error.kind(), expected);
        assert_eq!(error.is_temporary(), expected == ErrorKind::Temporary);
    }
}

#[tokio::test(start_paused = true)]
async fn a_simple_queue_is_read_too() {
    let queue = MemoryQueue::default();
    let hive = hive(queue.clone())
        .entry("Jobs")
        .register(actor("Jobs-Jobs", |_| done()));
    let running = hive.build().unwrap().start().await.unwrap();
    let job = event("Job", "").with_destination(name("Jobs-Jobs"));
    running.publisher().publish(job).await.unwrap();
    until("done", || running.statistics().processed == 1).await;
}
