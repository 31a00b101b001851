//! Functions that are invoked, with a wire in place of AWS and a clock that is paused.

mod aws;
mod pieces;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::event::Event;
use beehive_core::hive::{FactorySettings, Hive, HiveBuilder};
use beehive_core::queue::{EventQueue as _, ReceiverOptions};
use beehive_core::recovery::RetryPolicy;
use beehive_core::schedule::{Interval, Pulse, PulserDescriptor};
use beehive_core::{ErrorKind, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use self::aws::{Aws, BROKEN, IN_ORDER, PLAIN};
use super::{LambdaFunction, RunningFunction, SqsBatch};
use crate::ProvisioningMode;
use crate::sqs::{SqsOptions, SqsQueue};

const ARN: &str = "arn:aws:sqs:eu-west-1:123456789012:shop-Order-Payment";
const SECOND: Duration = Duration::from_secs(1);

/// Does what the body of its event says.
#[derive(Debug, Default)]
struct Obedient {
    begun: AtomicUsize,
}

#[async_trait]
impl ProcessorActor for Obedient {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        match event.data().as_ref() {
            b"done" => {}
            b"slow" => sleep(10 * SECOND).await,
            b"endless" => std::future::pending().await,
            b"terminal" => return Err(ActorError::terminal("as the event says")),
            b"panic" => panic!("as the event says"),
            _ => return Err(ActorError::retry("as the event says")),
        }
        Ok(Vec::new())
    }
}

#[derive(Debug)]
struct Tick;

#[async_trait]
impl Pulse for Tick {
    async fn pulse(&self) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

/// Half a minute less the margin is what a function has here, and a lease is twelve seconds.
fn settings() -> FactorySettings {
    FactorySettings::default()
        .with_lease(12 * SECOND)
        .with_timeout(11 * SECOND)
        .with_retry(RetryPolicy::default().with_immediate(0))
}

async fn function(aws: &Aws) -> LambdaFunction {
    let options = SqsOptions::new("shop")
        .with_account("123456789012")
        .with_provisioning(ProvisioningMode::Trust);
    LambdaFunction::new(SqsQueue::open(&aws.config(), &options).await.unwrap())
}

fn hive(function: &LambdaFunction, actor: &Arc<Obedient>) -> HiveBuilder {
    let name = "Order-Payment".parse().unwrap();
    let actor: Arc<dyn ProcessorActor> = Arc::clone(actor) as _;
    Hive::builder("payment")
        .queue(function.queue())
        .settings(settings())
        .register(ActorDescriptor::new("Payment", name, move |_| {
            Some(Arc::clone(&actor))
        }))
        .entry("Order")
}

async fn running(aws: &Aws) -> (RunningFunction, Arc<Obedient>) {
    let actor = Arc::new(Obedient::default());
    let function = function(aws).await;
    let hive = hive(&function, &actor).build().unwrap();
    (function.start(hive).await.unwrap(), actor)
}

/// A record of this id and group; what its actor is to do is the data of its event.
fn record(arn: &str, id: &str, group: &str, data: &str) -> Value {
    let text = |value: &str| json!({ "stringValue": value, "dataType": "String" });
    json!({
        "messageId": id,
        "receiptHandle": format!("receipt-{id}"),
        "body": data,
        "attributes": { "ApproximateReceiveCount": "1", "MessageGroupId": group },
        "messageAttributes": {
            "ce-specversion": text("1.0"),
            "ce-id": text(&format!("event-{id}")),
            "ce-source": text("test"),
            "ce-type": text("Order"),
        },
        "eventSourceARN": arn,
    })
}

fn batch(records: impl IntoIterator<Item = Value>) -> SqsBatch {
    let records: Vec<_> = records.into_iter().collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

fn plain(data: &[&str]) -> SqsBatch {
    let numbered = data.iter().enumerate();
    batch(numbered.map(|(number, data)| record(ARN, &number.to_string(), "g", data)))
}

/// Invokes it with half a minute.
async fn invoke(function: &RunningFunction, batch: SqsBatch) -> Result<Vec<String>> {
    let deadline = SystemTime::now() + 30 * SECOND;
    let response = function.invoke(batch, deadline).await?;
    Ok(response.failures().map(str::to_owned).collect())
}

fn names(aws: &Aws) -> Vec<String> {
    aws.requests().into_iter().map(|(name, _)| name).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_done_takes_no_request() {
    let aws = Aws::new(PLAIN);
    let (function, actor) = running(&aws).await;
    let failures = invoke(&function, plain(&["done"; 25])).await.unwrap();
    assert_eq!(failures, [""; 0]);
    assert_eq!(actor.begun.load(Ordering::SeqCst), 25);
    assert_eq!(aws.requests(), []);
    assert_eq!(function.hive().statistics().processed, 25);
    assert_eq!(invoke(&function, batch([])).await.unwrap(), [""; 0]);
    assert!(function.drain().await.is_clean());
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_deferred_or_dead_lettered_and_then_done() {
    let aws = Aws::new(PLAIN);
    let (function, _) = running(&aws).await;
    let data = ["retry", "done", "terminal", "panic"];
    let unreadable = json!({
        "messageId": "x", "receiptHandle": "receipt-x", "body": "no event", "eventSourceARN": ARN,
    });
    let mut records: Vec<_> = data
        .iter()
        .enumerate()
        .map(|(number, data)| record(ARN, &number.to_string(), "g", data))
        .collect();
    records.push(unreadable);
    assert_eq!(invoke(&function, batch(records)).await.unwrap(), [""; 0]);
    let statistics = function.hive().statistics();
    assert_eq!(statistics.retried_later, 2, "{statistics:?}");
    assert_eq!(statistics.dead_lettered, 2, "{statistics:?}");
    let entries = |operation: &str| {
        let requests = aws.requests().into_iter();
        let entries = requests
            .filter(|(name, _)| name == operation)
            .flat_map(|(_, it)| it);
        entries.collect::<Vec<_>>()
    };
    // Two deferrals and two dead letters, and what they stand for is removed at once.
    assert_eq!(entries("SendMessageBatch").len(), 4);
    let removed = entries("DeleteMessageBatch");
    let mut removed: Vec<_> = removed
        .iter()
        .map(|it| it["ReceiptHandle"].clone())
        .collect();
    removed.sort_by_key(Value::to_string);
    assert_eq!(
        removed,
        ["receipt-0", "receipt-2", "receipt-3", "receipt-x"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_settled_comes_again_and_the_answer_is_in_time() {
    let aws = Aws::new(BROKEN);
    let (function, _) = running(&aws).await;
    let start = Instant::now();
    let failures = invoke(&function, plain(&["endless", "done", "retry"])).await;
    assert_eq!(failures.unwrap(), ["0", "2"]);
    let took = start.elapsed();
    assert!(took <= 29 * SECOND, "{took:?}");
    // Nothing is left over from it for the next.
    let failures = invoke(&function, plain(&["done"])).await.unwrap();
    assert_eq!(failures, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_that_has_not_the_time_of_a_lease() {
    let aws = Aws::new(PLAIN);
    let actor = Arc::new(Obedient::default());
    let function = function(&aws).await;
    let one = settings().with_parallelism(NonZeroUsize::MIN);
    let hive = hive(&function, &actor).settings(one).build().unwrap();
    let function = function.start(hive).await.unwrap();
    let start = Instant::now();
    let failures = invoke(&function, plain(&["slow"; 5])).await.unwrap();
    // Of 29 seconds, the third would begin after 20, and a lease is 12.
    assert_eq!(failures, ["2", "3", "4"]);
    let took = start.elapsed();
    assert!(took < 21 * SECOND, "{took:?}");
    assert_eq!(actor.begun.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn in_order_nothing_is_done_behind_what_failed() {
    let aws = Aws::new(IN_ORDER);
    let (function, actor) = running(&aws).await;
    let arn = format!("{ARN}.fifo");
    let records = [
        ("a1", "a", "done"),
        ("a2", "a", "retry"),
        ("b1", "b", "slow"),
        ("a3", "a", "done"),
        ("b2", "b", "done"),
        ("c1", "c", "terminal"),
        ("c2", "c", "done"),
    ];
    let records = records.map(|(id, group, data)| record(&arn, id, group, data));
    let failures = invoke(&function, batch(records)).await.unwrap();
    assert_eq!(failures, ["a2", "a3"]);
    assert_eq!(actor.begun.load(Ordering::SeqCst), 6);
    // a2 is held back where it is, a3 comes as soon as that does, c1 is a dead letter.
    let changes = aws.requests().into_iter();
    let changes = changes.filter(|(name, _)| name == "ChangeMessageVisibilityBatch");
    let changes: Vec<_> = changes.flat_map(|(_, entries)| entries).collect();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[0]["ReceiptHandle"], "receipt-a2");
    assert!(changes[0]["VisibilityTimeout"].as_i64() > Some(0));
    assert_eq!(changes[1]["ReceiptHandle"], "receipt-a3");
    assert_eq!(changes[1]["VisibilityTimeout"], 0);
    let sends = names(&aws)
        .iter()
        .filter(|it| *it == "SendMessageBatch")
        .count();
    assert_eq!(sends, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_due_goes_on_its_next_step() {
    let aws = Aws::new(PLAIN);
    let (function, actor) = running(&aws).await;
    let mut early = record(ARN, "early", "g", "done");
    let due = jiff::Timestamp::now()
        .saturating_add(3_600 * SECOND)
        .unwrap();
    let note = json!({ "stringValue": format!("{{\"due\":\"{due}\"}}"), "dataType": "String" });
    early["messageAttributes"]["beehive"] = note;
    let failures = invoke(&function, batch([early])).await.unwrap();
    assert_eq!(failures, [""; 0]);
    assert_eq!(actor.begun.load(Ordering::SeqCst), 0);
    let requests = aws.requests();
    assert_eq!(requests[0].1[0]["DelaySeconds"], 900);
    assert_eq!(names(&aws), ["SendMessageBatch", "DeleteMessageBatch"]);
}

#[tokio::test(start_paused = true)]
async fn in_order_what_is_not_due_is_held_back_with_all_behind_it() {
    let aws = Aws::new(IN_ORDER);
    let (function, _) = running(&aws).await;
    let arn = format!("{ARN}.fifo");
    let mut early = record(&arn, "early", "g", "done");
    let due = jiff::Timestamp::now().saturating_add(60 * SECOND).unwrap();
    let note = json!({ "stringValue": format!("{{\"due\":\"{due}\"}}"), "dataType": "String" });
    early["messageAttributes"]["beehive"] = note;
    let late = record(&arn, "late", "g", "done");
    let failures = invoke(&function, batch([early, late])).await.unwrap();
    assert_eq!(failures, ["early", "late"]);
    assert_eq!(names(&aws), ["ChangeMessageVisibilityBatch"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_nobody_can_work_on_fails_as_a_whole() {
    let aws = Aws::new(PLAIN);
    let (function, actor) = running(&aws).await;
    let kind = |refused: Result<Vec<String>>| {
        let error = refused.unwrap_err();
        assert!(error.to_string().contains("queue"), "{error}");
        error.kind()
    };
    for unknown in [
        "arn:aws:sqs:eu-west-1:123456789012:shop-Order-Other",
        "arn:aws:sqs:eu-west-1:123456789012:shop-Order-Payment--dead",
        "arn:aws:sqs:eu-west-1:210987654321:shop-Order-Payment",
        "arn:aws:sqs:us-east-1:123456789012:shop-Order-Payment",
    ] {
        let refused = invoke(&function, batch([record(unknown, "m", "g", "done")])).await;
        assert_eq!(kind(refused), ErrorKind::NotFound, "{unknown}");
    }
    let mixed = [ARN, "arn:other"].map(|arn| record(arn, "m", "g", "done"));
    let refused = invoke(&function, batch(mixed)).await;
    assert_eq!(kind(refused), ErrorKind::Invalid);
    // A lease is 12 seconds, so there is no time for one.
    for left in [Duration::ZERO, 10 * SECOND] {
        let deadline = SystemTime::now() + left;
        let error = function
            .invoke(plain(&["done"]), deadline)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{left:?}");
    }
    assert_eq!(actor.begun.load(Ordering::SeqCst), 0);
    assert_eq!(invoke(&function, plain(&["done"])).await.unwrap(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_takes_the_leases_along() {
    let aws = Aws::new(PLAIN);
    let (function, actor) = running(&aws).await;
    let deadline = SystemTime::now() + 30 * SECOND;
    let gone = tokio::time::timeout(SECOND, function.invoke(plain(&["slow"]), deadline));
    assert!(gone.await.is_err());
    sleep(10 * SECOND).await;
    assert_eq!(actor.begun.load(Ordering::SeqCst), 1);
    let statistics = function.hive().statistics();
    assert_eq!(
        (statistics.processed, statistics.leases_lost),
        (0, 1),
        "{statistics:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn several_invocations_at_one_time_are_told_apart() {
    let aws = Aws::new(PLAIN);
    let (function, _) = running(&aws).await;
    let (one, other) = tokio::join!(
        invoke(&function, plain(&["slow", "done"])),
        invoke(&function, plain(&["done", "slow", "slow"])),
    );
    assert_eq!((one.unwrap(), other.unwrap()), (vec![], vec![]));
    assert_eq!(function.hive().statistics().processed, 5);
}

#[tokio::test(start_paused = true)]
async fn a_hive_that_a_function_cannot_run_is_refused_before_it_runs() {
    let aws = Aws::new(PLAIN);
    // The actor of a hive that is given another queue is never asked.
    let own = function(&aws).await;
    let other = hive(&function(&aws).await, &Arc::default());
    let running = own.start(other.build().unwrap()).await.unwrap();
    let error = invoke(&running, plain(&["done"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("own queue"), "{error}");

    // Leases that cannot be extended must be longer than what they are for.
    let own = function(&aws).await;
    let built = hive(&own, &Arc::default())
        .settings(FactorySettings::default())
        .build();
    assert!(
        built
            .unwrap_err()
            .to_string()
            .contains("cannot extend leases")
    );

    let interval = Interval::fixed(SECOND);
    let pulser = PulserDescriptor::new("Clock", "Order", interval, |_| Some(Arc::new(Tick)));
    let hive = hive(&own, &Arc::default()).register_pulser(pulser);
    let error = own.start(hive.build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("Clock"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_keeps_to_its_limits() {
    let aws = Aws::new(PLAIN);
    let queue = function(&aws).await.queue();
    let options = |lease| ReceiverOptions::new(NonZeroUsize::MIN, lease);
    let kind = |opened: Result<_>| opened.map(drop).unwrap_err().kind();
    let topic = "Order-".parse().unwrap();
    let opened = queue.receiver(&topic, options(SECOND)).await;
    assert_eq!(kind(opened), ErrorKind::Invalid);
    let name = "Order-Payment".parse().unwrap();
    let opened = queue.receiver(&name, options(901 * SECOND)).await;
    assert_eq!(kind(opened), ErrorKind::Limit);
    let mut receiver = queue.receiver(&name, options(SECOND)).await.unwrap();
    let start = Instant::now();
    let nothing = receiver
        .receive(NonZeroUsize::MIN, 5 * SECOND)
        .await
        .unwrap();
    assert!(nothing.is_empty());
    assert_eq!(start.elapsed(), 5 * SECOND);
}
