//! Settling a lease when the backend does not make it easy.

use beehive_core::ErrorKind;
use beehive_core::hive::FactorySettings;
use beehive_core::queue::Health;
use tokio::time::{Instant, sleep};

use crate::support::{
    Diary, Fault, HOUR, MINUTE, Operation, SECOND, Scripted, actor, always, done, event, failing,
    few_retries, first, hive, never, never_open, no_retries, until, within,
};

fn settings() -> FactorySettings {
    no_retries()
        .with_retry(few_retries())
        .with_kill_switch(never_open())
}

#[tokio::test(start_paused = true)]
async fn a_deferral_that_fails_for_now_is_tried_again_while_the_lease_lasts() {
    let queue = Scripted::new();
    let broken = Fault::Fail(ErrorKind::Temporary);
    queue.faults.on(Operation::Defer, first(3, broken));
    let attempts = Diary::default();
    let noted = attempts.clone();
    let failing = actor("Start-Fail", move |event| {
        noted.note(event.delivery().unwrap().attempt());
        failing()
    });
    let hive = hive(queue.clone()).settings(settings()).register(failing);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "given up", queue.inner.idle()).await;
    assert_eq!(attempts.all(), [1, 2, 3, 4]);
    assert_eq!(running.drain().await.statistics.leases_lost, 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_settled_comes_back_when_its_lease_expires() {
    let queue = Scripted::new();
    queue
        .faults
        .on(Operation::Defer, always(Fault::Fail(ErrorKind::Unexpected)));
    let times = Diary::default();
    let noted = times.clone();
    let failing = actor("Start-Fail", move |_| {
        noted.note(Instant::now());
        let again = noted.len() < 3;
        async move { if again { failing().await } else { done().await } }
    });
    let hive = hive(queue.clone()).settings(settings()).register(failing);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    let times = times.all();
    assert_eq!(times.len(), 3);
    assert!(times[2] - times[1] >= 29 * SECOND);
    assert_eq!(running.drain().await.statistics.processed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_never_answers_holds_a_worker_no_longer_than_the_lease() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Commit, first(1, Fault::Hang));
    let descriptor = actor("Start-Quick", |_| done());
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(2 * MINUTE, "done", queue.inner.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_settling_costs_one_lease_and_no_worker() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Commit, first(20, Fault::Panic));
    let seen = Diary::default();
    let noted = seen.clone();
    let descriptor = actor("Start-Read", move |_| {
        noted.note(());
        done()
    });
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    let events: Vec<_> = (0..20).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    within(10 * MINUTE, "done", queue.inner.idle()).await;
    assert_eq!(seen.len(), 40);
    assert!(running.status().is_up());
    assert!(running.drain().await.is_clean());
}

/// Otherwise the log alone would tell that an event goes round and round.
#[tokio::test(start_paused = true)]
async fn an_actor_whose_events_cannot_be_given_up_is_not_well() {
    let queue = Scripted::new();
    let full = Fault::Fail(ErrorKind::Temporary);
    queue.faults.on(Operation::DeadLetter, always(full));
    let terminal = actor("Start-Refuse", |_| async {
        Err(beehive_core::actor::ActorError::terminal("never"))
    });
    let hive = hive(queue.clone()).settings(settings()).register(terminal);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    let health = || running.status().actors.into_values().next().unwrap();
    until("told", || !health().is_up()).await;
    let Health::Degraded(why) = health() else {
        panic!("{:?}", health());
    };
    assert!(why.contains("cannot dead-letter"), "{why}");
    // For as long as it lasts, however often the event comes again meanwhile.
    for _ in 0..20 {
        sleep(10 * SECOND).await;
        assert!(!health().is_up());
    }
    queue.faults.on(Operation::DeadLetter, never());
    until("well again", || health().is_up()).await;
    assert_eq!(running.drain().await.statistics.dead_lettered, 1);
}
