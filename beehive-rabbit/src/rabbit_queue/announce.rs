//! Publishes batches of events.

mod batch;
mod declaring;
mod way;

use beehive_core::event::{Event, EventLimits};
use beehive_core::queue::{PublishError, Receipt};
use beehive_core::{Error, ErrorKind};
use jiff::Timestamp;

use self::batch::Batch;
use self::declaring::{Declaring, Try};
use self::way::{Destination, Way};
use super::Parts;
use crate::codec::encode;
use crate::config::TopologyMode;
use crate::publisher::{Message, Verdict};

/// How often a batch is published when something on its way was missing.
const TRIES: usize = 3;

/// Publishes a batch: each event to its destination or its topic, at once or through the delays.
///
/// The events go out together and in order, so those for one queue arrive in order unless one fails.
pub(super) async fn publish(
    parts: &Parts,
    limits: &EventLimits,
    events: &[Event],
) -> Result<Receipt, PublishError> {
    let now = Timestamp::now();
    let mut batch = Batch::new(events);
    let mut left: Vec<usize> = (0..events.len()).collect();
    for attempt in 1..=TRIES {
        let declaring = Declaring::new(parts, if attempt == 1 { Try::First } else { Try::Again });
        let (messages, sent) = prepare(declaring, limits, &mut batch, left, now).await;
        let verdicts = parts.publisher.publish(messages).await;
        left = Vec::new();
        for ((position, way), verdict) in sent.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Confirmed => {}
                Verdict::Failed(error) => batch.failed(position, error),
                verdict => match consequence(&way, &verdict) {
                    Consequence::EndPoint => batch.unrouted(position),
                    Consequence::Again if may_declare(parts) && attempt < TRIES => {
                        left.push(position);
                    }
                    Consequence::Again | Consequence::Failure => {
                        batch.failed(position, missing(&way, parts.config.topology));
                    }
                },
            }
        }
        if left.is_empty() {
            break;
        }
        // First use of a topic, or somebody deleted something.
        parts.topology.forget();
    }
    batch.finish()
}

/// The messages for these events, each with everything on its way there as far as that is known, and
/// the position and the way of each.
async fn prepare<'a>(
    mut declaring: Declaring<'a>,
    limits: &EventLimits,
    batch: &mut Batch<'a>,
    positions: Vec<usize>,
    now: Timestamp,
) -> (Vec<Message>, Vec<(usize, Way<'a>)>) {
    let mut messages = Vec::with_capacity(positions.len());
    let mut sent = Vec::with_capacity(positions.len());
    for position in positions {
        let event = batch.event(position);
        let way = match limits.check(event) {
            Ok(()) => Way::of(declaring.names(), event, now),
            Err(error) => {
                batch.failed(position, error);
                continue;
            }
        };
        if let Err(error) = declaring.make_sure(&way).await {
            batch.failed(position, error);
            continue;
        }
        messages.push(Message {
            exchange: way.exchange.clone(),
            routing_key: way.routing_key.clone(),
            properties: encode(event, &way.note, now),
            body: event.data().clone(),
        });
        sent.push((position, way));
    }
    (messages, sent)
}

fn may_declare(parts: &Parts) -> bool {
    parts.config.topology == TopologyMode::Declare
}

/// What follows from a message that is in no queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consequence {
    /// Nobody subscribes.
    EndPoint,
    /// What is missing is made, and the event published once more.
    Again,
    /// It cannot be published.
    Failure,
}

fn consequence(way: &Way<'_>, verdict: &Verdict) -> Consequence {
    match (verdict, way.destination) {
        // Some level of the delays is not there, or not bound.
        _ if way.is_delayed => Consequence::Again,
        (Verdict::NoExchange, Destination::Topic(_)) => Consequence::Again,
        (_, Destination::Topic(_)) => Consequence::EndPoint,
        (_, Destination::Queue(_)) => Consequence::Failure,
    }
}

/// The error for an event whose exchange or queue is missing, and stays so.
fn missing(way: &Way<'_>, mode: TopologyMode) -> Error {
    let message = match (way.destination, mode) {
        _ if way.is_delayed && mode == TopologyMode::Check => {
            "the exchanges and queues for delays are missing, and this program only checks the \
             topology; declare it with one that may"
        }
        _ if way.is_delayed => "the exchanges and queues for delays are deleted again and again",
        (Destination::Queue(_), _) => "there is no such queue; declare it first",
        (Destination::Topic(_), TopologyMode::Check) => {
            "the topic has no exchange, and this program only checks the topology; declare it with \
             one that may"
        }
        (Destination::Topic(_), _) => "the exchange of the topic is deleted again and again",
    };
    let error = Error::new(ErrorKind::NotFound, message).with_operation("publish");
    match way.destination {
        Destination::Topic(topic) => error.with_context("topic", topic),
        Destination::Queue(queue) => error.with_context("queue", queue),
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::queue::QueueName;

    use super::*;
    use crate::topology::Names;

    #[test]
    fn a_message_in_no_queue_is_an_end_point_or_worth_a_declaration_or_an_error() {
        use Consequence::{Again, EndPoint, Failure};
        let names = Names::new("shop".parse().unwrap());
        let queue: QueueName = "Jobs-Jobs".parse().unwrap();
        let topic = Event::new("Order", "text/plain", "");
        let job = topic.clone().with_destination(queue);
        let later = |event: &Event| {
            event
                .clone()
                .deliver_after(std::time::Duration::from_secs(9))
        };
        let cases = [
            (&topic, EndPoint, Again),
            (&job, Failure, Failure),
            (&later(&topic), Again, Again),
            (&later(&job), Again, Again),
        ];
        for (event, unrouted, no_exchange) in cases {
            let way = Way::of(&names, event, Timestamp::now());
            assert_eq!(consequence(&way, &Verdict::Unrouted), unrouted, "{way:?}");
            assert_eq!(
                consequence(&way, &Verdict::NoExchange),
                no_exchange,
                "{way:?}"
            );
        }
    }
}
