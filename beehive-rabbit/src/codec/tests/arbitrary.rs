//! Arbitrary events, notes and properties.

use std::collections::BTreeMap;
use std::time::Duration;

use beehive_core::event::{Event, EventId, TraceContext};
use beehive_core::queue::FailureHistory;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::protocol::basic::gen_properties;
use lapin::types::{AMQPValue, DecimalValue, ShortString};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::codec::Note;

fn text(max: usize) -> impl Strategy<Value = String> {
    vec(
        any::<char>().prop_filter("no control", |c| !c.is_control()),
        1..max,
    )
    .prop_map(String::from_iter)
}

fn id() -> impl Strategy<Value = EventId> {
    prop_oneof![
        Just(()).prop_map(|()| EventId::new()),
        text(60).prop_map(|text| EventId::parse(&text).unwrap()),
        Just(()).prop_map(|()| EventId::parse(&"x".repeat(256)).unwrap()),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (-60_000_000_000_i64..250_000_000_000, 0..1_000_000_000)
        .prop_map(|(seconds, nanos)| Timestamp::new(seconds, nanos).unwrap())
}

/// An event as a hive would let it pass.
pub(super) fn event() -> impl Strategy<Value = Event> {
    let whole = (
        (
            "[A-Za-z0-9_]{1,80}",
            prop_oneof![text(40), text(400)],
            id(),
            text(40),
            time(),
        ),
        (
            option::of(text(40)),
            option::of(text(40)),
            option::of(id()),
            option::of(id()),
        ),
        (
            vec(any::<u8>(), 0..100),
            btree_map("p[a-z0-9]{1,19}", text(20), 0..4),
        ),
        (
            option::of(time()),
            option::of(0..1_000_000_u64),
            any::<bool>(),
        ),
    );
    whole.prop_map(|(basic, optional, content, delivery)| {
        let (event_type, content_type, id, source, time) = basic;
        let (subject, url, correlation, causation) = optional;
        let (data, properties) = content;
        let mut event = Event::new(event_type, content_type, data)
            .with_id(id.clone())
            .with_source(source)
            .with_time(time);
        if let Some(subject) = subject {
            event = event.with_subject(subject);
        }
        if let Some(url) = url {
            event = event.with_body_url(url);
        }
        if let Some(correlation) = correlation {
            event = event.with_correlation_id(correlation);
        }
        if let Some(causation) = causation {
            event = event.with_causation_id(causation);
        }
        for (name, value) in properties {
            event = event.with_property(name, value);
        }
        let (at, after, traced) = delivery;
        if traced {
            event = event.with_trace(TraceContext::root(&id).with_state("vendor=1"));
        }
        match (at, after) {
            (Some(at), _) => event.deliver_at(at),
            (None, Some(seconds)) => event.deliver_after(Duration::from_secs(seconds)),
            (None, None) => event,
        }
    })
}

pub(super) fn note() -> impl Strategy<Value = Note> {
    (
        any::<u32>(),
        option::of(time()),
        any::<u32>(),
        any::<u32>(),
        option::of(time()),
    )
        .prop_map(|(attempts, first_failure, silent, deliveries, due)| Note {
            history: FailureHistory {
                attempts,
                first_failure,
                silent,
            },
            deliveries,
            due,
        })
}

fn value() -> impl Strategy<Value = AMQPValue> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(AMQPValue::Boolean),
        any::<i8>().prop_map(AMQPValue::ShortShortInt),
        any::<u8>().prop_map(AMQPValue::ShortShortUInt),
        any::<i16>().prop_map(AMQPValue::ShortInt),
        any::<u16>().prop_map(AMQPValue::ShortUInt),
        any::<i32>().prop_map(AMQPValue::LongInt),
        any::<u32>().prop_map(AMQPValue::LongUInt),
        any::<i64>().prop_map(AMQPValue::LongLongInt),
        any::<f32>().prop_map(AMQPValue::Float),
        any::<f64>().prop_map(AMQPValue::Double),
        (any::<u8>(), any::<u32>())
            .prop_map(|(scale, value)| AMQPValue::DecimalValue(DecimalValue { scale, value })),
        ".{0,20}".prop_map(|text| AMQPValue::LongString(text.into())),
        vec(any::<u8>(), 0..20).prop_map(|bytes| AMQPValue::LongString(bytes.into())),
        vec(any::<u8>(), 0..20).prop_map(|bytes| AMQPValue::ByteArray(bytes.into())),
        any::<u64>().prop_map(AMQPValue::Timestamp),
        Just(AMQPValue::Void),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|all| AMQPValue::FieldArray(all.into())),
            table(inner).prop_map(|all| AMQPValue::FieldTable(all.into())),
        ]
    })
}

fn table(
    value: impl Strategy<Value = AMQPValue>,
) -> impl Strategy<Value = BTreeMap<ShortString, AMQPValue>> {
    let name = prop_oneof![
        "[a-z]{0,8}",
        "cloudEvents[:_](id|source|type|time|specversion|data|hops|[a-zA-Z]{1,5})",
        "x-beehive-(attempts|deliveries|first-failure|due|dead-letter)",
        "x-(death|delivery-count|first-death-queue)",
        "reason|queue|time|count",
    ];
    btree_map(name.prop_map(ShortString::from), value, 0..8)
}

/// Properties as any program may write them.
pub(crate) fn properties() -> impl Strategy<Value = BasicProperties> {
    let short = || option::of(".{0,40}".prop_map(ShortString::from));
    (
        option::of(table(value())),
        (short(), short(), short(), short(), short(), short()),
        option::of(any::<u64>()),
        option::of(any::<u8>()),
    )
        .prop_map(|(headers, texts, timestamp, number)| {
            let (content_type, message_id, kind, app_id, user_id, expiration) = texts;
            let mut made = BasicProperties::default();
            macro_rules! set {
                ($($value:ident => $with:ident),*) => {
                    $(if let Some(value) = $value { made = made.$with(value); })*
                };
            }
            let headers = headers.map(Into::into);
            set!(
                headers => with_headers, content_type => with_content_type,
                message_id => with_message_id, kind => with_type, app_id => with_app_id,
                user_id => with_user_id, expiration => with_expiration,
                timestamp => with_timestamp, number => with_priority
            );
            made
        })
}

/// How many bytes the driver writes for the properties.
pub(super) fn wire_size(properties: &BasicProperties) -> usize {
    let buffer = Vec::new();
    gen_properties(properties)(buffer.into())
        .unwrap()
        .into_inner()
        .0
        .len()
}
