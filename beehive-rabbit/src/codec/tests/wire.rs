//! The wire format as version 1 writes it: queues outlive the program that filled them.

use std::time::Duration;

use beehive_core::event::{Event, EventId, TraceContext};
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord, FailureHistory};
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::protocol::basic::{gen_properties, parse_properties};
use lapin::types::AMQPValue;

use super::super::{Note, decode, encode};

const BODY: &[u8] = br#"{"total":42}"#;

/// Every header and property of a message of version 1, in the order of their names.
const HEADERS: [(&str, &str); 16] = [
    (
        "cloudEvents:causationid",
        "018f2f5e-8c5a-7c3b-9a1d-0123456789ac",
    ),
    (
        "cloudEvents:correlationid",
        "018f2f5e-8c5a-7c3b-9a1d-0123456789ac",
    ),
    ("cloudEvents:dataref", "https://bucket.example/key"),
    ("cloudEvents:deliverat", "2023-11-14T22:14:20Z"),
    ("cloudEvents:id", "018f2f5e-8c5a-7c3b-9a1d-0123456789ab"),
    ("cloudEvents:source", "shop"),
    ("cloudEvents:specversion", "1.0"),
    ("cloudEvents:subject", "order-4711"),
    ("cloudEvents:tenant", "blue"),
    ("cloudEvents:time", "2023-11-14T22:13:20.5Z"),
    (
        "cloudEvents:traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
    ("cloudEvents:type", "OrderAccepted"),
    ("x-beehive-attempts", "3"),
    ("x-beehive-deliveries", "1"),
    ("x-beehive-due", "2023-11-14T22:14:20Z"),
    ("x-beehive-first-failure", "2023-11-14T22:13:20.5Z"),
];

fn event() -> Event {
    let id = |last| EventId::parse(&format!("018f2f5e-8c5a-7c3b-9a1d-0123456789a{last}")).unwrap();
    Event::new("OrderAccepted", "application/json", BODY)
        .with_id(id('b'))
        .with_source("shop")
        .with_time("2023-11-14T22:13:20.5Z".parse().unwrap())
        .with_subject("order-4711")
        .with_body_url("https://bucket.example/key")
        .with_correlation_id(id('c'))
        .with_causation_id(id('c'))
        .with_trace(
            TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap(),
        )
        .with_property("tenant", "blue")
}

fn note() -> Note {
    Note {
        history: FailureHistory {
            attempts: 3,
            first_failure: Some("2023-11-14T22:13:20.5Z".parse().unwrap()),
            silent: 0,
        },
        deliveries: 1,
        due: Some("2023-11-14T22:14:20Z".parse().unwrap()),
    }
}

fn version_1() -> BasicProperties {
    let value = |name: &str, value: &str| match name {
        "x-beehive-attempts" | "x-beehive-deliveries" => {
            AMQPValue::LongLongInt(value.parse().unwrap())
        }
        _ => AMQPValue::LongString(value.into()),
    };
    let headers = HEADERS.map(|(name, text)| (name.into(), value(name, text)));
    BasicProperties::default()
        .with_content_type("application/json".into())
        .with_headers(std::collections::BTreeMap::from(headers).into())
        .with_delivery_mode(2)
        .with_message_id("018f2f5e-8c5a-7c3b-9a1d-0123456789ab".into())
        .with_timestamp(1_700_000_000)
        .with_type("OrderAccepted".into())
}

/// The same as it is on the wire, among the inputs of the fuzzer, with the body behind it.
const ON_THE_WIRE: &[u8] =
    include_bytes!("../../../../tests/fuzz/corpus/rabbit_message/golden-v1-event");

#[test]
fn version_1_is_the_same_on_the_wire() {
    let (body, properties) = parse_properties(ON_THE_WIRE).unwrap();
    assert_eq!(properties, version_1());
    assert_eq!(body, BODY);
    let written = gen_properties(&version_1())(Vec::new().into()).unwrap();
    assert_eq!(
        written.into_inner().0,
        ON_THE_WIRE[..ON_THE_WIRE.len() - BODY.len()]
    );
}

/// A dead letter of version 1, likewise.
const DEAD_LETTER: &[u8] =
    include_bytes!("../../../../tests/fuzz/corpus/rabbit_message/golden-v1-dead-letter");

#[test]
fn a_dead_letter_of_version_1_is_read() {
    let (body, properties) = parse_properties(DEAD_LETTER).unwrap();
    let read = decode(&properties, Bytes::from_static(body));
    assert!(read.defect.is_none(), "{:?}", read.defect);
    assert_eq!(read.event.event_type(), "OrderAccepted");
    let given_up = Some("2023-11-14T22:14:21Z".parse().unwrap());
    assert_eq!(read.dead_lettered, given_up);
    let record = DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["the bank is closed".into(), "connection refused".into()],
        attempts: 3,
        actor: "AuthorisePayment".into(),
        host: "hive-1".into(),
        first_failure: "2023-11-14T22:13:20.5Z".parse().unwrap(),
        last_failure: "2023-11-14T22:14:20Z".parse().unwrap(),
    };
    assert_eq!(read.record, Some(record));
}

#[test]
fn a_message_is_written_as_version_1_did() {
    let now = Timestamp::from_second(1_700_000_000).unwrap();
    let event = event().deliver_after(Duration::from_mins(1));
    assert_eq!(encode(&event, &note(), now), version_1());
}

#[test]
fn a_message_of_version_1_is_read() {
    let read = decode(&version_1(), Bytes::from_static(BODY));
    assert!(read.defect.is_none(), "{:?}", read.defect);
    let due = "2023-11-14T22:14:20Z".parse().unwrap();
    assert_eq!(read.event, event().deliver_at(due));
    assert_eq!(read.note, note());
    assert_eq!(read.original, None);
}
