//! A lease is a right with an end.

use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::queue::EventQueue;
use beehive_core::queue::memory::MemoryQueue;
use tokio::time::{Instant, advance, sleep};

use crate::support::{
    Diary, Fault, HOUR, MINUTE, Operation, SECOND, Scripted, actor, always, dead_letters, done,
    event, first, hive, name, never, no_retries, until, within,
};

/// Notes, when it is dropped, whether its event was cancelled by then.
struct Told(Event, Diary<bool>);

impl Drop for Told {
    fn drop(&mut self) {
        let delivery = self.0.delivery().unwrap();
        self.1.note(delivery.cancellation().is_cancelled());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_for_as_long_as_the_actor_works() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Slow", |_| async {
        sleep(10 * MINUTE).await;
        done().await
    });
    let settings = no_retries().with_timeout(HOUR);
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "done", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.redelivered), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_turns_out_to_be_lost_stops_the_actor_and_nothing_is_published_or_settled() {
    lose_a_lease(Operation::Extend, Fault::Fail(ErrorKind::LeaseLost)).await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_the_backend_knows_to_be_lost_stops_the_actor_at_once() {
    lose_a_lease(Operation::Lost, Fault::Lie).await;
}

async fn lose_a_lease(operation: Operation, fault: Fault) {
    let queue = Scripted::new();
    queue.inner.declare(&name("Next-Reader")).await.unwrap();
    queue.faults.on(operation, first(1, fault));
    let told = Diary::default();
    let noted = told.clone();
    let descriptor = actor("Start-Zombie", move |event: Event| {
        let first = event.delivery().unwrap().attempt() == 1;
        let told = Told(event, noted.clone());
        async move {
            let _told = told;
            if first {
                sleep(50 * SECOND).await;
            }
            Ok(vec![crate::support::event("Next", "")])
        }
    });
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    until("told", || told.len() == 1).await;
    assert_eq!(told.all(), [true], "cancelled before it is dropped");
    let settled = [Operation::Commit, Operation::Abandon, Operation::Defer];
    for operation in settled {
        assert!(queue.faults.calls(operation).is_empty(), "{operation:?}");
    }
    assert_eq!(
        queue.faults.calls(Operation::Publish).len(),
        1,
        "only the start"
    );
    until("redelivered", || running.statistics().processed == 1).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.leases_lost, statistics.redelivered), (1, 1));
    assert_eq!((statistics.published, statistics.dead_lettered), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_slept_through_its_lease_publishes_nothing() {
    let queue = Scripted::new();
    let descriptor = actor("Start-Paused", |event: Event| async move {
        if event.delivery().unwrap().attempt() == 1 {
            // The whole process stands still for two leases, and then answers at once.
            advance(MINUTE).await;
        }
        Ok(vec![crate::support::event("Next", "")])
    });
    let hive = hive(queue.clone())
        .settings(no_retries().with_timeout(HOUR))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.leases_lost, statistics.processed), (1, 1));
    assert_eq!(statistics.published, 1);
}

#[tokio::test(start_paused = true)]
async fn renewals_that_fail_for_a_while_do_no_harm() {
    for fault in [Fault::Fail(ErrorKind::Temporary), Fault::Hang, Fault::Panic] {
        let queue = Scripted::new();
        queue.faults.on(Operation::Extend, first(2, fault));
        let descriptor = actor("Start-Slow", |_| async {
            sleep(2 * MINUTE).await;
            done().await
        });
        let settings = no_retries().with_timeout(HOUR);
        let hive = hive(queue.clone()).settings(settings).register(descriptor);
        let running = hive.build().unwrap().start().await.unwrap();
        running
            .publisher()
            .publish(event("Start", ""))
            .await
            .unwrap();
        within(HOUR, "done", queue.inner.idle()).await;
        let statistics = running.drain().await.statistics;
        assert_eq!(statistics.processed, 1, "{fault:?}");
        assert_eq!(statistics.redelivered, 0, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn when_renewals_keep_failing_the_actor_is_stopped_before_the_lease_ends() {
    let queue = Scripted::new();
    queue
        .faults
        .on(Operation::Extend, always(Fault::Fail(ErrorKind::Temporary)));
    let stopped = Diary::default();
    let noted = stopped.clone();
    let descriptor = actor("Start-Slow", move |event: Event| {
        let started = Instant::now();
        let told = Told(event, Diary::default());
        let noted = noted.clone();
        async move {
            let _note = Elapsed(started, noted, told);
            sleep(50 * SECOND).await;
            done().await
        }
    });
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    until("stopped", || stopped.len() == 1).await;
    let after = stopped.all()[0];
    assert!(after >= 28 * SECOND && after < 30 * SECOND, "{after:?}");
    // It is not the event's fault: with a single attempt allowed it is tried again all the same.
    queue.faults.on(Operation::Extend, never());
    until("done", || running.statistics().processed == 1).await;
    assert_eq!(running.drain().await.statistics.dead_lettered, 0);
}

/// Notes how long a future lived.
struct Elapsed(
    Instant,
    Diary<std::time::Duration>,
    #[expect(dead_code)] Told,
);

impl Drop for Elapsed {
    fn drop(&mut self) {
        self.1.note(self.0.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_does_not_delay_the_time_out() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Extend, always(Fault::Hang));
    let stopped = Diary::default();
    let noted = stopped.clone();
    let descriptor = actor("Start-Slow", move |event: Event| {
        let note = Elapsed(Instant::now(), noted.clone(), Told(event, Diary::default()));
        async move {
            let _note = note;
            sleep(HOUR).await;
            done().await
        }
    });
    let settings = no_retries().with_timeout(16 * SECOND);
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "given up", queue.inner.idle()).await;
    assert!(stopped.all()[0] < 17 * SECOND, "{stopped:?}");
    assert_eq!(dead_letters(&queue, "Start-Slow").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn renewals_stop_at_the_cap() {
    let queue = Scripted::new();
    let stopped = Diary::default();
    let noted = stopped.clone();
    let descriptor = actor("Start-Slow", move |event: Event| {
        let note = Elapsed(Instant::now(), noted.clone(), Told(event, Diary::default()));
        async move {
            let _note = note;
            std::future::pending().await
        }
    });
    let settings = no_retries()
        .with_timeout(90 * SECOND)
        .with_hold_max(100 * SECOND);
    let mut queue_with_cap = queue.clone();
    queue_with_cap.capabilities.lease_max = Some(100 * SECOND);
    let hive = hive(queue_with_cap).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "given up", queue.inner.idle()).await;
    assert!(stopped.all()[0] <= 91 * SECOND, "{stopped:?}");
    let renewals = queue.faults.calls(Operation::Extend);
    let count = renewals.len();
    assert!((3..20).contains(&count), "{count}");
    sleep(10 * MINUTE).await;
    assert_eq!(queue.faults.calls(Operation::Extend).len(), count);
}
