//! What is given up is kept, with all that is known of why.

use beehive_core::actor::{ActorDescriptor, ActorError};
use beehive_core::event::Event;
use beehive_core::hive::RunningHive;
use beehive_core::prelude::{Deserialize, EventBody, Serialize, actor as declared};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{DeadLetterReason, EventQueue};
use beehive_core::{Error, ErrorKind, Timestamp};
use tokio::time::sleep;

use crate::support::{
    Diary, HOUR, MINUTE, SECOND, actor, dead_letters, done, event, failing, few_retries, hive,
    name, no_retries, until, within,
};

#[derive(Serialize, Deserialize, EventBody)]
#[event(type = "Start")]
struct Started {
    order: String,
}

#[declared("Start-Read")]
async fn read(_: Started) -> Result<(), ActorError> {
    Ok(())
}

async fn run(queue: &MemoryQueue, descriptor: ActorDescriptor) -> RunningHive {
    let hive = hive(queue.clone())
        .settings(no_retries())
        .register(descriptor);
    hive.build().unwrap().start().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_record_says_why_where_when_and_how_often() {
    let queue = MemoryQueue::default();
    let second_try = Diary::default();
    let noted = second_try.clone();
    let failing = actor("Start-Pay", move |event| {
        if event.delivery().unwrap().attempt() == 2 {
            noted.note(Timestamp::now());
        }
        async {
            let cause = Error::new(ErrorKind::Denied, "the card is blocked");
            Err(Error::new(ErrorKind::Unexpected, "not paid").with_source(cause))?;
            done().await
        }
    });
    let hive = hive(queue.clone()).settings(no_retries().with_retry(few_retries()));
    let hive = hive.register(failing).build().unwrap();
    let before = Timestamp::now();
    let running = hive.start().await.unwrap();
    let sent = event("Start", "an order").with_property("tenant", "blue");
    running.publisher().publish(sent.clone()).await.unwrap();
    within(HOUR, "given up", queue.idle()).await;

    let letter = dead_letters(&queue, "Start-Pay").await.remove(0);
    assert_eq!(letter.event, sent);
    let record = letter.record;
    assert_eq!(record.reason, DeadLetterReason::AttemptsExhausted);
    assert_eq!(record.attempts, 4);
    assert_eq!(record.actor, "Pay");
    assert!(!record.host.is_empty());
    assert_eq!(record.errors.len(), 2, "{:?}", record.errors);
    assert!(record.errors[0].contains("not paid"));
    assert!(record.errors[1].contains("the card is blocked"));
    assert!(before <= record.first_failure);
    assert!(record.first_failure <= second_try.all()[0]);
    assert!(second_try.all()[0] <= record.last_failure);
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_is_that_of_the_first_attempt_under_one_lease_too() {
    let queue = MemoryQueue::default();
    let second_try = Diary::default();
    let noted = second_try.clone();
    let failing = actor("Start-Pay", move |event| {
        if event.delivery().unwrap().attempt() == 2 {
            noted.note(Timestamp::now());
        }
        failing()
    });
    let policy = few_retries().with_delayed(0);
    let hive = hive(queue.clone()).settings(no_retries().with_retry(policy));
    let running = hive
        .register(failing)
        .build()
        .unwrap()
        .start()
        .await
        .unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "given up", queue.idle()).await;
    let record = dead_letters(&queue, "Start-Pay").await.remove(0).record;
    assert!(record.first_failure <= second_try.all()[0]);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_cannot_be_read_is_given_up_at_once_and_kept_byte_for_byte() {
    let queue = MemoryQueue::default();
    let hive = hive(queue.clone()).actor::<read>().build().unwrap();
    let running = hive.start().await.unwrap();
    let body = b"{\"order\": \xff\xfe\x00 broken".as_slice();
    let unread = Event::new("Start", "application/json", body);
    let sound = Event::of(&Started { order: "1".into() }).unwrap();
    let publisher = running.publisher();
    publisher.publish_all(&[unread, sound]).await.unwrap();
    within(SECOND, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Read").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].event.data(), body);
    assert_eq!(letters[0].record.reason, DeadLetterReason::Undecodable);
    assert_eq!(letters[0].record.attempts, 1);
    assert!(letters[0].record.errors[0].contains("does not decode"));
    assert_eq!(running.drain().await.statistics.processed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_nested_too_deep_is_undecodable_and_nothing_worse() {
    let queue = MemoryQueue::default();
    let nested = actor("Start-Nested", |event: Event| async move {
        event.body::<serde_json::Value>()?;
        done().await
    });
    let running = run(&queue, nested).await;
    let bomb = "[".repeat(100_000);
    let bomb = Event::new("Start", "application/json", bomb);
    running.publisher().publish(bomb).await.unwrap();
    within(SECOND, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Nested").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Undecodable);
}

#[tokio::test(start_paused = true)]
async fn an_answer_larger_than_allowed_sends_the_event_to_the_dead_letters() {
    let queue = MemoryQueue::default();
    queue.declare(&name("Next-Reader")).await.unwrap();
    let descriptor = actor("Start-Grow", |_| async {
        Ok(vec![
            event("Next", "small"),
            event("Next", &"x".repeat(500_000)),
        ])
    });
    let running = run(&queue, descriptor).await;
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    until("given up", || queue.census().dead_lettered == 1).await;
    let letters = dead_letters(&queue, "Start-Grow").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Unpublishable);
    assert!(letters[0].record.errors[0].contains("too large"));
    let next = queue.census_of(&name("Next-Reader")).unwrap();
    assert_eq!(next.waiting, 0, "nothing of the answer is sent");
}

#[tokio::test(start_paused = true)]
async fn poison_at_the_head_of_the_queue_does_not_block_what_is_behind_it() {
    let queue = MemoryQueue::default();
    let order = Diary::default();
    let noted = order.clone();
    let descriptor = actor("Start-Narrow", move |event: Event| {
        noted.note(event.data().clone());
        let poison = event.data() == "poison";
        async move {
            if poison {
                failing().await
            } else {
                done().await
            }
        }
    });
    let one = std::num::NonZeroUsize::MIN;
    let settings = no_retries().with_retry(few_retries()).with_parallelism(one);
    let hive = hive(queue.clone()).settings(settings).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    let events = ["poison", "one", "two"].map(|body| event("Start", body));
    running.publisher().publish_all(&events).await.unwrap();
    // Far less than its first delay.
    sleep(SECOND).await;
    assert_eq!(order.all(), ["poison", "poison", "one", "two"]);
    within(HOUR, "given up", queue.idle()).await;
    assert_eq!(queue.census().dead_lettered, 1);
}

#[tokio::test(start_paused = true)]
async fn a_redriven_event_starts_anew_and_goes_to_its_own_subscription_only() {
    let queue = MemoryQueue::default();
    let (cured, other) = (Diary::default(), Diary::default());
    let (attempts, copies) = (cured.clone(), other.clone());
    let ill = actor("Start-Ill", move |event: Event| {
        attempts.note(event.delivery().unwrap().attempt());
        let ill = attempts.len() == 1;
        async move { if ill { failing().await } else { done().await } }
    });
    let other_reader = actor("Start-Other", move |_| {
        copies.note(());
        done()
    });
    let hive = hive(queue.clone()).settings(no_retries());
    let hive = hive.register(ill).register(other_reader).build().unwrap();
    let running = hive.start().await.unwrap();
    let sent = event("Start", "");
    running.publisher().publish(sent.clone()).await.unwrap();
    within(MINUTE, "given up", queue.idle()).await;
    assert_eq!(queue.census().dead_lettered, 1);
    let letters = queue.dead_letters();
    letters
        .redrive(&name("Start-Ill"), sent.id())
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!(cured.all(), [1, 1]);
    assert_eq!((other.len(), queue.census().dead_lettered), (1, 0));
}
