//! More dead letters than can be looked at return by a task of SQS.

use std::num::NonZeroU32;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry};
use beehive_core::queue::{EventQueue as _, FailureHistory, RedriveRate};
use beehive_tests::trials::{Outcome, Trial, eventually};
use libtest_mimic::Failed;

use super::{declared, name, one, open, options};
use crate::emulator::trial;
use crate::faults::equal;
use crate::wire::Wire;

/// More than a look takes.
const COUNT: usize = 1_030;
/// What is noted on a dead letter.
const NOTE: &str = r#"{"record":{"reason":"attempts-exhausted","errors":["wilted"],"attempts":9,"actor":"Worker","host":"hive-1","first_failure":"2026-11-22T03:04:05Z","last_failure":"2026-11-22T03:04:05Z"},"dead-lettered":"2026-11-22T03:04:06Z"}"#;

pub(super) fn trials() -> Vec<Trial> {
    vec![trial(
        "queues::redriving::what_is_too_much_to_look_at_is_moved",
        moved,
    )]
}

async fn moved() -> Outcome {
    let (wire, options) = (Wire::new(), options());
    let queue = open(&wire, options.clone()).await?;
    let jobs = name("Jobs-Jobs");
    let mut worker = declared(&queue, &jobs).await?;
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(Wire::new());
    let client = Client::new(&sdk.load().await);
    let physical = format!("{}-Jobs-Jobs", options.namespace());
    bury(&client, &format!("{physical}--dead")).await?;
    wire.take_counts();
    let fast = NonZeroU32::MIN.saturating_add(9_999);
    let rate = RedriveRate::per_second(fast);
    let redriven = queue.dead_letters().redrive_all(&jobs, rate).await?;
    equal("redriven", redriven, COUNT as u64)?;
    let counts = wire.take_counts();
    let asked = |name: &str| counts.iter().any(|(asked, _)| asked == name);
    equal("by a task", asked("StartMessageMoveTask"), true)?;
    equal("none was taken", asked("ReceiveMessage"), false)?;
    let url = client.get_queue_url().queue_name(&physical).send().await?;
    let url = url.queue_url.ok_or("no URL")?;
    eventually("all of them", Duration::from_secs(20), || async {
        let there = waiting(&client, &url).await?;
        Ok::<_, Failed>((there == COUNT).then_some(()))
    })
    .await?;
    // As if it had never failed, though the note is still on it.
    let lease = one(&mut *worker).await?;
    // AWS moves it as a new message. LocalStack counts that it took it from the dead letters.
    equal("the attempt", (1..=2).contains(&lease.attempt()), true)?;
    equal("the history", lease.history(), FailureHistory::default())?;
    equal("sound", lease.defect().is_none(), true)?;
    equal(
        "the body",
        lease.event().data().as_ref(),
        b"clover".as_slice(),
    )?;
    lease.commit().await?;
    equal("dead letters", queue.dead_letters().count(&jobs).await?, 0)
}

async fn waiting(client: &Client, url: &str) -> Result<usize, Failed> {
    let count = QueueAttributeName::ApproximateNumberOfMessages;
    let request = client.get_queue_attributes().queue_url(url);
    let output = request.attribute_names(count.clone()).send().await?;
    let attributes = output.attributes.unwrap_or_default();
    Ok(attributes.get(&count).ok_or("no count")?.parse()?)
}

/// Sends dead letters, as workers would have.
async fn bury(client: &Client, queue: &str) -> Outcome {
    let url = client.get_queue_url().queue_name(queue).send().await?;
    let numbers: Vec<_> = (0..COUNT).collect();
    for batch in numbers.chunks(10) {
        let request = client
            .send_message_batch()
            .set_queue_url(url.queue_url.clone());
        let entries = batch.iter().map(|number| letter(*number));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let sent = request.set_entries(Some(entries)).send().await?;
        equal("failed", sent.failed.len(), 0)?;
    }
    Ok(())
}

fn letter(number: usize) -> Result<SendMessageBatchRequestEntry, Failed> {
    let text = |value: &str| {
        MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value)
            .build()
    };
    let entry = SendMessageBatchRequestEntry::builder()
        .id((number % 10).to_string())
        .message_body("clover")
        .message_attributes("ce-specversion", text("1.0")?)
        .message_attributes("ce-id", text(&format!("job-{number}"))?)
        .message_attributes("ce-source", text("meadow")?)
        .message_attributes("ce-type", text("Jobs")?)
        .message_attributes("beehive", text(NOTE)?);
    Ok(entry.build()?)
}
