//! What is kept of a message that is not an event of ours.

use std::fmt::Write as _;

use beehive_core::event::{Event, EventId};
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{FieldTable, ShortString};
use sha2::{Digest, Sha256};

use super::original;

/// The source of an event whose producer does not say.
const UNKNOWN: &str = "unknown";

/// An event with the body, and what else was readable. The same message always makes the same id.
pub(super) fn unreadable(properties: &BasicProperties, body: Bytes) -> Event {
    let text = |text: &Option<ShortString>| text.as_ref().map(|text| text.as_str().to_owned());
    let id = text(properties.message_id())
        .and_then(|id| EventId::parse(&id).ok())
        .or_else(|| EventId::parse(&fingerprint(properties, &body)).ok());
    let event_type = text(properties.kind()).unwrap_or_default();
    let content_type = text(properties.content_type()).unwrap_or_default();
    let mut event = Event::new(event_type, content_type, body)
        .with_source(text(properties.app_id()).unwrap_or_else(|| UNKNOWN.into()));
    if let Some(id) = id {
        event = event.with_id(id);
    }
    let time = properties
        .timestamp()
        .and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
    if let Some(time) = time {
        event = event.with_time(time);
    }
    event
}

/// An id out of everything that stays the same when the message is delivered again, dead-lettered
/// or redriven.
fn fingerprint(properties: &BasicProperties, body: &Bytes) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(body);
    let texts = [
        properties.content_type(),
        properties.content_encoding(),
        properties.correlation_id(),
        properties.reply_to(),
        properties.message_id(),
        properties.kind(),
        properties.app_id(),
    ];
    for text in texts {
        part(text.as_ref().map_or("", ShortString::as_str).as_bytes());
    }
    part(&properties.timestamp().unwrap_or(0).to_be_bytes());
    let table = properties.headers();
    for (name, value) in table.iter().flat_map(FieldTable::inner) {
        if original::is_kept(name.as_str()) {
            part(name.as_str().as_bytes());
            // The form of a value depends on nothing but the value.
            part(format!("{value:?}").as_bytes());
        }
    }
    let digest = hash.finalize();
    let hex = digest[..16].iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("unread-{hex}")
}
