//! Messages as events.

use std::borrow::Cow;

use beehive_core::event::{Event, from_cloudevent};
use beehive_core::{Error, ErrorKind};
use bytes::Bytes;
use lapin::BasicProperties;
use lapin::types::FieldTable;

use super::unreadable::unreadable;
use super::{Incoming, Note, Original, death, headers, record};

const CONTENT_TYPE: &str = "datacontenttype";

/// Reads a delivery. Never fails: what cannot be read comes with a defect.
pub(crate) fn decode(properties: &BasicProperties, body: Bytes) -> Incoming {
    let table = properties.headers().as_ref();
    let (note, note_defect) = match Note::read(table) {
        Ok(note) => (note, None),
        Err(defect) => (Note::default(), Some(defect)),
    };
    let (event, event_defect) = match read(properties, table, &body) {
        Ok(event) => (event, None),
        Err(defect) => (unreadable(properties, body), Some(defect)),
    };
    let deliveries_before = headers::get(table, headers::DELIVERY_COUNT)
        .and_then(headers::as_count)
        .unwrap_or(0);
    let record = record::read(table).or_else(|| death::read(table, &note, deliveries_before));
    Incoming {
        original: Original::of(properties, event_defect.is_none()),
        event,
        defect: event_defect.or(note_defect),
        note,
        deliveries_before,
        record,
        dead_lettered: headers::get(table, headers::DEAD_LETTERED).and_then(headers::as_time),
    }
}

fn read(
    properties: &BasicProperties,
    table: Option<&FieldTable>,
    body: &Bytes,
) -> Result<Event, Error> {
    let mut values = Vec::with_capacity(16);
    let mut has_content_type = false;
    for (header, value) in table.into_iter().flat_map(FieldTable::inner) {
        let Some(name) = headers::attribute(header.as_str()) else {
            continue;
        };
        let text = headers::as_text(value).ok_or_else(|| not_text(name))?;
        has_content_type |= name == CONTENT_TYPE;
        values.push((name, text));
    }
    if values.is_empty() {
        return Err(not_an_event());
    }
    if !has_content_type && let Some(content_type) = properties.content_type() {
        values.push((CONTENT_TYPE, Cow::Borrowed(content_type.as_str())));
    }
    from_cloudevent(values, body.clone())
}

fn not_an_event() -> Error {
    Error::new(
        ErrorKind::Undecodable,
        "the message has no headers cloudEvents:…; its producer must write CloudEvents in binary mode",
    )
    .with_operation("read message")
}

fn not_text(attribute: &str) -> Error {
    Error::new(
        ErrorKind::Undecodable,
        "the value is neither a text nor a number, a truth value or a time",
    )
    .with_operation("read message")
    .with_context("attribute", attribute)
}
