//! Publishes batches of events.

use beehive_core::ErrorKind;
use beehive_core::event::{DeliverAt, Event};
use beehive_core::queue::{PublishError, PublishFailure, QueueKind, QueueName, Receipt};
use jiff::Timestamp;

use super::Parts;
use crate::codec::{Note, encode};
use crate::publisher::{Message, Verdict};
use crate::topology::{Route, delayed};

/// How often a batch is published in which an exchange was missing.
const TRIES: usize = 3;

/// Publishes a batch: each event to its destination or its topic, at once or through the delays.
pub(super) async fn publish(parts: &Parts, events: &[Event]) -> Result<Receipt, PublishError> {
    let mut receipt = Receipt::default();
    let mut failures = Vec::new();
    let mut left: Vec<usize> = (0..events.len()).collect();
    let now = Timestamp::now();
    for attempt in 1.. {
        let mut messages = Vec::with_capacity(left.len());
        let mut sent = Vec::with_capacity(left.len());
        for position in left.drain(..) {
            match message(parts, &events[position], now).await {
                Ok(message) => {
                    messages.push(message);
                    sent.push(position);
                }
                Err(error) => failures.push(failure(events, position, error)),
            }
        }
        let verdicts = parts.publisher.publish(messages).await;
        for (position, verdict) in sent.into_iter().zip(verdicts) {
            let event = &events[position];
            let error = match verdict {
                Verdict::Confirmed => continue,
                Verdict::Unrouted if is_for_topic(event) => {
                    receipt.unrouted.push(position);
                    continue;
                }
                Verdict::NoExchange if attempt < TRIES => {
                    left.push(position);
                    continue;
                }
                Verdict::Unrouted | Verdict::NoExchange => beehive_core::Error::new(
                    ErrorKind::NotFound,
                    "there is no such queue; declare it first",
                )
                .with_operation("publish"),
                Verdict::Failed(error) => error,
            };
            failures.push(failure(events, position, error));
        }
        if left.is_empty() {
            break;
        }
        // First use of a topic, or somebody deleted it.
        parts.topology.forget();
        let mut undeclared = Vec::new();
        for position in left.drain(..) {
            match declare_target(parts, &events[position]).await {
                Ok(()) => undeclared.push(position),
                Err(error) => failures.push(failure(events, position, error)),
            }
        }
        left = undeclared;
        if left.is_empty() {
            break;
        }
    }
    receipt.unrouted.sort_unstable();
    failures.sort_by_key(|failure| failure.position);
    if failures.is_empty() {
        Ok(receipt)
    } else {
        Err(PublishError::new(failures, receipt))
    }
}

fn failure(events: &[Event], position: usize, error: beehive_core::Error) -> PublishFailure {
    PublishFailure {
        position,
        id: events[position].id().clone(),
        error,
    }
}

fn is_for_topic(event: &Event) -> bool {
    event
        .destination()
        .is_none_or(|name| name.kind() == QueueKind::Topic)
}

/// The message for an event, with everything on its way declared that can be.
async fn message(parts: &Parts, event: &Event, now: Timestamp) -> beehive_core::Result<Message> {
    let names = parts.topology.names();
    let topic = event
        .destination()
        .map_or(event.event_type(), QueueName::topic);
    let queue = event.destination().filter(|name| name.is_readable());
    let delay = match event.delivers() {
        DeliverAt::Now => None,
        DeliverAt::After(delay) => Some(delay),
        DeliverAt::At(time) => std::time::Duration::try_from(time.duration_since(now)).ok(),
    }
    .filter(|delay| !delay.is_zero());
    let mut note = Note::default();
    let (exchange, routing_key) = match (delay, queue) {
        (None, None) => (names.exchange(topic), "".into()),
        (None, Some(queue)) => ("".into(), names.queue(queue)),
        (Some(delay), queue) => {
            parts.topology.declare_delays().await?;
            let route = queue.map_or(Route::Topic(topic), Route::Queue);
            let way = delayed(names, delay, route);
            if !way.left.is_zero() {
                note.due = now.saturating_add(delay).ok();
            }
            (way.exchange, way.routing_key)
        }
    };
    Ok(Message {
        exchange,
        routing_key,
        properties: encode(event, &note, now),
        body: event.data().clone(),
    })
}

/// Declares the topic that an event is for, or the delays.
async fn declare_target(parts: &Parts, event: &Event) -> beehive_core::Result<()> {
    if matches!(event.delivers(), DeliverAt::Now) && is_for_topic(event) {
        let topic = event
            .destination()
            .map_or(event.event_type(), QueueName::topic);
        return parts.topology.declare(&QueueName::of_topic(topic)?).await;
    }
    parts.topology.declare_delays().await
}
