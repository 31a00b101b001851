//! Events of types that an actor does not know, as those of a newer version are for an older one.

use beehive_core::actor::{ActorDescriptor, ActorError};
use beehive_core::event::Event;
use beehive_core::hive::RunningHive;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord, EventQueue, RedriveRate};

use crate::support::{Diary, MINUTE, actor, dead_letters, done, event, hive, name, within};

use older::Start;

/// A version that knows one type of body, on two topics.
mod older {
    use std::sync::Arc;

    use beehive_core::prelude::{ActorError, Deserialize, EventBody, Serialize, actor};

    use super::Diary;

    #[derive(Serialize, Deserialize, EventBody)]
    pub(crate) struct Start {
        pub(crate) order: u64,
    }

    #[actor("Start-Read")]
    #[actor("StartAgain-Read")]
    pub(crate) async fn read(start: Start, seen: &Arc<Diary<u64>>) -> Result<(), ActorError> {
        seen.note(start.order);
        Ok(())
    }
}

/// With the retries of every hive: none of them is to be used.
async fn run(queue: &MemoryQueue, descriptor: ActorDescriptor) -> RunningHive {
    let hive = hive(queue.clone()).register(descriptor);
    hive.build().unwrap().start().await.unwrap()
}

/// Runs an actor on `Start-Read` on one event, and answers with what it is given up with, if it is.
async fn given_up(actor: ActorDescriptor, event: Event) -> Option<DeadLetterRecord> {
    let queue = MemoryQueue::default();
    let running = run(&queue, actor).await;
    let event = event.with_destination(name("Start-"));
    running.publisher().publish(event).await.unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    running.drain().await;
    let letter = dead_letters(&queue, "Start-Read").await.pop();
    letter.map(|letter| letter.record)
}

fn json(event_type: &str, body: &str) -> Event {
    Event::new(event_type, "application/json", body.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_typed_actor_reads_no_event_of_another_type_though_its_body_looks_alike() {
    let queue = MemoryQueue::default();
    let seen = Diary::<u64>::default();
    let hive = hive(queue.clone()).service(std::sync::Arc::new(seen.clone()));
    let hive = hive.entry("StartAgain").actor::<older::read>();
    let running = hive.build().unwrap().start().await.unwrap();
    let alike = json("StartCancelled", r#"{"order": 1}"#);
    let known = Event::of(&Start { order: 2 }).unwrap();
    // A topic that the actor subscribes to is known to it as well.
    let again = json("StartAgain", r#"{"order": 3}"#);
    let publisher = running.publisher();
    let sent = alike.clone().with_destination(name("Start-"));
    let events = [sent, known, again];
    publisher.publish_all(&events).await.unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    let mut orders = seen.all();
    orders.sort_unstable();
    assert_eq!(orders, [2, 3]);
    assert_eq!(running.drain().await.statistics.failed, 1, "tried again");
    let letters = dead_letters(&queue, "Start-Read").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].event, alike);
    let record = &letters[0].record;
    assert_eq!(record.reason, DeadLetterReason::UnknownType);
    assert_eq!(record.attempts, 1);
    for said in ["type: StartCancelled", "known: Start)"] {
        assert!(record.errors[0].contains(said), "{record:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_body_is_told_from_another_type() {
    use DeadLetterReason::{Undecodable, UnknownType};
    let cases = [
        // The topic's own type: the body is to blame.
        (json("Start", "[]"), Some(Undecodable)),
        (json("Start", r#"{"order": 1}"#), None),
        (json("StartSplit", "[]"), Some(UnknownType)),
        // Whoever takes the event itself decides by itself, and this one reads whatever it can.
        (json("StartSplit", r#"{"order": 1}"#), None),
    ];
    for (event, expected) in cases {
        let described = format!("{event:?}");
        let reads = actor("Start-Read", |event: Event| async move {
            event.body::<Start>()?;
            done().await
        });
        let record = given_up(reads, event).await;
        let reason = record.as_ref().map(|record| record.reason);
        assert_eq!(reason, expected, "{described}: {record:?}");
        if reason == Some(UnknownType) {
            let causes = record.unwrap().errors;
            assert!(causes[1].contains("the body does not decode"), "{causes:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_actor_says_itself_which_types_it_does_not_know() {
    let picky = actor("Start-Read", |event: Event| async move {
        match event.event_type() {
            "Start" => done().await,
            _ => Err(ActorError::unknown_type(&event)),
        }
    });
    let record = given_up(picky, event("StartSplit", "")).await.unwrap();
    assert_eq!(record.reason, DeadLetterReason::UnknownType);
    assert_eq!(record.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_knows_the_type_gets_it_by_a_redrive() {
    let queue = MemoryQueue::default();
    let seen = Diary::<u64>::default();
    let older = hive(queue.clone()).service(std::sync::Arc::new(seen.clone()));
    let older = older
        .entry("StartAgain")
        .actor::<older::read>()
        .build()
        .unwrap();
    let running = older.start().await.unwrap();
    let split = json("StartSplit", r#"{"order": 7}"#).with_destination(name("Start-"));
    running.publisher().publish(split).await.unwrap();
    within(MINUTE, "given up", queue.idle()).await;
    running.drain().await;
    assert!(seen.all().is_empty());

    let noted = seen.clone();
    let newer = actor("Start-Read", move |event: Event| {
        let order = event.body::<Start>().map(|start| start.order);
        noted.note(order.unwrap_or_default());
        done()
    });
    let running = run(&queue, newer).await;
    let redriven = queue
        .dead_letters()
        .redrive_all(&name("Start-Read"), RedriveRate::default())
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!((redriven, seen.all()), (1, vec![7]));
    assert_eq!(running.drain().await.statistics.processed, 1);
}
