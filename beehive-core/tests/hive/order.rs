//! An actor that asks for it gets the events of one subject in order, also when one of them fails.

use std::num::NonZeroUsize;

use beehive_core::ErrorKind;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{DeclareOptions, EventQueue as _, Order};

use crate::support::{
    Diary, HOUR, actor, done, event, failing, few_retries, hive, name, never_open, within,
};

#[tokio::test(start_paused = true)]
async fn a_failing_event_holds_back_its_own_subject_alone() {
    let queue = MemoryQueue::default();
    let seen = Diary::default();
    let noted = seen.clone();
    let ledger = actor("Start-Ledger", move |event| {
        let text = String::from_utf8_lossy(event.data()).into_owned();
        let attempt = event
            .delivery()
            .map_or(0, beehive_core::event::Delivery::attempt);
        noted.note(text.clone());
        async move {
            if text == "clover 1" && attempt < 4 {
                failing().await
            } else {
                done().await
            }
        }
    });
    let hive = hive(queue.clone())
        .settings(
            beehive_core::hive::FactorySettings::default()
                .with_retry(few_retries().with_delayed(5))
                .with_kill_switch(never_open()),
        )
        .register(
            ledger
                .with_parallelism(NonZeroUsize::MIN.saturating_add(7))
                .with_order(Order::BySubject),
        )
        .build()
        .unwrap();
    let running = hive.start().await.unwrap();
    for text in ["clover 1", "clover 2", "thyme 1", "clover 3", "thyme 2"] {
        let (subject, _) = text.split_once(' ').unwrap();
        let event = event("Start", text).with_subject(subject);
        running.publisher().publish(event).await.unwrap();
    }
    within(HOUR, "done", queue.idle()).await;
    let seen: Vec<String> = seen.all();
    let of = |subject: &str| -> Vec<String> {
        let mut of: Vec<_> = seen.clone();
        of.retain(|text| text.starts_with(subject));
        of
    };
    assert_eq!(of("thyme"), ["thyme 1", "thyme 2"]);
    let clover = of("clover");
    let first_try = clover.iter().filter(|text| *text == "clover 1").count();
    assert_eq!(first_try, 4, "{clover:?}");
    assert_eq!(clover[first_try..], ["clover 2", "clover 3"]);
    // The other subject was done with long before.
    let last_thyme = seen.iter().rposition(|text| text.starts_with("thyme"));
    let second_clover = seen.iter().position(|text| text == "clover 2");
    assert!(last_thyme < second_clover, "{seen:?}");
    // It was declared so, and not otherwise.
    let declared = queue.declare(&name("Start-Ledger")).await;
    assert_eq!(declared.unwrap_err().kind(), ErrorKind::Conflict);
    let in_order = DeclareOptions::default().with_order(Order::BySubject);
    queue
        .declare_with(&name("Start-Ledger"), in_order)
        .await
        .unwrap();
}
