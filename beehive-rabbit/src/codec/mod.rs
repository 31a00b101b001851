//! Events as AMQP messages and back. Pure.

mod note;

pub(crate) use self::note::Note;

use beehive_core::Error;
use beehive_core::event::Event;
use beehive_core::queue::DeadLetterRecord;
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;

/// What a delivery says.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// The event; if it could not be read, its body and what was readable.
    pub(crate) event: Event,
    /// Why it could not be read, if so.
    pub(crate) defect: Option<Error>,
    /// What we noted on it.
    pub(crate) note: Note,
    /// How often a quorum queue says that it was delivered before (`x-delivery-count`).
    pub(crate) deliveries_before: u32,
    /// Why it is a dead letter, if it is one.
    pub(crate) record: Option<DeadLetterRecord>,
}

/// The message for an event: CloudEvents attributes as headers `cloudEvents:…`, persistent,
/// `message_id` and `content_type` set, our note in headers `x-beehive-…`.
pub(crate) fn encode(event: &Event, note: &Note, now: Timestamp) -> BasicProperties {
    let _ = (event, note, now);
    todo!()
}

/// The message for a dead letter: as [`encode`] without a note, with the record in a header.
pub(crate) fn encode_dead_letter(
    event: &Event,
    record: &DeadLetterRecord,
    now: Timestamp,
) -> BasicProperties {
    let _ = (event, record, now);
    todo!()
}

/// Reads a delivery. Never fails: what cannot be read comes with a defect.
pub(crate) fn decode(properties: &BasicProperties, body: Bytes) -> Incoming {
    let _ = (properties, body);
    todo!()
}
