//! At least once, and effectively once.

use beehive_core::ErrorKind;
use beehive_core::event::{Event, EventId};
use beehive_core::queue::EventQueueExt;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome, Stores};
use tokio::time::sleep;

use crate::support::{
    Answer, Diary, Fault, HOUR, MINUTE, Operation, SECOND, Scripted, ScriptedInbox, actor, always,
    captured_log, done, event, first, hive, name, never, no_retries, until, within,
};

/// Notes what it reads, id and body.
fn reader(queue: &str, seen: &Diary<(EventId, String)>) -> beehive_core::actor::ActorDescriptor {
    let seen = seen.clone();
    actor(queue, move |event: Event| {
        let body = String::from_utf8_lossy(event.data()).into_owned();
        seen.note((event.id().clone(), body));
        done()
    })
}

async fn two() -> Answer {
    Ok(vec![event("Next", "a"), event("Next", "b")])
}

#[tokio::test(start_paused = true)]
async fn a_crash_after_publishing_announces_the_same_again_and_readers_drop_the_copies() {
    let queue = Scripted::new();
    // Neither the record nor the commit of the first run is made.
    let inbox = ScriptedInbox::default();
    inbox.faults.on(Operation::Record, first(1, Fault::Hang));
    let (runs, seen) = (Diary::default(), Diary::default());
    let noted = runs.clone();
    let scatter = actor("Start-Scatter", move |_| {
        noted.note(());
        two()
    });
    let build = || {
        hive(queue.clone())
            .settings(no_retries())
            .stores(Stores::none().with_inbox(inbox.clone()))
            .grace(SECOND)
    };
    let crashing = build().register(scatter.clone()).build().unwrap();
    let reading = build().register(reader("Next-Read", &seen)).entry("Next");
    let reading = reading.build().unwrap().start().await.unwrap();
    let running = crashing.start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    until("published", || seen.len() == 2).await;
    drop(running);
    let running = build()
        .register(scatter)
        .build()
        .unwrap()
        .start()
        .await
        .unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    assert_eq!(runs.len(), 2);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(reading.statistics().duplicates_skipped, 2);
    assert_eq!(running.statistics().processed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_never_reached_the_broker_does_not_run_the_actor_again() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Commit, first(1, Fault::Lie));
    let runs = Diary::default();
    let noted = runs.clone();
    let descriptor = actor("Start-Once", move |_| {
        noted.note(());
        done()
    });
    let hive = hive(queue.clone())
        .stores(Stores::memory())
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    assert_eq!(runs.len(), 1);
    assert_eq!(running.drain().await.statistics.duplicates_skipped, 1);
}

#[tokio::test(start_paused = true)]
async fn without_an_inbox_a_second_run_announces_the_same_ids() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Commit, first(1, Fault::Lie));
    let seen = Diary::default();
    let hive = hive(queue.clone())
        .register(actor("Start-Scatter", |_| two()))
        .register(reader("Next-Read", &seen));
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    // The lie hits whichever event is committed first.
    within(HOUR, "done", queue.inner.idle()).await;
    let seen = seen.all();
    let mut ids: Vec<_> = seen.iter().map(|(id, _)| id.to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2, "{seen:?}");
    assert!(seen.len() > 2 || running.statistics().redelivered == 1);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_an_event_is_skipped_and_counted() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let hive = hive(queue.clone()).stores(Stores::memory());
    let hive = hive.register(reader("Start-Read", &seen)).build().unwrap();
    let running = hive.start().await.unwrap();
    let sent = event("Start", "");
    for _ in 0..3 {
        running.publisher().publish(sent.clone()).await.unwrap();
        within(MINUTE, "done", queue.idle()).await;
    }
    assert_eq!(seen.len(), 1);
    assert_eq!(running.drain().await.statistics.duplicates_skipped, 2);
}

#[tokio::test(start_paused = true)]
async fn each_subscription_does_an_event_once_for_itself() {
    let queue = MemoryQueue::default();
    let (one, two) = (Diary::default(), Diary::default());
    let hive = hive(queue.clone())
        .stores(Stores::memory())
        .register(reader("Start-One", &one))
        .register(reader("Start-Two", &two));
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!((one.len(), two.len()), (1, 1));
    assert_eq!(running.drain().await.statistics.duplicates_skipped, 0);
}

#[tokio::test(start_paused = true)]
async fn two_runs_that_announced_different_things_are_warned_about() {
    let (log, _guard) = captured_log();
    let queue = Scripted::new();
    let inbox = ScriptedInbox::default();
    // The second run does not see the record of the first until it makes its own.
    inbox.faults.on(Operation::Look, always(Fault::Lie));
    queue.faults.on(Operation::Commit, first(1, Fault::Lie));
    let runs = Diary::default();
    let noted = runs.clone();
    let moody = actor("Start-Moody", move |_| {
        noted.note(());
        let body = noted.len().to_string();
        async move { Ok(vec![event("Next", &body)]) }
    });
    let hive = hive(queue.clone())
        .stores(Stores::none().with_inbox(inbox))
        .register(moody);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    assert_eq!(runs.len(), 2);
    assert_eq!(log.lines_with("announced different follow-ups"), 1);
    assert_eq!(running.drain().await.statistics.processed, 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_keeps_the_id_of_a_follow_up_wherever_it_stands() {
    let queue = Scripted::new();
    queue.faults.on(Operation::Commit, first(1, Fault::Lie));
    let (runs, seen) = (Diary::default(), Diary::default());
    let noted = runs.clone();
    let moody = actor("Start-Moody", move |_| {
        noted.note(());
        let second_run = noted.len() == 2;
        async move {
            let paid = event("Next", "paid").with_key("paid");
            let noise = event("Next", "noise").with_key("noise");
            Ok(if second_run {
                vec![noise, paid]
            } else {
                vec![paid]
            })
        }
    });
    let announcing = hive(queue.clone()).register(moody).build().unwrap();
    let reading = hive(queue.inner.clone())
        .entry("Next")
        .stores(Stores::memory());
    let reading = reading
        .register(reader("Next-Read", &seen))
        .build()
        .unwrap();
    let reading = reading.start().await.unwrap();
    let running = announcing.start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "done", queue.inner.idle()).await;
    let mut bodies: Vec<_> = seen.all().into_iter().map(|(_, body)| body).collect();
    bodies.sort();
    assert_eq!(bodies, ["noise", "paid"]);
    assert_eq!(reading.statistics().duplicates_skipped, 1);
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn a_record_of_which_nobody_knows_whether_it_was_made_is_no_reason_to_run_twice() {
    let queue = MemoryQueue::default();
    let inbox = ScriptedInbox::default();
    let unsure = Fault::FailAfterwards(ErrorKind::Temporary);
    inbox.faults.on(Operation::Record, first(1, unsure));
    let seen = Diary::default();
    let hive = hive(queue.clone())
        .settings(no_retries())
        .stores(Stores::none().with_inbox(inbox.clone()))
        .register(reader("Start-Once", &seen));
    let running = hive.build().unwrap().start().await.unwrap();
    let sent = event("Start", "");
    running.publisher().publish(sent.clone()).await.unwrap();
    within(HOUR, "done", queue.idle()).await;
    assert_eq!(seen.len(), 1);
    let key = InboxKey {
        event: sent.id().clone(),
        queue: name("Start-Once"),
    };
    let entry = InboxEntry { follow_ups: 0 };
    let outcome = inbox.record(&key, entry, HOUR).await.unwrap();
    assert!(matches!(outcome, InboxOutcome::Seen(_)));
    assert_eq!(running.drain().await.statistics.dead_lettered, 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_done_again_only_after_the_inbox_has_forgotten_it() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let hive = hive(queue.clone())
        .settings(no_retries().with_inbox_retention(HOUR))
        .stores(Stores::memory())
        .register(reader("Start-Read", &seen));
    let running = hive.build().unwrap().start().await.unwrap();
    let sent = event("Start", "");
    for (pause, runs) in [(0, 1), (30, 1), (40, 2)] {
        sleep(pause * MINUTE).await;
        queue.push(sent.clone()).await.unwrap();
        within(MINUTE, "done", queue.idle()).await;
        assert_eq!(seen.len(), runs);
    }
    let _ = (running, never());
}
