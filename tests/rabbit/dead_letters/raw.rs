//! What other programs do to queues.

use std::collections::BTreeMap;

use beehive_tests::trials::Outcome;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, BasicQosOptions, BasicRejectOptions,
    QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation};
use libtest_mimic::Failed;

/// Takes the first message for good.
pub(super) async fn take(channel: &Channel, queue: &str) -> Result<Option<Delivery>, Failed> {
    let options = BasicGetOptions { no_ack: true };
    let taken = channel.basic_get(queue.into(), options).await?;
    Ok(taken.map(|taken| taken.delivery))
}

/// Takes the first message and has the broker dead-letter it.
pub(super) async fn reject(channel: &Channel, queue: &str) -> Outcome {
    let taken = channel
        .basic_get(queue.into(), BasicGetOptions::default())
        .await?
        .ok_or("nothing to reject")?;
    let options = BasicRejectOptions { requeue: false };
    channel
        .basic_reject(taken.delivery.delivery_tag, options)
        .await?;
    Ok(())
}

/// Holds so many messages by a consumer, as a person who looks with another tool does. Closing the
/// channel returns them.
pub(super) async fn hold(channel: &Channel, queue: &str, count: u16) -> Outcome {
    channel.basic_qos(count, BasicQosOptions::default()).await?;
    let mut consumer = channel
        .basic_consume(
            queue.into(),
            "other".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    for _ in 0..count {
        consumer.next().await.ok_or("the consumer ended")??;
    }
    // Dropped, it would be cancelled.
    channel.close(200, "seen".into()).await?;
    Ok(())
}

/// Holds so many messages one by one, and returns them by closing the channel.
pub(super) async fn get(channel: &Channel, queue: &str, count: usize) -> Outcome {
    for _ in 0..count {
        channel
            .basic_get(queue.into(), BasicGetOptions::default())
            .await?
            .ok_or("too few messages")?;
    }
    channel.close(200, "seen".into()).await?;
    Ok(())
}

/// Publishes to a queue, and makes sure that all arrived.
pub(super) async fn publish(
    channel: &Channel,
    queue: &str,
    messages: impl IntoIterator<Item = (BasicProperties, Vec<u8>)>,
) -> Outcome {
    const WINDOW: usize = 500;
    let mut window = Vec::with_capacity(WINDOW);
    for (properties, body) in messages {
        let options = BasicPublishOptions::default();
        let publish = channel.basic_publish("".into(), queue.into(), options, &body, properties);
        window.push(publish.await?);
        if window.len() == WINDOW {
            confirmed(std::mem::take(&mut window)).await?;
        }
    }
    confirmed(window).await
}

async fn confirmed(window: Vec<lapin::PublisherConfirm>) -> Outcome {
    for confirm in window {
        let confirmation = confirm.await?;
        if !matches!(confirmation, Confirmation::Ack(None)) {
            return Err(format!("not confirmed: {confirmation:?}").into());
        }
    }
    Ok(())
}

/// How many messages nobody holds, and how many consumers there are.
pub(super) async fn count(channel: &Channel, queue: &str) -> Result<(u32, u32), Failed> {
    let options = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let declare = channel.queue_declare(queue.into(), options, FieldTable::default());
    let queue = declare.await?;
    Ok((queue.message_count(), queue.consumer_count()))
}

pub(super) async fn delete(channel: &Channel, queue: &str) -> Outcome {
    let options = QueueDeleteOptions::default();
    channel.queue_delete(queue.into(), options).await?;
    Ok(())
}

/// The properties with another value of a header.
pub(super) fn with_header(properties: BasicProperties, name: &str, value: &str) -> BasicProperties {
    let mut headers = properties.headers().clone().unwrap_or_default();
    headers.insert(name.into(), AMQPValue::LongString(value.into()));
    properties.with_headers(headers)
}

/// The properties without a header.
pub(super) fn without_header(properties: BasicProperties, name: &str) -> BasicProperties {
    let headers = properties.headers().clone().unwrap_or_default();
    let kept: BTreeMap<_, _> = headers
        .inner()
        .iter()
        .filter(|(header, _)| header.as_str() != name)
        .map(|(header, value)| (header.clone(), value.clone()))
        .collect();
    properties.with_headers(kept.into())
}
