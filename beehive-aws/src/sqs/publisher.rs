//! Events on their way to topics and simple queues.

use std::collections::BTreeMap;
use std::sync::Arc;

use beehive_core::event::{DeliverAt, Event, EventLimits};
use beehive_core::queue::{PublishError, PublishFailure, QueueKind, QueueName, Receipt};
use beehive_core::{Error, ErrorKind, Result};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::batches::Outgoing;
use super::delay::first_step;
use super::parts::Parts;
use crate::ProvisioningMode;

const PUBLISH: &str = "publish";

/// Publishes a batch: each event that may be goes out, together with others for the same place.
pub(super) async fn publish(
    parts: &Parts,
    limits: &EventLimits,
    events: &[Event],
) -> Result<Receipt, PublishError> {
    let mut failures: Vec<(usize, Error)> = Vec::new();
    let mut places: BTreeMap<QueueName, Vec<(usize, &Event)>> = BTreeMap::new();
    for (position, event) in events.iter().enumerate() {
        match limits.check(event).and_then(|()| destination(event)) {
            Ok(place) => places.entry(place).or_default().push((position, event)),
            Err(error) => failures.push((position, error)),
        }
    }
    let sent = places
        .iter()
        .map(|(place, events)| publish_to(parts, place, events));
    failures.extend(join_all(sent).await.into_iter().flatten());
    if failures.is_empty() {
        return Ok(Receipt::default());
    }
    failures.sort_by_key(|(position, _)| *position);
    let failures = failures.into_iter().filter_map(|(position, error)| {
        let event = events.get(position)?;
        Some(PublishFailure {
            position,
            id: event.id().clone(),
            error: error
                .with_operation(PUBLISH)
                .with_context("event", event.id()),
        })
    });
    Err(PublishError::new(failures.collect(), Receipt::default()))
}

/// The topic or simple queue of an event.
fn destination(event: &Event) -> Result<QueueName> {
    match event.destination() {
        Some(name) => Ok(name.clone()),
        None => QueueName::of_topic(event.event_type()),
    }
}

/// Publishes events to one place, and returns those that were not confirmed.
async fn publish_to(
    parts: &Parts,
    place: &QueueName,
    events: &[(usize, &Event)],
) -> Vec<(usize, Error)> {
    let now = Timestamp::now();
    let packed = join_all(
        events
            .iter()
            .map(|(_, event)| parts.bodies.pack(event, now)),
    )
    .await;
    let mut failures = Vec::new();
    let mut outgoing = Vec::new();
    for ((position, event), message) in events.iter().zip(packed) {
        match message {
            Ok(message) => {
                let delay = match (place.kind(), due(event, now)) {
                    (QueueKind::Queue, Some(due)) => first_step(due, now),
                    // A topic keeps nothing back: who receives it does.
                    _ => 0,
                };
                let message = Arc::new(message);
                outgoing.push((*position, Outgoing { message, delay }));
            }
            Err(error) => failures.push((*position, error)),
        }
    }
    let sent = if place.kind() == QueueKind::Topic {
        to_topic(parts, place, outgoing).await
    } else {
        to_queue(parts, place, outgoing).await
    };
    failures.extend(sent);
    failures
}

/// When an event is to be delivered, if not at once.
fn due(event: &Event, now: Timestamp) -> Option<Timestamp> {
    match event.delivers() {
        DeliverAt::Now => None,
        DeliverAt::At(time) => Some(time),
        DeliverAt::After(delay) => Some(now.saturating_add(delay).unwrap_or(Timestamp::MAX)),
    }
}

async fn to_queue(
    parts: &Parts,
    place: &QueueName,
    outgoing: Vec<(usize, Outgoing)>,
) -> Vec<(usize, Error)> {
    let desk = match parts.topology.queue(place).await {
        Ok(desk) => desk,
        Err(error) => return all_failed(outgoing.iter().map(|(position, _)| *position), &error),
    };
    let (positions, outgoing): (Vec<_>, Vec<_>) = outgoing.into_iter().unzip();
    let failures = failures(&positions, desk.sends.all(outgoing).await);
    if failures.iter().any(is_missing) {
        parts.topology.forget(&desk);
    }
    failures
}

async fn to_topic(
    parts: &Parts,
    place: &QueueName,
    outgoing: Vec<(usize, Outgoing)>,
) -> Vec<(usize, Error)> {
    let positions: Vec<_> = outgoing.iter().map(|(position, _)| *position).collect();
    let desk = match parts.topology.topic(place).await {
        Ok(desk) => desk,
        Err(error) => return all_failed(positions, &error),
    };
    // What is published again if there turns out to be no such topic.
    let copies: BTreeMap<usize, Outgoing> = outgoing
        .iter()
        .map(|(position, outgoing)| (*position, outgoing.clone()))
        .collect();
    let outgoing = outgoing.into_iter().map(|(_, outgoing)| outgoing);
    let sent = failures(&positions, desk.publishes.all(outgoing).await);
    let (missing, mut failed): (Vec<_>, Vec<_>) = sent.into_iter().partition(is_missing);
    if missing.is_empty() {
        return failed;
    }
    if let Err(error) = declare(parts, place).await {
        failed.extend(all_failed(
            missing.iter().map(|(position, _)| *position),
            &error,
        ));
        return failed;
    }
    let positions: Vec<_> = missing.iter().map(|(position, _)| *position).collect();
    let again = copies
        .into_iter()
        .filter(|(position, _)| positions.contains(position))
        .map(|(_, outgoing)| outgoing);
    failed.extend(failures(&positions, desk.publishes.all(again).await));
    failed
}

/// Declares a topic that is published to and does not exist.
async fn declare(parts: &Parts, topic: &QueueName) -> Result<()> {
    if parts.provisioning == ProvisioningMode::Create {
        return parts.topology.declare(topic).await;
    }
    Err(Error::new(
        ErrorKind::Configuration,
        "the topic does not exist, and this queue may not create it; have it created, or check \
         region and namespace",
    )
    .with_context("topic", topic))
}

fn is_missing((_, error): &(usize, Error)) -> bool {
    error.kind() == ErrorKind::NotFound
}

fn failures(positions: &[usize], fates: Vec<Result<()>>) -> Vec<(usize, Error)> {
    let fates = positions.iter().copied().zip(fates);
    fates
        .filter_map(|(position, fate)| Some((position, fate.err()?)))
        .collect()
}

/// The same error for each; it cannot be copied, but what it says can.
fn all_failed(positions: impl IntoIterator<Item = usize>, error: &Error) -> Vec<(usize, Error)> {
    let copy = || {
        let copy = Error::new(error.kind(), error.to_string());
        if error.is_temporary() {
            copy.temporary()
        } else {
            copy
        }
    };
    positions
        .into_iter()
        .map(|position| (position, copy()))
        .collect()
}
