//! Events as messages.

use std::collections::BTreeMap;

use beehive_core::event::{Event, to_cloudevent};
use beehive_core::queue::DeadLetterRecord;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, ShortString};

use super::{Note, Original, headers, record};

/// The delivery mode of messages that survive a restart of the broker.
pub(super) const PERSISTENT: u8 = 2;

/// The message for an event: `CloudEvents` attributes as headers `cloudEvents:…`, persistent,
/// `message_id` and `content_type` set, our note in headers `x-beehive-…`.
pub(crate) fn encode(event: &Event, note: &Note, now: Timestamp) -> BasicProperties {
    let mut headers = attributes(event, now);
    note.write(&mut headers);
    properties(event, headers)
}

/// The message for a dead letter: as [`encode`] without a note, with the record in a header.
pub(super) fn encode_dead_letter(
    event: &Event,
    record: &DeadLetterRecord,
    now: Timestamp,
) -> BasicProperties {
    let mut headers = attributes(event, now);
    record::write(&mut headers, record, now);
    properties(event, headers)
}

/// The message for an event that was received, to be sent once more: with a deferral or a redrive.
/// `original` is what [`Incoming::original`](super::Incoming::original) held.
pub(crate) fn encode_again(
    event: &Event,
    original: Option<&Original>,
    note: &Note,
    now: Timestamp,
) -> BasicProperties {
    match original {
        Some(original) => original.with_note(note),
        None => encode(event, note, now),
    }
}

/// The message for an event that was received and is given up.
/// `original` is what [`Incoming::original`](super::Incoming::original) held.
pub(crate) fn encode_given_up(
    event: &Event,
    original: Option<&Original>,
    record: &DeadLetterRecord,
    now: Timestamp,
) -> BasicProperties {
    match original {
        Some(original) => original.with_record(record, now),
        None => encode_dead_letter(event, record, now),
    }
}

fn attributes(event: &Event, now: Timestamp) -> BTreeMap<ShortString, AMQPValue> {
    // In binary mode the content type is the property, unless it does not fit into one.
    let is_property = |name: &str| name == "datacontenttype" && fits(event.content_type());
    to_cloudevent(event, now)
        .into_iter()
        .filter(|(name, _)| !is_property(name))
        .filter_map(|(name, value)| {
            let mut header = String::with_capacity(headers::ATTRIBUTE.len() + name.len());
            header.push_str(headers::ATTRIBUTE);
            header.push_str(&name);
            // The limits on events keep names short.
            Some((ShortString::try_new(header).ok()?, headers::text(value)))
        })
        .collect()
}

fn properties(event: &Event, headers: BTreeMap<ShortString, AMQPValue>) -> BasicProperties {
    let mut properties = BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_headers(headers.into());
    // A text that is too long for a property is in the headers alone.
    if let Ok(value) = ShortString::try_new(event.content_type()) {
        properties = properties.with_content_type(value);
    }
    if let Ok(value) = ShortString::try_new(event.id().to_string()) {
        properties = properties.with_message_id(value);
    }
    if let Ok(value) = ShortString::try_new(event.event_type()) {
        properties = properties.with_type(value);
    }
    if let Ok(seconds) = u64::try_from(event.time().as_second()) {
        properties = properties.with_timestamp(seconds);
    }
    properties
}

fn fits(text: &str) -> bool {
    text.len() <= lapin::types::MAX_SHORT_STRING_LENGTH
}
