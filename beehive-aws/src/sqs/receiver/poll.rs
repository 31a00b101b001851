//! One request for events, in a task of its own: what it brings is lost to nobody when its caller
//! goes away.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{Message as Given, MessageSystemAttributeName};
use beehive_core::event::DeliverAt;
use beehive_core::{ErrorKind, Result};
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::super::batches::{Change, Outgoing};
use super::super::codec::{Incoming, Message, decode};
use super::super::delay::next_step;
use super::super::parts::Parts;
use super::super::topology::QueueDesk;
use super::repetition::Repetition;
use super::term::{Term, held_seconds};
use crate::error::Fault;

/// The longest that SQS waits for events before it answers that there are none.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(20);
/// The most events that SQS gives at one time.
pub(super) const EVENTS_MAX: usize = 10;
/// What an answer may take beyond the wait it was asked for.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) events: usize,
    /// Whole seconds.
    pub(super) wait: Duration,
    pub(super) lease: Duration,
}

/// An event that came.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) incoming: Incoming,
    pub(super) receipt: String,
    /// How often SQS has delivered this message, this time included.
    pub(super) deliveries: u32,
    pub(super) term: Term,
}

/// What became of a message that was received.
#[derive(Debug)]
pub(super) enum Arrival {
    /// It is to be worked on.
    Event(Box<Received>),
    /// It was not due, and goes on its next step in another message.
    Replaced,
    /// It is not due, or cannot be had now, and comes again.
    Again,
}

impl Arrival {
    fn event(self) -> Option<Received> {
        match self {
            Self::Event(received) => Some(*received),
            Self::Replaced | Self::Again => None,
        }
    }
}

/// The answer to come.
pub(super) type Answer = oneshot::Receiver<Result<Vec<Received>>>;

/// Asks for events.
pub(super) fn start(parts: &Arc<Parts>, desk: &Arc<QueueDesk>, ask: Ask) -> Answer {
    let (answer, receiver) = oneshot::channel();
    let (parts, desk) = (Arc::clone(parts), Arc::clone(desk));
    tokio::spawn(async move {
        let received = run(&parts, &desk, ask).await;
        if let Err(Ok(unwanted)) = answer.send(received) {
            give_back(&desk, unwanted.into_iter().map(|event| event.receipt)).await;
        }
    });
    receiver
}

/// Has events delivered again at once. Those that cannot be told so come when their leases expire.
pub(crate) async fn give_back(desk: &QueueDesk, receipts: impl IntoIterator<Item = String>) {
    let changes: Vec<_> = receipts
        .into_iter()
        .map(|receipt| Change {
            receipt,
            seconds: 0,
        })
        .collect();
    if changes.is_empty() {
        return;
    }
    for error in desk
        .changes
        .all(changes)
        .await
        .into_iter()
        .filter_map(Result::err)
    {
        tracing::debug!(%error, "an event comes again only when its lease expires");
    }
}

async fn run(parts: &Parts, desk: &Arc<QueueDesk>, ask: Ask) -> Result<Vec<Received>> {
    let (given, term) = match request(parts, desk, ask).await {
        Ok(answer) => answer,
        Err(error) => {
            if error.kind() == ErrorKind::NotFound {
                parts.topology.forget(desk);
            }
            return Err(error);
        }
    };
    let received = given
        .into_iter()
        .map(|message| arrive(parts, desk, message, term));
    let arrived = join_all(received).await.into_iter();
    Ok(arrived.filter_map(Arrival::event).collect())
}

async fn request(parts: &Parts, desk: &QueueDesk, ask: Ask) -> Result<(Vec<Given>, Term)> {
    let patience = ask.wait + ANSWER_PATIENCE;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(parts.config.timeouts().connect())
        .operation_attempt_timeout(patience)
        .operation_timeout(patience + parts.config.timeouts().operation())
        .build();
    // Several at one time may be of one subject.
    let events = if desk.is_ordered() { 1 } else { ask.events };
    let request = parts
        .polls
        .receive_message()
        .queue_url(&desk.url)
        .max_number_of_messages(i32::try_from(events.clamp(1, EVENTS_MAX)).unwrap_or(1))
        .wait_time_seconds(i32::try_from(ask.wait.min(WAIT_MAX).as_secs()).unwrap_or(0))
        .visibility_timeout(held_seconds(ask.lease))
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
        .message_system_attribute_names(
            MessageSystemAttributeName::ApproximateFirstReceiveTimestamp,
        );
    let repetition = &Repetition::of(desk);
    let mut asked = Instant::now();
    let output = parts
        .calls
        .call(|| {
            asked = Instant::now();
            let overrides = aws_sdk_sqs::config::Config::builder().timeout_config(timeouts.clone());
            let sending = request
                .clone()
                .set_receive_request_attempt_id(repetition.id())
                .customize()
                .config_override(overrides)
                .send();
            async move {
                sending
                    .await
                    .inspect_err(|error| repetition.failed(Fault::of(error).verdict()))
            }
        })
        .await
        .map_err(|failed| {
            failed
                .into_error("receive")
                .with_context("on SQS", &desk.queue)
        })?;
    let term = Term::new(asked, ask.wait, Instant::now(), ask.lease);
    Ok((output.messages.unwrap_or_default(), term))
}

/// Reads what came.
pub(super) async fn arrive(parts: &Parts, desk: &QueueDesk, given: Given, term: Term) -> Arrival {
    let Some(receipt) = given.receipt_handle.clone() else {
        return Arrival::Again;
    };
    let number = |name| {
        let attributes = given.attributes.as_ref()?;
        attributes.get(&name)?.parse::<i64>().ok()
    };
    let deliveries = number(MessageSystemAttributeName::ApproximateReceiveCount)
        .and_then(|count| u32::try_from(count).ok())
        .unwrap_or(1);
    let first = number(MessageSystemAttributeName::ApproximateFirstReceiveTimestamp)
        .and_then(|millis| Timestamp::from_millisecond(millis).ok());
    let mut incoming = decode(Message::received(given));
    let mut counted = deliveries;
    if desk.is_ordered() && deliveries > 1 {
        // A deferral could note nothing, so every delivery before counts as a failure that was noted.
        incoming.note.attempts = incoming.note.attempts.saturating_add(deliveries - 1);
        incoming.note.first_failure = incoming.note.first_failure.or(first);
        counted = 1;
    }
    if let Some(step) = next_step(due(&incoming), Timestamp::now()) {
        return put_off(desk, incoming, receipt, step).await;
    }
    match parts.bodies.unpack(incoming).await {
        Ok(incoming) => Arrival::Event(Box::new(Received {
            incoming,
            receipt,
            deliveries: counted,
            term,
        })),
        Err(error) => {
            tracing::warn!(%error, queue = desk.queue, "the body of an event cannot be fetched; it comes again");
            Arrival::Again
        }
    }
}

/// When an event is to be delivered, if not at once. What has a defect is: sent once more, it would
/// have lost a note that cannot be read, and with it the defect.
fn due(incoming: &Incoming) -> Option<Timestamp> {
    if incoming.defect.is_some() {
        return None;
    }
    incoming.note.due.or(match incoming.event.delivers() {
        DeliverAt::At(time) => Some(time),
        _ => None,
    })
}

/// Sends an event on its next step, and then ends the last one. Who dies in between leaves both: one
/// of the two comes for nothing.
///
/// Where order is kept it is held back where it stands, and what is behind it with it.
async fn put_off(desk: &QueueDesk, incoming: Incoming, receipt: String, step: i32) -> Arrival {
    if desk.is_ordered() {
        let change = Change {
            receipt,
            seconds: step,
        };
        if let Err(error) = desk.changes.one(change).await {
            tracing::warn!(%error, queue = desk.queue, "a delayed event could not be put off; it is when its lease expires");
        }
        return Arrival::Again;
    }
    let next = Outgoing {
        message: Arc::new(incoming.message.with_note(&incoming.note)),
        delay: step,
        group: None,
    };
    let put_off = match desk.sends.one(next).await {
        Ok(()) => desk.deletes.one(receipt).await,
        Err(error) => Err(error),
    };
    match put_off {
        Ok(()) => Arrival::Replaced,
        Err(error) => {
            tracing::warn!(%error, queue = desk.queue, "a delayed event could not be put off; it is when its lease expires");
            Arrival::Again
        }
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::event::Event;

    use super::super::super::codec::{Value, encode};
    use super::*;

    #[test]
    fn what_has_a_defect_is_not_put_off() {
        let later = Timestamp::now() + jiff::SignedDuration::from_hours(1);
        let event = Event::new("Order", "text/plain", "x").deliver_at(later);
        let mut message = encode(&event, event.time()).unwrap();
        assert_eq!(due(&decode(message.clone())), Some(later));
        let note = Value::Text {
            data_type: "String".into(),
            value: "of another program".into(),
        };
        message.attributes.insert("beehive".into(), note);
        let read = decode(message);
        assert!(read.has_unread_note && read.defect.is_some());
        assert_eq!(due(&read), None);
    }
}
