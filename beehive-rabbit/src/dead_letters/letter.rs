//! A message of a dead-letter queue.

use std::collections::BTreeMap;

use beehive_core::event::Event;
use beehive_core::queue::{DeadLetter, DeadLetterReason, DeadLetterRecord};
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{DeliveryTag, ShortString};

use super::place::{Identity, Place};
use crate::codec::{Incoming, Note, Original, decode, encode_again};
use crate::publisher::Message;

/// A message of a dead-letter queue, whoever put it there.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) place: Place,
    pub(super) tag: DeliveryTag,
    dead_letter: DeadLetter,
    original: Option<Original>,
}

impl Letter {
    pub(super) fn read(delivery: Delivery) -> Self {
        let properties = if delivery.redelivered {
            without_looks(delivery.properties)
        } else {
            delivery.properties
        };
        let incoming = decode(&properties, Bytes::from(delivery.data));
        let time = incoming
            .dead_lettered
            .or_else(|| incoming.record.as_ref().map(|record| record.last_failure))
            .or_else(|| sent(&properties))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let identity = Identity::new(incoming.event.id().clone(), incoming.event.data());
        let place = Place { time, identity };
        Self {
            place,
            tag: delivery.delivery_tag,
            original: incoming.original.clone(),
            dead_letter: dead_letter(incoming, time),
        }
    }

    pub(super) fn into_dead_letter(self) -> DeadLetter {
        self.dead_letter
    }

    /// The message that brings the event back to its queue as if it had never failed.
    pub(super) fn redriven(&self, queue: ShortString, now: Timestamp) -> Message {
        let event: &Event = &self.dead_letter.event;
        Message {
            exchange: ShortString::default(),
            routing_key: queue,
            properties: encode_again(event, self.original.as_ref(), &Note::default(), now),
            body: event.data().clone(),
        }
    }
}

/// The properties without the count of deliveries: here it counts how often somebody looked.
fn without_looks(mut properties: BasicProperties) -> BasicProperties {
    if let Some(headers) = properties.headers() {
        let kept: BTreeMap<_, _> = headers
            .inner()
            .iter()
            .filter(|(name, _)| name.as_str() != "x-delivery-count")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        properties = properties.with_headers(kept.into());
    }
    properties
}

/// What another program says about when it sent the message.
fn sent(properties: &BasicProperties) -> Option<Timestamp> {
    let seconds = properties.timestamp().as_ref()?;
    Timestamp::from_second(i64::try_from(*seconds).ok()?).ok()
}

fn dead_letter(incoming: Incoming, time: Timestamp) -> DeadLetter {
    let defect = incoming.defect.as_ref();
    let record = incoming.record.unwrap_or_else(|| DeadLetterRecord {
        reason: match defect {
            Some(_) => DeadLetterReason::Undecodable,
            None => DeadLetterReason::AttemptsExhausted,
        },
        errors: std::iter::once("another program put the message here without a word".to_owned())
            .chain(defect.map(ToString::to_string))
            .collect(),
        attempts: 0,
        actor: String::new(),
        host: String::new(),
        first_failure: time,
        last_failure: time,
    });
    DeadLetter {
        event: incoming.event,
        record,
    }
}
