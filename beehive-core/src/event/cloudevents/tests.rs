//! An event survives the way to another system and back.

use std::time::Duration;

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

use super::*;

fn id() -> impl Strategy<Value = EventId> {
    prop_oneof![
        any::<[u8; 16]>()
            .prop_map(|bytes| EventId::parse(&uuid::Uuid::from_bytes(bytes).to_string()).unwrap()),
        "[^\\p{Cc}]{1,40}".prop_map(|text| EventId::parse(&text).unwrap()),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000, 0_i32..1_000_000_000)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn trace() -> impl Strategy<Value = TraceContext> {
    (id(), option::of("[a-z]{1,8}=[a-z0-9]{1,8}")).prop_map(|(id, state)| {
        let trace = TraceContext::root(&id);
        match state {
            Some(state) => trace.with_state(state),
            None => trace,
        }
    })
}

prop_compose! {
    fn event()(
        (id, correlation_id, causation_id) in (id(), option::of(id()), option::of(id())),
        event_type in "\\PC{1,30}",
        source in "\\PC{1,30}",
        subject in option::of("\\PC{1,30}"),
        content_type in "[a-z]{1,8}/[a-z]{1,8}",
        (time, deliver_at) in (time(), option::of(time())),
        data in any::<Vec<u8>>(),
        body_url in option::of("https://[a-z/]{1,20}"),
        trace in option::of(trace()),
        hops in any::<u32>(),
        properties in btree_map("p[a-z0-9]{0,18}", ".*", 0..4),
    ) -> Event {
        Event::from_envelope(Envelope {
            id,
            event_type: event_type.into(),
            source: source.into(),
            time,
            subject: subject.map(Into::into),
            content_type: content_type.into(),
            data: data.into(),
            body_url: body_url.map(String::into_boxed_str),
            deliver_at: deliver_at.map_or(DeliverAt::Now, DeliverAt::At),
            correlation_id,
            causation_id,
            trace: trace.map(Box::new),
            hops,
            properties: (!properties.is_empty()).then(|| {
                Box::new(properties.into_iter().map(|(name, value)| (name.into(), value)).collect())
            }),
            destination: None,
        })
    }
}

proptest! {
    #[test]
    fn an_event_survives_the_way_through_cloudevents(event in event()) {
        let attributes = to_cloudevent(&event, Timestamp::UNIX_EPOCH);
        let read = from_cloudevent(attributes, event.data().clone()).unwrap();
        prop_assert_eq!(read.envelope(), event.envelope());
    }

    #[test]
    fn foreign_attributes_never_panic(
        attributes in proptest::collection::vec(("[a-z]{0,12}|type|id|time|hops", ".*"), 0..12),
    ) {
        from_cloudevent(attributes, Bytes::new()).ok();
    }
}

/// An event as version 1 writes it, among the inputs of the fuzzer.
const VERSION_1: &str = include_str!("../../../../tests/fuzz/corpus/cloudevent/golden-v1-event");

#[test]
fn an_event_of_version_1_is_read_and_written_as_it_was() {
    let (headers, data) = VERSION_1.split_once("\n\n").unwrap();
    let attributes: Vec<_> = headers
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .collect();
    let event = from_cloudevent(attributes.iter().copied(), data).unwrap();
    let id: EventId = "018f2f5e-8c5a-7c3b-9a1d-0123456789ab".parse().unwrap();
    let root: EventId = "018f2f5e-8c5a-7c3b-9a1d-0123456789ac".parse().unwrap();
    let trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let mut expected = Event::new("OrderAccepted", JSON, r#"{"total":42}"#)
        .with_id(id)
        .with_source("shop")
        .with_time("2023-11-14T22:13:20.5Z".parse().unwrap())
        .with_subject("order-4711")
        .with_body_url("https://bucket.example/key")
        .deliver_at("2023-11-14T22:14:20Z".parse().unwrap())
        .with_correlation_id(root.clone())
        .with_causation_id(root)
        .with_trace(trace.unwrap().with_state("vendor=1"))
        .with_property("tenant", "blue");
    expected.envelope_mut().hops = 3;
    assert_eq!(event, expected);
    let written = to_cloudevent(&event, event.time());
    let written: Vec<_> = written
        .iter()
        .map(|(name, value)| (&**name, value.as_str()))
        .collect();
    assert_eq!(written, attributes);
}

fn minimal() -> Vec<(&'static str, &'static str)> {
    vec![
        ("specversion", "1.0"),
        ("id", "a"),
        ("source", "/here"),
        ("type", "Happened"),
    ]
}

#[test]
fn the_four_required_attributes_are_enough() {
    let event = from_cloudevent(minimal(), "{}").unwrap();
    assert_eq!(event.event_type(), "Happened");
    assert_eq!(event.content_type(), JSON);
    assert_eq!(event.correlation_id(), event.id());
}

#[test]
fn what_cannot_be_read_is_named() {
    let cases: &[(&str, Option<&str>)] = &[
        ("id", None),
        ("source", None),
        ("type", None),
        ("type", Some("")),
        ("specversion", None),
        ("specversion", Some("2.0")),
        ("time", Some("yesterday")),
        ("deliverat", Some("soon")),
        ("hops", Some("-1")),
        ("id", Some("line\nbreak")),
    ];
    for (name, value) in cases {
        let mut attributes = minimal();
        attributes.retain(|(other, _)| other != name);
        attributes.extend(value.map(|value| (*name, value)));
        let error = from_cloudevent(attributes, "").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn an_attribute_given_twice_is_refused() {
    let mut attributes = minimal();
    attributes.push(("id", "b"));
    assert!(from_cloudevent(attributes, "").is_err());
}

#[test]
fn a_delay_becomes_a_time_when_written() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let event = Event::new("T", JSON, "1").deliver_after(Duration::from_secs(60));
    let attributes = to_cloudevent(&event, now);
    assert!(attributes.contains(&("deliverat".into(), "2026-01-01T00:01:00Z".into())));
}

#[test]
fn a_property_keeps_clear_of_our_own_names() {
    for (name, allowed) in [
        ("tenant", true),
        ("a1", true),
        ("Tenant", false),
        ("tenant-id", false),
        ("", false),
        ("traceparent", false),
        ("abcdefghijklmnopqrstu", false),
    ] {
        assert_eq!(is_property_name(name), allowed, "{name}");
    }
}
