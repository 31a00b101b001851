//! Bodies of events, and of what is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ErrorKind;
use crate::event::{Event, EventBody};
use crate::store::memory::MemoryCollection;
use crate::store::{Collection, CollectionStore as _, Entity, Precondition};

/// A body as people write them: with an enum, a default, and something optional.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    order: String,
    kind: Kind,
    amount: f64,
    count: i64,
    #[serde(default)]
    added: Option<u64>,
    #[serde(default)]
    labels: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Standard,
    Express { hours: u8 },
}

impl EventBody for Sample {
    const TYPE: &'static str = "Sample";
}

impl Entity for Sample {
    const COLLECTION: &'static str = "samples";

    fn id(&self) -> &str {
        &self.order
    }
}

/// A content type on the first line, and a body.
///
/// A body that is read is the same when it is written and read again, and is nested no deeper than
/// can be read. What is not read is undecodable for good, and kept. What is stored is held to the
/// same.
pub fn event_body(data: &[u8]) {
    let end = data
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(data.len());
    let (content_type, body) = data.split_at(end);
    let body = body.get(1..).unwrap_or_default();
    let content_type = String::from_utf8_lossy(content_type);
    let event = Event::new("Sample", content_type, body.to_vec());

    match event.body::<Value>() {
        Ok(value) => {
            /// That of `serde_json`.
            const DEPTH_MAX: usize = 128;
            assert!(depth(&value) < DEPTH_MAX, "{}", depth(&value));
            let again = Event::json("Sample", &value).unwrap();
            assert_eq!(again.body::<Value>().unwrap(), value);
        }
        Err(error) => assert_undecodable(&error),
    }
    match event.typed_body::<Sample>() {
        Ok(sample) => {
            let again = Event::of(&sample).unwrap();
            assert_eq!(again.typed_body::<Sample>().unwrap(), sample);
        }
        Err(error) => assert_undecodable(&error),
    }
    assert_eq!(event.data(), body);
    let other = event.with_type("SampleSplit").typed_body::<Sample>();
    assert_eq!(other.unwrap_err().kind(), ErrorKind::UnknownType);
    stored(body);
}

/// The body as that of a stored entity.
fn stored(body: &[u8]) {
    let store = Arc::new(MemoryCollection::default());
    let put = store.put(
        Sample::COLLECTION,
        "id",
        body.to_vec().into(),
        &Precondition::None,
    );
    let version = put.now_or_never().unwrap().unwrap();
    let samples = Collection::<Sample>::new(store);
    match samples.get("id").now_or_never().unwrap() {
        Ok(read) => assert_eq!(read.unwrap().etag, version),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(!error.is_temporary(), "{error}");
        }
    }
}

fn assert_undecodable(error: &crate::Error) {
    assert_eq!(error.kind(), ErrorKind::Undecodable, "{error}");
    assert!(!error.is_temporary(), "{error}");
}

/// How many arrays and objects are within each other.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
