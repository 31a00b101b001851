//! What is kept of a message that is not an event of ours.

use std::fmt::Write as _;

use beehive_core::event::{Event, EventId};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::encode::CONTENT_TYPE;
use super::message::{Message, Value};

/// The source of an event whose publisher does not say.
const UNKNOWN: &str = "unknown";

/// An event with the body, and what else was readable. The same message always makes the same id.
pub(super) fn unreadable(message: &Message) -> Event {
    let given = |name: &str| message.text(name).map(str::to_owned);
    let id = given("ce-id")
        .and_then(|id| EventId::parse(&id).ok())
        .or_else(|| EventId::parse(&fingerprint(message)).ok());
    let event = Event::new(
        given("ce-type").unwrap_or_default(),
        given(CONTENT_TYPE).unwrap_or_default(),
        Bytes::from(message.body.clone()),
    )
    .with_source(given("ce-source").unwrap_or_else(|| UNKNOWN.into()));
    match id {
        Some(id) => event.with_id(id),
        None => event,
    }
}

/// An id out of everything that stays the same when the message is delivered again, dead-lettered
/// or redriven.
fn fingerprint(message: &Message) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(message.body.as_bytes());
    for (name, value) in &message.attributes {
        part(name.as_bytes());
        match value {
            Value::Text { data_type, value } => {
                part(data_type.as_bytes());
                part(value.as_bytes());
            }
            Value::Binary { data_type, value } => {
                part(data_type.as_bytes());
                part(value);
            }
        }
    }
    let digest = hash.finalize();
    digest[..16]
        .iter()
        .fold(String::from("unread-"), |mut id, byte| {
            // Writing into a string cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        })
}
