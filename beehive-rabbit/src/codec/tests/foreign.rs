//! Messages of other programs.

use std::collections::BTreeMap;

use beehive_core::ErrorKind;
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::AMQPValue;

use super::super::headers::text;
use super::super::{Note, decode, encode_again};

const BODY: Bytes = Bytes::from_static(b"\x00not json");

fn with(headers: &[(&str, AMQPValue)]) -> BasicProperties {
    let headers: BTreeMap<_, _> = headers
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone()))
        .collect();
    BasicProperties::default().with_headers(headers.into())
}

#[test]
fn what_cannot_be_read_has_a_defect_and_its_body() {
    let id = ("cloudEvents:id", text("1"));
    let source = ("cloudEvents:source", text("s"));
    let kind = ("cloudEvents:type", text("T"));
    let version = ("cloudEvents:specversion", text("1.0"));
    let all = [id.clone(), source.clone(), kind.clone(), version.clone()];
    assert!(decode(&with(&all), BODY).defect.is_none());
    let spoiled = |name: &'static str, value| [all.as_slice(), &[(name, value)]].concat();
    let cases = [
        vec![],
        vec![id.clone()],
        vec![id, source, kind],
        spoiled("cloudEvents:id", AMQPValue::Void),
        spoiled("cloudEvents:id", text(vec![0xff])),
        spoiled("cloudEvents:id", text("")),
        spoiled("cloudEvents:time", text("yesterday")),
        spoiled("cloudEvents:hops", text("-1")),
        spoiled("cloudEvents:specversion", text("0.3")),
        spoiled("cloudEvents:Upper", text("x")),
        spoiled("cloudEvents_id", text("1")),
        spoiled("x-beehive-attempts", text("three")),
        spoiled("x-beehive-due", AMQPValue::Boolean(true)),
    ];
    for headers in cases {
        let read = decode(&with(&headers), BODY);
        let defect = read.defect.unwrap_or_else(|| panic!("{headers:?}"));
        assert_eq!(defect.kind(), ErrorKind::Undecodable);
        assert_eq!(read.event.data(), &BODY);
    }
}

#[test]
fn values_that_are_not_texts_are_read_where_they_have_a_form() {
    let read = decode(
        &with(&[
            ("cloudEvents_id", AMQPValue::LongInt(4711)),
            ("cloudEvents_source", text("s")),
            ("cloudEvents_type", text("T")),
            ("cloudEvents_specversion", text("1.0")),
            ("cloudEvents_time", AMQPValue::Timestamp(1_700_000_000)),
            ("cloudEvents_flag", AMQPValue::Boolean(true)),
        ]),
        BODY,
    );
    assert!(read.defect.is_none(), "{:?}", read.defect);
    assert_eq!(read.event.id().to_string(), "4711");
    assert_eq!(read.event.time().as_second(), 1_700_000_000);
    assert_eq!(read.event.property("flag"), Some("true"));
}

#[test]
fn what_a_bare_message_says_is_kept() {
    let properties = BasicProperties::default()
        .with_content_type("application/x-thing".into())
        .with_type("OrderAccepted".into())
        .with_message_id("m-1".into())
        .with_app_id("shop".into())
        .with_timestamp(1_700_000_000);
    let read = decode(&properties, BODY);
    assert!(read.defect.is_some());
    assert_eq!(read.event.id().to_string(), "m-1");
    assert_eq!(read.event.event_type(), "OrderAccepted");
    assert_eq!(read.event.content_type(), "application/x-thing");
    assert_eq!(read.event.source(), "shop");
    assert_eq!(read.event.time().as_second(), 1_700_000_000);
}

#[test]
fn without_an_id_each_message_has_its_own_and_keeps_it() {
    let plain = with(&[("tenant", text("blue"))]);
    let id = |properties: &BasicProperties, body: &'static [u8]| {
        decode(properties, Bytes::from_static(body))
            .event
            .id()
            .clone()
    };
    let first = id(&plain, b"one");
    assert_eq!(first, id(&plain, b"one"));
    assert_ne!(first, id(&plain, b"two"));
    assert_ne!(first, id(&with(&[("tenant", text("red"))]), b"one"));
    // What the broker adds on the way does not make it another.
    let redelivered = with(&[
        ("tenant", text("blue")),
        ("x-delivery-count", AMQPValue::LongLongInt(2)),
    ]);
    assert_eq!(first, id(&redelivered, b"one"));
}

#[test]
fn another_programs_message_is_sent_again_as_it_came() {
    let table = AMQPValue::FieldTable(BTreeMap::from([("a".into(), AMQPValue::Void)]).into());
    let properties = with(&[
        ("tenant", text(vec![0xff, 0x00])),
        ("nested", table),
        ("CC", AMQPValue::FieldArray(vec![text("elsewhere")].into())),
        ("x-delivery-count", AMQPValue::LongLongInt(2)),
        ("x-beehive-attempts", AMQPValue::LongLongInt(7)),
    ])
    .with_correlation_id("c".into())
    .with_reply_to("r".into())
    .with_priority(5)
    .with_content_encoding("gzip".into())
    .with_expiration("1000".into())
    .with_user_id("somebody".into());
    let read = decode(&properties, BODY);
    let now = Timestamp::now();
    let again = encode_again(&read.event, read.original.as_ref(), &Note::default(), now);
    let nested = &properties.headers().as_ref().unwrap().inner()["nested"];
    let expected = with(&[
        ("tenant", text(vec![0xff, 0x00])),
        ("nested", nested.clone()),
    ])
    .with_correlation_id("c".into())
    .with_reply_to("r".into())
    .with_priority(5)
    .with_content_encoding("gzip".into())
    .with_delivery_mode(2);
    assert_eq!(again, expected);
}

#[test]
fn a_sound_event_with_headers_of_its_producer_keeps_them() {
    let properties = with(&[
        ("cloudEvents:id", text("1")),
        ("cloudEvents:source", text("s")),
        ("cloudEvents:type", text("T")),
        ("cloudEvents:specversion", text("1.0")),
        ("tenant", text("blue")),
    ]);
    let read = decode(&properties, BODY);
    assert!(read.defect.is_none());
    let note = Note {
        deliveries: 3,
        ..Note::default()
    };
    let again = encode_again(&read.event, read.original.as_ref(), &note, Timestamp::now());
    let headers = again.headers().as_ref().unwrap();
    assert_eq!(headers.inner().get("tenant"), Some(&text("blue")));
    assert_eq!(decode(&again, BODY).note, note);
    assert_eq!(decode(&again, BODY).event.id(), read.event.id());
}
