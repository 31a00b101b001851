//! Events on their way to topics and simple queues.

use std::collections::BTreeMap;
use std::sync::Arc;

use beehive_core::event::{DeliverAt, Event, EventLimits};
use beehive_core::queue::{Order, PublishError, PublishFailure, QueueKind, QueueName, Receipt};
use beehive_core::{Error, ErrorKind, Result};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use jiff::Timestamp;

use super::batches::Outgoing;
use super::codec::Message;
use super::delay::first_step;
use super::group::Group;
use super::options::UnheardTopics;
use super::parts::Parts;
use super::topology::TopicDesk;
use crate::ProvisioningMode;

const PUBLISH: &str = "publish";
/// How many bodies of one batch are left on S3 at one time.
const DEPOSITS_MAX: usize = 16;

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
    let mut packing = Vec::with_capacity(events.len());
    for (_, event) in events {
        packing.push(parts.bodies.pack(event, now));
    }
    let packed: Vec<_> = stream::iter(packing).buffered(DEPOSITS_MAX).collect().await;
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
                let going = Going {
                    position: *position,
                    event,
                    message: Arc::new(message),
                    delay,
                };
                outgoing.push(going);
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

/// An event with its message.
struct Going<'a> {
    position: usize,
    event: &'a Event,
    message: Arc<Message>,
    delay: i32,
}

impl Going<'_> {
    fn outgoing(&self, in_order: bool) -> Outgoing {
        Outgoing {
            message: Arc::clone(&self.message),
            delay: self.delay,
            group: in_order.then(|| Group::of(self.event)),
        }
    }
}

fn positions(going: &[Going<'_>]) -> Vec<usize> {
    going.iter().map(|going| going.position).collect()
}

async fn to_queue(parts: &Parts, place: &QueueName, going: Vec<Going<'_>>) -> Vec<(usize, Error)> {
    let positions = positions(&going);
    let desk = match parts.topology.queue(place).await {
        Ok(desk) => desk,
        Err(error) => return all_failed(positions, &error),
    };
    let outgoing: Vec<_> = going
        .iter()
        .map(|going| going.outgoing(desk.is_ordered()))
        .collect();
    let failures = failures(&positions, desk.sends.all(outgoing).await);
    if failures.iter().any(is_missing) {
        parts.topology.forget(&desk);
    }
    failures
}

/// Publishes to a topic; whether it keeps order or is there at all, is found out by what SNS says.
async fn to_topic(
    parts: &Parts,
    place: &QueueName,
    mut going: Vec<Going<'_>>,
) -> Vec<(usize, Error)> {
    let mut failed = Vec::new();
    let desk = match parts.topology.topic(place).await {
        Ok(desk) => desk,
        Err(error) => return all_failed(positions(&going), &error),
    };
    let mut missing = announce(parts, &desk, &mut going, &mut failed).await;
    let other = if desk.is_ordered {
        Order::Any
    } else {
        Order::BySubject
    };
    if missing.is_some()
        && let Ok(desk) = parts.topology.topic_in(place, other).await
    {
        missing = announce(parts, &desk, &mut going, &mut failed).await;
    }
    if missing.is_none() {
        return failed;
    }
    let declared = match declare(parts, place).await {
        Ok(()) => parts.topology.topic_in(place, Order::Any).await,
        Err(error) => Err(error),
    };
    match declared {
        Ok(desk) => {
            if let Some(error) = announce(parts, &desk, &mut going, &mut failed).await {
                failed.extend(all_failed(positions(&going), &error));
            }
        }
        Err(error) => failed.extend(all_failed(positions(&going), &error)),
    }
    failed
}

/// Publishes through this desk. What is left over found no such topic, and why it is so is returned.
async fn announce(
    parts: &Parts,
    desk: &TopicDesk,
    going: &mut Vec<Going<'_>>,
    failed: &mut Vec<(usize, Error)>,
) -> Option<Error> {
    let outgoing: Vec<_> = going
        .iter()
        .map(|going| going.outgoing(desk.is_ordered))
        .collect();
    let sent = failures(&positions(going), desk.publishes.all(outgoing).await);
    if parts.unheard_topics == UnheardTopics::Noticed && sent.len() < going.len() {
        parts.topology.listen(desk, &parts.condition).await;
    }
    let (missing, others): (Vec<_>, Vec<_>) = sent.into_iter().partition(is_missing);
    // What was not sent behind one that found no topic is as it.
    let first_missing = missing.first().map(|(position, _)| *position);
    let mut left: Vec<usize> = missing.iter().map(|(position, _)| *position).collect();
    for (position, error) in others {
        if first_missing.is_some() && desk.is_ordered && error.is_temporary() {
            left.push(position);
        } else {
            failed.push((position, error));
        }
    }
    going.retain(|going| left.contains(&going.position));
    missing.into_iter().next().map(|(_, error)| error)
}

/// Declares a topic that is published to and does not exist.
async fn declare(parts: &Parts, topic: &QueueName) -> Result<()> {
    if parts.provisioning == ProvisioningMode::Create {
        return parts.topology.declare(topic, Order::Any).await;
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
