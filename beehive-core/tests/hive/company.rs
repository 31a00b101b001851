//! Events that are in work beside one that takes its process down.

use beehive_core::event::Event;
use beehive_core::hive::FactorySettings;
use beehive_core::queue::{AttemptCounting, DeadLetterReason, EventQueue as _, EventQueueExt as _};
use beehive_core::recovery::RetryPolicy;
use beehive_core::testing::{FaultPlan, Faults};
use tokio::time::{advance, sleep};

use crate::support::{
    Diary, HOUR, MINUTE, SECOND, Scripted, actor, dead_letters, done, event, hive, name,
};

/// How many events are in work beside the one.
const BESIDE: usize = 3;

#[tokio::test(start_paused = true)]
async fn who_is_in_work_beside_an_event_that_takes_its_process_down_is_not_given_up_with_it() {
    // The framework draws its jitter from the generator of the thread.
    fastrand::seed(1);
    let mut scripted = Scripted::new();
    scripted.capabilities.attempts = AttemptCounting::Deliveries;
    let queue = scripted.inner.clone();
    for subscription in ["Start-Deadly", "Other-Slow"] {
        queue.declare(&name(subscription)).await.unwrap();
    }
    queue.push(event("Start", "")).await.unwrap();
    for _ in 0..BESIDE {
        queue.push(event("Other", "")).await.unwrap();
    }
    let survived = Diary::default();
    let mut deaths = 0;
    while !queue.census().is_idle() {
        let process = Faults::new(FaultPlan::none());
        let dying = process.clone();
        let deadly = actor("Start-Deadly", move |_: Event| {
            let dying = dying.clone();
            async move {
                sleep(SECOND).await;
                dying.crash();
                std::future::pending().await
            }
        });
        let noted = survived.clone();
        // Never done in time beside the other.
        let slow = actor("Other-Slow", move |_: Event| {
            let noted = noted.clone();
            async move {
                sleep(SECOND * 6 / 5).await;
                noted.note(());
                done().await
            }
        });
        // An event that is put off is not due again in the same life.
        let retry = RetryPolicy::default().with_base(MINUTE);
        let settings = FactorySettings::default().with_retry(retry);
        let hive = hive(process.queue(scripted.clone()));
        let hive = hive.settings(settings).entry("Other");
        let running = hive.register(deadly).register(slow).build().unwrap();
        let running = running.start().await.unwrap();
        tokio::select! {
            () = process.crashed() => deaths += 1,
            () = queue.idle() => {}
            () = sleep(10 * SECOND) => {}
        }
        drop(running);
        assert!(deaths < 40, "it is never given up");
        // Both are due when the next process starts.
        advance(HOUR).await;
    }
    let letters = dead_letters(&queue, "Start-Deadly").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Crashed);
    assert_eq!(dead_letters(&queue, "Other-Slow").await, []);
    assert!(survived.len() >= BESIDE);
}
