//! What other programs send is kept as it came.

use std::num::NonZeroUsize;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord, EventQueue as _};
use beehive_tests::trials::{Outcome, Trial};
use jiff::Timestamp;
use libtest_mimic::Failed;

use super::{WAIT, declared, name, nothing, one, open, options};
use crate::emulator::trial;
use crate::faults::equal;
use crate::wire::{Fault, Wire};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("queues::foreign::messages_are_kept_as_they_came", kept),
        trial("queues::foreign::what_is_not_due_is_put_off", put_off),
        trial(
            "queues::foreign::a_step_that_fails_loses_nothing",
            step_fails,
        ),
    ]
}

async fn client() -> Client {
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(Wire::new());
    Client::new(&sdk.load().await)
}

async fn url(client: &Client, queue: &str) -> Result<String, Failed> {
    let output = client.get_queue_url().queue_name(queue).send().await?;
    output.queue_url.ok_or_else(|| "no URL".into())
}

async fn kept() -> Outcome {
    const BODY: &str = "{\"Records\":[{\"s3\":\"x\"}]}";
    let options = options();
    let jobs = name("Jobs-Jobs");
    let queue = open(&Wire::new(), options.clone()).await?;
    let mut worker = declared(&queue, &jobs).await?;
    let client = client().await;
    let physical = format!("{}-Jobs-Jobs", options.namespace());
    let url = url(&client, &physical).await?;
    let mut request = client.send_message().queue_url(&url).message_body(BODY);
    for number in 0..10 {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(number.to_string())
            .build()?;
        request = request.message_attributes(format!("their{number}"), value);
    }
    request.send().await?;

    let lease = one(&mut *worker).await?;
    equal("whether it has a defect", lease.defect().is_some(), true)?;
    equal("the body", lease.event().data().as_ref(), BODY.as_bytes())?;
    let id = lease.event().id().clone();
    let now = Timestamp::now();
    lease
        .dead_letter(&DeadLetterRecord {
            reason: DeadLetterReason::Undecodable,
            errors: vec!["no event".into()],
            attempts: 1,
            actor: "Jobs-Jobs".into(),
            host: "hive-1".into(),
            first_failure: now,
            last_failure: now,
        })
        .await?;
    let letter = queue.dead_letters().get(&jobs, &id).await?;
    equal(
        "the reason",
        letter.record.reason,
        DeadLetterReason::Undecodable,
    )?;
    queue.dead_letters().redrive(&jobs, &id).await?;
    nothing_but(&client, &url, BODY).await
}

/// Takes the one message of a queue as another program does.
async fn nothing_but(client: &Client, url: &str, body: &str) -> Outcome {
    let request = client
        .receive_message()
        .queue_url(url)
        .wait_time_seconds(5)
        .message_attribute_names("All");
    let output = request.send().await?;
    let messages = output.messages.unwrap_or_default();
    equal("messages", messages.len(), 1)?;
    equal("the body", messages[0].body(), Some(body))?;
    let attributes = messages[0].message_attributes.clone().unwrap_or_default();
    let mut names: Vec<_> = attributes.into_keys().collect();
    names.sort();
    let expected: Vec<_> = (0..10).map(|number| format!("their{number}")).collect();
    equal("the attributes", names, expected)
}

/// Sends an event that is due in so many seconds, as one whose last step but one ends.
async fn send_due(client: &Client, url: &str, seconds: u64) -> Result<Timestamp, Failed> {
    let text = |value: &str| {
        MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value)
            .build()
    };
    let due = Timestamp::now().saturating_add(Duration::from_secs(seconds))?;
    let note = format!("{{\"attempts\":4,\"due\":\"{due}\"}}");
    client
        .send_message()
        .queue_url(url)
        .message_body("clover")
        .message_attributes("ce-specversion", text("1.0")?)
        .message_attributes("ce-id", text("flower-1")?)
        .message_attributes("ce-source", text("meadow")?)
        .message_attributes("ce-type", text("Flower")?)
        .message_attributes("beehive", text(&note)?)
        .send()
        .await?;
    Ok(due)
}

/// What is longer than SQS can delay comes in steps: here the last but one of them.
async fn put_off() -> Outcome {
    let options = options();
    let queue = open(&Wire::new(), options.clone()).await?;
    let jobs = name("Jobs-Jobs");
    let mut worker = declared(&queue, &jobs).await?;
    let client = client().await;
    let url = url(&client, &format!("{}-Jobs-Jobs", options.namespace())).await?;
    let due = send_due(&client, &url, 3).await?;
    let lease = one(&mut *worker).await?;
    equal("due", Timestamp::now() >= due, true)?;
    equal("the attempt", lease.attempt(), 5)?;
    equal(
        "the event",
        lease.event().id().to_string(),
        "flower-1".into(),
    )?;
    lease.commit().await?;
    nothing(&mut *worker).await
}

/// Whether the next step cannot be sent, or the last one cannot be ended: as when the process dies there.
async fn step_fails() -> Outcome {
    for operation in ["SendMessageBatch", "DeleteMessageBatch"] {
        let (wire, options) = (Wire::new(), options());
        let queue = open(&wire, options.clone()).await?;
        let mut worker = declared(&queue, &name("Jobs-Jobs")).await?;
        let client = client().await;
        let url = url(&client, &format!("{}-Jobs-Jobs", options.namespace())).await?;
        // As often as it is tried.
        for _ in 0..8 {
            wire.fail(operation, Fault::Lose);
        }
        let due = send_due(&client, &url, 2).await?;
        // It comes late, when what was held of it is over; or both come, which are one event.
        let mut leases = Vec::new();
        for _ in 0..5 {
            leases = worker.receive(NonZeroUsize::MIN, WAIT).await?;
            if !leases.is_empty() {
                break;
            }
        }
        let lease = leases.pop().ok_or("no event came")?;
        equal(operation, Timestamp::now() >= due, true)?;
        equal("the attempts", lease.history().attempts, 4)?;
        let id = lease.event().id().to_string();
        equal("the event", id, "flower-1".into())?;
        lease.commit().await?;
        equal("all faults happened", wire.is_spent(), true)?;
    }
    Ok(())
}
