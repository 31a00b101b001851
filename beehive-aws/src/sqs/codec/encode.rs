//! Events as messages.

use std::collections::BTreeMap;

use beehive_core::event::{Event, to_cloudevent};
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;

use super::body::{self, CLAIM, Deposit, ENCODING};
use super::message::{MESSAGE_MAX, Message, Value};
use super::text::{is_sendable, sendable_json};

/// Before the names of attributes that have a message attribute of their own.
pub(super) const ATTRIBUTE: &str = "ce-";
/// The attribute that stands without that, under the name that everyone has for it.
pub(super) const CONTENT_TYPE: &str = "content-type";
/// The message attribute with all others.
pub(super) const EXTENSIONS: &str = "ce-extensions";
/// The attributes that have a message attribute of their own.
const OWN: [&str; 6] = ["specversion", "id", "source", "type", "time", "subject"];
/// What an event leaves of a message's size: room for our note, with the record of a dead letter.
const NOTE_ROOM: usize = 8 * 1024;

/// The message for an event.
///
/// # Errors
/// `Limit` if it is larger than SNS takes.
pub(crate) fn encode(event: &Event, now: Timestamp) -> Result<Message> {
    let (body, encoding) = body::write(event.data());
    checked(event, assemble(event, body, encoding, now))
}

/// The message for an event whose data was left elsewhere.
///
/// # Errors
/// `Limit` if even so it is larger than SNS takes.
pub(crate) fn encode_claim(event: &Event, deposit: &Deposit, now: Timestamp) -> Result<Message> {
    // Two texts and a number always have a form in JSON.
    let body = serde_json::to_string(deposit).unwrap_or_default();
    checked(event, assemble(event, body, Some(CLAIM), now))
}

/// Whether the data is to be left elsewhere, if that is possible: beside it, the attributes have
/// the room that the limits promise them.
pub(crate) fn is_too_large_inline(event: &Event) -> bool {
    const ATTRIBUTES_ROOM: usize = 24 * 1024;
    body::written_size(event.data()) > MESSAGE_MAX - NOTE_ROOM - ATTRIBUTES_ROOM
}

fn checked(event: &Event, message: Message) -> Result<Message> {
    let size = message.size();
    if size <= MESSAGE_MAX - NOTE_ROOM {
        return Ok(message);
    }
    Err(Error::new(
        ErrorKind::Limit,
        "the event is too large for SNS and SQS; put its body into a store and send its URL, or \
         give the queue a claim check",
    )
    .with_operation("publish")
    .with_context("event", event.id())
    .with_context("is", size)
    .with_context("limit", MESSAGE_MAX - NOTE_ROOM))
}

fn assemble(event: &Event, body: String, encoding: Option<&str>, now: Timestamp) -> Message {
    let mut attributes = BTreeMap::new();
    let mut extensions = BTreeMap::new();
    for (name, value) in to_cloudevent(event, now) {
        let own = match &*name {
            "datacontenttype" => Some(CONTENT_TYPE.to_owned()),
            own if OWN.contains(&own) => Some(format!("{ATTRIBUTE}{own}")),
            _ => None,
        };
        match own {
            Some(own) if is_sendable(&value) => {
                attributes.insert(own, Value::text(value));
            }
            _ => {
                extensions.insert(name, value);
            }
        }
    }
    if !extensions.is_empty() {
        let json = serde_json::to_string(&extensions).unwrap_or_default();
        attributes.insert(EXTENSIONS.into(), Value::text(sendable_json(&json)));
    }
    if let Some(encoding) = encoding {
        attributes.insert(ENCODING.into(), Value::text(encoding));
    }
    Message { body, attributes }
}
