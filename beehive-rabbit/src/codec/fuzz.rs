//! What must hold of a message, whatever is in it.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::protocol::basic::{gen_properties, parse_properties};

use crate::connection::content_header;

use super::{
    Incoming, Note, PROPERTIES_MAX, decode, encode_again, encode_given_up, properties_size,
};

/// Properties as they are on the wire, mended before they are read, and a body behind them.
///
/// Something is always read: an event, or a defect that says why not, with the body as it came.
/// Deferred, given up and redriven it is the same event, and always fits onto the wire.
pub(crate) fn message(data: &[u8]) {
    const BEFORE: usize = 12;
    let mut data = [&[0; BEFORE][..], data].concat();
    content_header(&mut data);
    let Ok((rest, properties)) = parse_properties(&data[BEFORE..]) else {
        return;
    };
    let body = Bytes::copy_from_slice(rest);
    let read = decode(&properties, body.clone());
    assert_eq!(read.event.data(), &body);
    if let Some(defect) = &read.defect {
        assert_eq!(defect.kind(), ErrorKind::Undecodable, "{defect}");
        assert!(!defect.is_temporary(), "{defect}");
    }
    let redelivered = decode(&properties, body.clone());
    assert_eq!(redelivered.event.id(), read.event.id());
    sized(&properties);

    let deferred = again(&read, &read.note);
    sized(&deferred);
    let deferred = decode(&deferred, body.clone());
    assert_same(&deferred.event, &read.event);
    assert_eq!(deferred.note, read.note);
    assert_eq!(deferred.dead_lettered, None);

    let record = record();
    let dead = encode_given_up(&read.event, read.original.as_ref(), &record, now());
    sized(&dead);
    assert!(properties_size(&dead) <= PROPERTIES_MAX);
    let dead = decode(&dead, body.clone());
    assert_same(&dead.event, &read.event);
    assert_eq!(dead.record, Some(record));
    assert_eq!(dead.dead_lettered, Some(now()));

    let redriven = decode(&again(&dead, &Note::default()), body);
    assert_same(&redriven.event, &read.event);
    assert_eq!(redriven.note, Note::default());
    assert_eq!(redriven.dead_lettered, None);
}

fn again(incoming: &Incoming, note: &Note) -> BasicProperties {
    encode_again(&incoming.event, incoming.original.as_ref(), note, now())
}

/// Equal, but for the time of an event that does not say one.
fn assert_same(is: &Event, was: &Event) {
    assert_eq!(is.id(), was.id());
    assert_eq!(&is.clone().with_time(was.time()), was);
}

/// What we take for the size of properties is not below what the driver writes.
fn sized(properties: &BasicProperties) {
    let written = gen_properties(properties)(Vec::new().into()).unwrap();
    let written = written.into_inner().0.len();
    let said = properties_size(properties);
    assert!(said >= written, "{said} < {written}");
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn record() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["why".into()],
        attempts: 3,
        actor: "Order-Payment".into(),
        host: "hive-1".into(),
        first_failure: now(),
        last_failure: now(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::arbitrary;
    use super::*;

    proptest! {
        #[test]
        fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..100)) {
            message(&data);
        }

        #[test]
        fn any_properties(
            properties in arbitrary::properties(),
            body in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let written = gen_properties(&properties)(Vec::new().into()).unwrap();
            let mut data = written.into_inner().0;
            data.extend(body);
            message(&data);
        }
    }
}
