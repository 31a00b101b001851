//! What must hold of everything that reads bytes from outside, on arbitrary ones of the right shape.
//!
//! The fuzzer in `tests/fuzz` runs the same functions for longer.

use beehive_core::fuzzing;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// Times as they may be written, and some that are none.
fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        (-377_705_023_201_i64..253_402_207_200, 0_i32..1_000_000_000).prop_map(
            |(second, nanos)| {
                let time = beehive_core::Timestamp::new(second, nanos);
                time.map_or_else(|error| error.to_string(), |time| time.to_string())
            }
        ),
        "[0-9]{4}-[0-1][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
        "[0-9TZ:+-]{0,24}",
    ]
}

fn trace() -> impl Strategy<Value = String> {
    prop_oneof![
        "00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
        "0[01]-[0-9a-fA-F]{31,33}-0{16}-[0-9a-f]{2}",
        "\\PC{0,60}",
    ]
}

/// The name and the value of an attribute.
fn attribute() -> impl Strategy<Value = (String, String)> {
    let named = |name: &'static str, value: BoxedStrategy<String>| (Just(name.to_owned()), value);
    prop_oneof![
        named("specversion", "1\\.[0-9]|0\\.3".boxed()),
        named("time", time().boxed()),
        named("deliverat", time().boxed()),
        named("traceparent", trace().boxed()),
        named("tracestate", "[a-z=,]{0,20}".boxed()),
        named("hops", "[+-]?[0-9]{0,11}".boxed()),
        named("correlationid", ".{0,40}".boxed()),
        named("datacontenttype", "[a-z/+;= ]{0,20}".boxed()),
        named("subject", ".{0,10}".boxed()),
        ("[a-z0-9]{1,22}|[A-Z-]{1,3}", ".{0,20}"),
    ]
}

/// JSON, with whatever JSON has.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<u64>().prop_map(|value| value.to_string()),
        "-?[0-9]{1,20}\\.[0-9]{1,20}([eE][+-]?[0-9]{1,3})?",
        any::<f64>().prop_map(|value| value.to_string()),
        ".{0,10}".prop_map(|text| serde_json::Value::from(text).to_string()),
        "\"(\\\\u[0-9a-fd-d]{4}|[a-z]){0,4}\"",
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let field = ("[a-z]{0,3}", inner.clone());
        prop_oneof![
            vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            vec(field, 0..4).prop_map(|all| {
                let all: Vec<_> = all
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", all.join(","))
            }),
        ]
    })
}

/// An object with these fields, of which some may have a strange value or be left out.
fn object(
    fields: &'static [(&'static str, &'static str)],
    strange: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    let changed = btree_map(select(fields), proptest::option::of(strange), 0..3);
    changed.prop_map(|changed| {
        let changed: std::collections::BTreeMap<_, _> = changed
            .into_iter()
            .map(|((name, _), value)| (name, value))
            .collect();
        let fields: Vec<_> = fields
            .iter()
            .filter_map(|(name, usual)| {
                let value = match changed.get(name) {
                    None => Some((*usual).to_owned()),
                    Some(value) => value.clone(),
                };
                Some(format!("\"{name}\":{}", value?))
            })
            .collect();
        format!("{{{}}}", fields.join(","))
    })
}

const SAMPLE: &[(&str, &str)] = &[
    ("order", "\"4711\""),
    ("kind", "{\"Express\":{\"hours\":2}}"),
    ("amount", "0.1"),
    ("count", "-3"),
    ("added", "7"),
    ("labels", "{\"a\":[\"b\"]}"),
];

const RECORD: &[(&str, &str)] = &[
    ("reason", "\"terminal\""),
    ("errors", "[\"a\",\"b\"]"),
    ("attempts", "3"),
    ("actor", "\"Pay\""),
    ("host", "\"hive-1\""),
    ("first_failure", "\"2023-11-14T22:13:20.5Z\""),
    ("last_failure", "\"2023-11-14T22:14:20Z\""),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(data in vec(any::<u8>(), 0..200)) {
        for (_, target) in fuzzing::TARGETS {
            target(&data);
        }
    }

    #[test]
    fn attributes(attributes in vec(attribute(), 0..12), id in ".{1,40}", data in ".{0,20}") {
        let mut form = format!("specversion: 1.0\nid: {id}\nsource: s\ntype: T\n");
        let given = attributes.iter().filter(|(name, _)| name != "specversion");
        form.extend(given.map(|(name, value)| format!("{name}: {value}\n")));
        fuzzing::cloudevent(format!("{form}\n{data}").as_bytes());
        let mut all = String::new();
        all.extend(attributes.iter().map(|(name, value)| format!("{name}: {value}\n")));
        fuzzing::cloudevent(format!("{all}\n{data}").as_bytes());
    }

    #[test]
    fn bodies(json in prop_oneof![json(), object(SAMPLE, json())], content_type in "application/([a-z]{1,3}\\+)?json(; ?charset=.{0,5})?") {
        fuzzing::event_body(format!("{content_type}\n{json}").as_bytes());
    }

    #[test]
    fn nested_bodies(depth in 0_usize..400, open in select(&["[", "{\"a\":", "[{\"b\":["][..])) {
        fuzzing::event_body(format!("application/json\n{}", open.repeat(depth)).as_bytes());
        let closed = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        fuzzing::event_body(format!("application/json\n{closed}").as_bytes());
    }

    #[test]
    fn records(json in object(RECORD, prop_oneof![json(), "\"[a-z-]{1,20}\"", time().prop_map(|time| format!("\"{time}\""))])) {
        fuzzing::dead_letter_record(json.as_bytes());
    }

    #[test]
    fn names(text in "[A-Za-z0-9_-]{0,90}|[A-Z]{1,2}-[A-Z]{0,2}|.{0,20}") {
        fuzzing::queue_name(text.as_bytes());
        fuzzing::event_id(text.as_bytes());
        fuzzing::traceparent(text.as_bytes());
    }

    #[test]
    fn ids(text in "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\\PC{1,300}") {
        fuzzing::event_id(text.as_bytes());
    }

    #[test]
    fn traces(trace in trace(), state in "\\PC{0,20}|[a-z]{500,600}") {
        fuzzing::traceparent(format!("{trace}\n{state}").as_bytes());
    }

    #[test]
    fn overrides(
        variables in vec(("BEEHIVE_ACTOR_(IDLE|BUSY)?_(PARALLELISM|LEASE|TIMEOUT|X)|[A-Z_]{0,5}", "[0-9]{0,20} ?(ns|ms|s|m|h|y|x)?|.{0,5}"), 0..4),
    ) {
        let mut form = String::new();
        form.extend(variables.iter().map(|(name, value)| format!("{name}: {value}\n")));
        fuzzing::actor_override(form.as_bytes());
    }

    #[test]
    fn cursors(text in "[0-9]{0,21}|[kp]?[ab/]{0,4}|[kp].{0,3}") {
        fuzzing::memory_cursor(text.as_bytes());
    }
}
