//! Round trips, foreign messages and the wire form as it was released.

use beehive_core::event::{DeliverAt, Event, EventId, TraceContext};
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
use jiff::Timestamp;
use proptest::prelude::*;

use super::message::ATTRIBUTES_MAX;
use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn record(error: &str) -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec![error.into(); 3],
        attempts: 4,
        actor: "Order-Payment".into(),
        host: "hive-1".into(),
        first_failure: now(),
        last_failure: now(),
    }
}

fn full() -> Event {
    let id = "018f2f5e-8c5a-7c3b-9a1d-0123456789ab".parse().unwrap();
    Event::new("Order", "application/json", "{\"a\":1}")
        .with_trace(TraceContext::root(&id).with_state("v=1"))
        .with_correlation_id(id.clone())
        .with_causation_id(id.clone())
        .with_id(id)
        .with_source("shop")
        .with_subject("order-1")
        .with_time(now())
        .with_property("tenant", "blue")
        .with_property("empty", "")
        .with_body_url("https://bucket.example/key")
        .deliver_at(now())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z \u{fffe}\u{ffff}\u{e9}\u{1f41d}\"\\\\]{1,12}",
        "[a-z]{1,8}"
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let data = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..64),
        text().prop_map(String::into_bytes),
    ];
    let properties = proptest::collection::btree_map(
        "[a-z0-9]{1,20}x",
        prop_oneof![text(), Just(String::new())],
        0..40,
    );
    (
        data,
        text(),
        proptest::option::of(text()),
        prop_oneof![text(), Just(String::new())],
        properties,
    )
        .prop_map(|(data, source, subject, content_type, properties)| {
            let mut event = Event::new("Topic", content_type, data).with_source(source);
            if let Some(subject) = subject {
                event = event.with_subject(subject);
            }
            for (name, value) in properties {
                event = event.with_property(name, value);
            }
            event
        })
}

proptest! {
    #[test]
    fn an_event_and_its_note_come_back_as_they_went(event in event(), attempts in 0_u32..5) {
        let note = Note { attempts, silent: attempts / 2, due: Some(now()), ..Note::default() };
        let sent = encode(&event, now()).unwrap();
        let read = decode(sent.with_note(&note));
        prop_assert!(read.defect.is_none(), "{:?}", read.defect);
        prop_assert_eq!(&read.event, &event);
        prop_assert_eq!(&read.note, &note);
        prop_assert_eq!(&read.message, &sent);
        let noted = sent.with_note(&note);
        prop_assert!(noted.attributes.len() <= ATTRIBUTES_MAX);
        for value in noted.attributes.values() {
            prop_assert!(text::is_sendable(value.as_text().unwrap()), "{:?}", value);
        }
        prop_assert!(text::is_sendable(&noted.body));
    }

    #[test]
    fn whatever_comes_is_read_in_some_way(
        body in text(),
        attributes in proptest::collection::btree_map(
            prop_oneof!["ce-(id|type|source|specversion|time|extensions)", Just("beehive".to_owned()),
                Just("content-encoding".to_owned()), "[a-z]{1,3}"],
            prop_oneof![Just("1.0".to_owned()), Just("base64".to_owned()), text()],
            0..=10,
        ),
        binary in any::<bool>(),
    ) {
        let mut message = Message { body, attributes: attributes.into_iter().map(|(name, value)| (name, Value::text(value))).collect() };
        if binary && let Some((name, _)) = message.attributes.pop_first() {
            message.attributes.insert(name, Value::Binary { data_type: "Binary.x".into(), value: vec![0, 255] });
        }
        let first = decode(message.clone());
        let again = decode(message.clone());
        prop_assert_eq!(again.event.id() == first.event.id(), true);
        // Given up and redriven, it is the message that it was, but for a note nobody could read.
        let dead = first.message.with_note(&Note::of_dead_letter(record("x"), now()));
        prop_assert!(dead.attributes.len() <= ATTRIBUTES_MAX);
        let redriven = decode(dead).message;
        prop_assert_eq!(&redriven, &first.message);
    }
}

#[test]
fn an_event_is_written_as_it_was_released() {
    let message = encode(&full(), now()).unwrap();
    assert_eq!(message.body, "{\"a\":1}");
    let attributes: Vec<_> = message
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_text().unwrap()))
        .collect();
    assert_eq!(
        attributes,
        [
            (
                "ce-extensions",
                "{\"causationid\":\"018f2f5e-8c5a-7c3b-9a1d-0123456789ab\",\
                 \"correlationid\":\"018f2f5e-8c5a-7c3b-9a1d-0123456789ab\",\
                 \"dataref\":\"https://bucket.example/key\",\
                 \"deliverat\":\"2023-11-14T22:13:20Z\",\
                 \"empty\":\"\",\"tenant\":\"blue\",\
                 \"traceparent\":\"00-018f2f5e8c5a7c3b9a1d0123456789ab-9a1d0123456789ab-01\",\
                 \"tracestate\":\"v=1\"}"
            ),
            ("ce-id", "018f2f5e-8c5a-7c3b-9a1d-0123456789ab"),
            ("ce-source", "shop"),
            ("ce-specversion", "1.0"),
            ("ce-subject", "order-1"),
            ("ce-time", "2023-11-14T22:13:20Z"),
            ("ce-type", "Order"),
            ("content-type", "application/json"),
        ]
    );
    let note = Note {
        attempts: 2,
        first_failure: Some(now()),
        due: Some(now()),
        ..Note::default()
    };
    let noted = message.with_note(&note);
    assert_eq!(
        noted.attributes["beehive"].as_text().unwrap(),
        "{\"attempts\":2,\"first-failure\":\"2023-11-14T22:13:20Z\",\"due\":\"2023-11-14T22:13:20Z\"}"
    );
}

/// What version 1 wrote, among the inputs of the fuzzer.
fn version_1(form: &'static [u8]) -> Message {
    let form = beehive_core::fuzzing::Form::read(form);
    Message {
        body: String::from_utf8(form.body().to_vec()).unwrap(),
        attributes: form
            .headers()
            .map(|(name, value)| (name.to_owned(), Value::text(value)))
            .collect(),
    }
}

macro_rules! golden {
    ($name:literal) => {
        version_1(include_bytes!(concat!(
            "../../../../tests/fuzz/corpus/sqs_message/golden-v1-",
            $name
        )))
    };
}

#[test]
fn messages_of_version_1_are_read() {
    let id: EventId = "018f2f5e-8c5a-7c3b-9a1d-0123456789ab".parse().unwrap();
    let root: EventId = "018f2f5e-8c5a-7c3b-9a1d-0123456789ac".parse().unwrap();
    let trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let event = Event::new("OrderAccepted", "application/json", "{\"total\":42}")
        .with_id(id)
        .with_source("shop")
        .with_subject("order-4711")
        .with_time("2023-11-14T22:13:20.5Z".parse().unwrap());
    let plain = event.clone();
    let event = event
        .with_correlation_id(root.clone())
        .with_causation_id(root)
        .with_trace(trace.unwrap().with_state("v=1"))
        .with_property("tenant", "blue")
        .with_body_url("https://bucket.example/key")
        .deliver_at("2023-11-14T22:14:20Z".parse().unwrap());
    let message = golden!("event");
    assert_eq!(decode(message.clone()).event, event);
    assert_eq!(encode(&event, now()).unwrap(), message);

    let deferred = golden!("deferred");
    let note = Note {
        attempts: 2,
        first_failure: Some(now()),
        due: Some("2023-11-14T22:14:20Z".parse().unwrap()),
        ..Note::default()
    };
    assert_eq!(message.with_note(&note), deferred);
    let read = decode(deferred);
    assert_eq!((read.event, read.note), (event, note));

    let dead = golden!("dead-letter");
    let record = DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["the bank is closed".into(), "connection refused".into()],
        attempts: 3,
        actor: "AuthorisePayment".into(),
        host: "hive-1".into(),
        first_failure: "2023-11-14T22:13:20.5Z".parse().unwrap(),
        last_failure: "2023-11-14T22:14:20Z".parse().unwrap(),
    };
    let note = Note::of_dead_letter(record, "2023-11-14T22:14:21Z".parse().unwrap());
    let sent = encode(&plain, now()).unwrap().with_note(&note);
    assert_eq!(sent, dead);
    let read = decode(dead);
    assert_eq!((read.event, read.note), (plain, note));
}

#[test]
fn bodies_of_version_1_are_read() {
    assert_eq!(*decode(golden!("base64")).event.data(), [0, 1, 255][..]);
    assert!(decode(golden!("empty")).event.data().is_empty());
    let deposit = Deposit {
        url: "https://bucket.example/claims/x".into(),
        sha256: "ab".repeat(32),
        size: 1_000_000,
    };
    assert_eq!(decode(golden!("claim")).deposit, Some(deposit));
}

#[test]
fn a_delay_is_written_as_the_time_it_ends() {
    let event = full().deliver_after(std::time::Duration::from_secs(60));
    let read = decode(encode(&event, now()).unwrap()).event;
    let due = Timestamp::from_second(1_700_000_060).unwrap();
    assert_eq!(read.delivers(), DeliverAt::At(due));
}

#[test]
fn an_event_too_large_is_refused_with_what_to_do() {
    let fits = |bytes: Vec<u8>| encode(&Event::new("A", "", bytes), now());
    assert!(fits(vec![b'x'; 168 * 1024]).is_ok());
    assert!(fits(vec![0; 168 * 1024]).is_ok());
    let error = fits(vec![0; 190 * 1024]).unwrap_err();
    assert_eq!(error.kind(), beehive_core::ErrorKind::Limit);
    assert!(is_too_large_inline(&Event::new(
        "A",
        "",
        vec![0; 190 * 1024]
    )));
    assert!(!is_too_large_inline(&Event::new(
        "A",
        "",
        vec![0; 168 * 1024]
    )));
}

#[test]
fn a_claim_comes_back_with_its_data() {
    let deposit = Deposit {
        url: "https://bucket.example/claims/x".into(),
        sha256: "ab".repeat(32),
        size: 1_000_000,
    };
    let event = Event::new("A", "text/plain", vec![b'x'; 1_000_000]);
    let read = decode(encode_claim(&event, &deposit, now()).unwrap());
    assert_eq!(read.deposit, Some(deposit));
    assert_eq!(read.with_data(event.data().clone()).event, event);
}

#[test]
fn a_record_leaves_a_message_that_can_be_sent() {
    let message = encode(&Event::new("A", "", vec![0; 168 * 1024]), now()).unwrap();
    let room = MESSAGE_MAX - message.size();
    for text in ["x".repeat(300_000), "\u{1}".repeat(300_000)] {
        let note = Note::of_dead_letter(bounded(&record(&text), room), now());
        let dead = message.with_note(&note);
        assert!(dead.size() <= MESSAGE_MAX, "{}", dead.size());
        assert_eq!(decode(dead).note, note);
    }
    let short = record("short");
    assert_eq!(bounded(&short, room), short);
}

#[test]
fn every_reason_comes_back() {
    let message = encode(&Event::new("A", "", "x"), now()).unwrap();
    for reason in DeadLetterReason::ALL {
        let record = DeadLetterRecord {
            reason: *reason,
            ..record("why")
        };
        let note = Note::of_dead_letter(record, now());
        assert_eq!(decode(message.with_note(&note)).note, note);
    }
}

#[test]
fn a_reason_of_a_later_version_costs_nothing_else_of_the_note() {
    let known = Note::of_dead_letter(record("why"), now());
    let json = known.to_json();
    let later = json.replace(r#""reason":"terminal""#, r#""reason":"retired","since":7"#);
    assert_ne!(later, json);
    let mut message = encode(&Event::new("A", "", "x"), now()).unwrap();
    message
        .attributes
        .insert("beehive".into(), Value::text(later));
    let read = decode(message);
    assert!(read.defect.is_none(), "{:?}", read.defect);
    let mut record = read.note.record.clone().unwrap();
    assert_eq!(record.reason, DeadLetterReason::Other);
    assert!(record.errors.remove(0).contains("`retired`"));
    record.reason = DeadLetterReason::Terminal;
    assert_eq!(
        Note {
            record: Some(record),
            ..read.note
        },
        known
    );
}

#[test]
fn a_foreign_message_is_kept_as_it_came() {
    let attributes = (0..10).map(|number| {
        let value = Value::Binary {
            data_type: "Binary".into(),
            value: vec![number],
        };
        (format!("name{number}"), value)
    });
    let message = Message {
        body: "{\"Records\":[]}".into(),
        attributes: attributes.collect(),
    };
    let read = decode(message.clone());
    assert!(read.defect.is_some());
    assert_eq!(read.event.data(), &message.body);
    assert_eq!(read.message, message);
    assert!(read.event.id().to_string().starts_with("unread-"));
}
