//! Dead letters, which must always fit onto the wire.

use std::collections::BTreeMap;

use beehive_core::event::Event;
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use proptest::prelude::*;

use super::super::encode::encode_dead_letter;
use super::super::headers::text;
use super::super::{Note, PROPERTIES_MAX, decode, encode_again, encode_given_up, properties_size};

fn record(errors: Vec<String>) -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors,
        attempts: 3,
        actor: "Order-Payment".into(),
        host: "host".into(),
        first_failure: "2023-11-14T22:13:20.5Z".parse().unwrap(),
        last_failure: "2023-11-14T22:14:20Z".parse().unwrap(),
    }
}

#[test]
fn a_dead_letter_comes_back_with_its_record() {
    let event = Event::new("Topic", "text/plain", "body");
    let record = record(vec!["outer".into(), "inner\n\u{1F41D}".into()]);
    let sent = encode_dead_letter(&event, &record, event.time());
    let read = decode(&sent, event.data().clone());
    assert!(read.defect.is_none());
    assert_eq!(read.record, Some(record));
    assert_eq!(read.dead_lettered, Some(event.time()));
    assert_eq!(read.event, event);
    // Redriven, it is as if it had never failed.
    let redriven = encode_again(
        &read.event,
        read.original.as_ref(),
        &Note::default(),
        event.time(),
    );
    let redriven = decode(&redriven, event.data().clone());
    assert_eq!(redriven.record, None);
    assert_eq!(redriven.dead_lettered, None);
}

#[test]
fn every_reason_comes_back() {
    let event = Event::new("Topic", "text/plain", "body");
    for reason in DeadLetterReason::ALL {
        let mut record = record(vec!["outer".into()]);
        record.reason = *reason;
        let sent = encode_dead_letter(&event, &record, event.time());
        assert_eq!(decode(&sent, Bytes::new()).record, Some(record));
    }
}

#[test]
fn a_reason_of_a_later_version_costs_nothing_else_of_the_record() {
    let event = Event::new("Topic", "text/plain", "body");
    let known = record(vec!["outer".into()]);
    let json = serde_json::to_string(&known).unwrap();
    let later = json.replace(r#""reason":"terminal""#, r#""reason":"retired","since":7"#);
    assert_ne!(later, json);
    let sent = encode_dead_letter(&event, &known, event.time());
    let mut headers = sent.headers().clone().unwrap().inner().clone();
    headers.insert("x-beehive-dead-letter".into(), text(later));
    let read = decode(&sent.with_headers(headers.into()), Bytes::new());
    let record = read.record.unwrap();
    assert_eq!(record.reason, DeadLetterReason::Other);
    assert!(record.errors[0].contains("`retired`"), "{record:?}");
    assert_eq!(record.errors[1..], known.errors);
    let rest = |record: &DeadLetterRecord| {
        let DeadLetterRecord {
            attempts,
            actor,
            host,
            ..
        } = record.clone();
        (
            attempts,
            actor,
            host,
            record.first_failure,
            record.last_failure,
        )
    };
    assert_eq!(rest(&record), rest(&known));
}

#[test]
fn a_record_that_cannot_be_read_is_still_a_dead_letters() {
    let headers = BTreeMap::from([("x-beehive-dead-letter".into(), text("{"))]);
    let read = decode(
        &BasicProperties::default().with_headers(headers.into()),
        Bytes::new(),
    );
    let record = read.record.unwrap();
    assert!(record.errors[0].contains("cannot be read"), "{record:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_dead_letter_fits_onto_the_wire_whatever_it_says(
        lengths in proptest::collection::vec(0..200_000_usize, 0..6),
        count in 0..2_000_usize,
        filler in prop_oneof![Just('x'), Just('\u{1}'), Just('\u{1F41D}')],
        headers in proptest::collection::vec(0..130_000_usize, 0..3),
    ) {
        let long = lengths.iter().map(|length| filler.to_string().repeat(*length / 4));
        let record = record(long.chain((0..count).map(|n| n.to_string())).collect());
        let event = Event::new("Topic", "text/plain", "body");
        let table: BTreeMap<_, _> = headers
            .iter()
            .enumerate()
            .map(|(n, length)| (format!("h{n}").into(), text("y".repeat(*length))))
            .collect();
        let foreign = BasicProperties::default().with_headers(table.into());
        let incoming = decode(&foreign, Bytes::new());
        let original = incoming.original.as_ref();
        let sent = [
            encode_dead_letter(&event, &record, event.time()),
            encode_given_up(&incoming.event, original, &record, Timestamp::now()),
        ];
        for properties in sent {
            prop_assert!(properties_size(&properties) <= PROPERTIES_MAX);
            let read = decode(&properties, Bytes::new()).record.unwrap();
            prop_assert_eq!(read.reason, record.reason);
            prop_assert_eq!(read.attempts, record.attempts);
            prop_assert_eq!(read.errors.is_empty(), record.errors.is_empty());
        }
    }
}
