//! Settings of single actors from the environment.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use beehive_core::hive::{Finding, HiveBuilder};
use beehive_core::queue::memory::MemoryQueue;
use tokio::time::sleep;

use crate::support::{HOUR, SECOND, actor, dead_letters, done, event, hive, no_retries, within};

fn with(builder: HiveBuilder, variables: &[(&str, &str)]) -> HiveBuilder {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    builder.overrides(variables.iter().map(owned))
}

#[tokio::test(start_paused = true)]
async fn an_override_beats_what_the_actor_and_the_hive_say() {
    let queue = MemoryQueue::default();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let descriptor = actor("Start-SlowOne", move |_| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(SECOND).await;
            now.fetch_sub(1, Ordering::SeqCst);
            done().await
        }
    })
    .with_parallelism(NonZeroUsize::new(8).unwrap());
    let builder = hive(queue.clone()).register(descriptor);
    let builder = with(
        builder,
        &[("BEEHIVE_ACTOR_SLOW_ONE_PARALLELISM", "3"), ("HOME", "/")],
    );
    let running = builder.build().unwrap().start().await.unwrap();
    let events: Vec<_> = (0..12).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    within(HOUR, "done", queue.idle()).await;
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_can_be_overridden() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Endless", |_| std::future::pending());
    let builder = hive(queue.clone())
        .settings(no_retries())
        .register(descriptor);
    let builder = with(builder, &[("BEEHIVE_ACTOR_ENDLESS_TIMEOUT", "2s")]);
    let running = builder.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(3 * SECOND, "given up", queue.idle()).await;
    assert_eq!(dead_letters(&queue, "Start-Endless").await.len(), 1);
}

#[test]
fn bad_overrides_are_reported_together() {
    let builder = hive(MemoryQueue::default()).register(actor("Start-Pay", |_| done()));
    let builder = with(
        builder,
        &[
            ("BEEHIVE_ACTOR_PAY_PARALLELISM", "many"),
            ("BEEHIVE_ACTOR_PAY_LEASE", "soon"),
            ("BEEHIVE_ACTOR_PAY_COLOUR", "red"),
            ("BEEHIVE_ACTOR_NOBODY_TIMEOUT", "3s"),
        ],
    );
    let error = builder.build().unwrap_err();
    assert_eq!(error.findings().len(), 4, "{error}");
    let bad = |finding: &Finding| matches!(finding, Finding::BadOverride { .. });
    assert!(error.findings().iter().all(bad));
    assert!(error.to_string().contains("there are PAY"), "{error}");
}
