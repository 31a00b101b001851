//! What must hold of a message, whatever is in it.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::fuzzing::Form;
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
use bytes::Bytes;
use jiff::Timestamp;

use super::message::{ATTRIBUTES_MAX, Value};
use super::text::is_sendable;
use super::{MESSAGE_MAX, Message, Note, bounded, decode, encode};

/// A message in a [`Form`]: attributes as `name: text`, or `name TYPE: value`.
pub(crate) fn form(data: &[u8]) {
    let form = Form::read(data);
    let attributes = form.headers().map(|(name, value)| {
        let (name, data_type) = name.split_once(' ').unwrap_or((name, "String"));
        let data_type = data_type.to_owned();
        let value = if data_type.starts_with("Binary") {
            let value = value.into_bytes();
            Value::Binary { data_type, value }
        } else {
            Value::Text { data_type, value }
        };
        (name.to_owned(), value)
    });
    message(Message {
        body: String::from_utf8_lossy(form.body()).into_owned(),
        // As many as SQS takes.
        attributes: attributes.take(ATTRIBUTES_MAX).collect(),
    });
}

/// A message as the SDK has it.
#[cfg(feature = "lambda")]
pub(crate) fn received(given: aws_sdk_sqs::types::Message) {
    message(Message::received(given));
}

/// A message as SQS delivers it.
///
/// Something is always read: an event, or a defect that says why not. Deferred, given up and redriven
/// it is the same event, and a message that SQS takes as it took this one.
fn message(given: Message) {
    assert_eq!(Message::received(as_received(&given)), given);
    let read = decode(given.clone());
    if let Some(defect) = &read.defect {
        assert_eq!(defect.kind(), ErrorKind::Undecodable, "{defect}");
        assert!(!defect.is_temporary(), "{defect}");
    }
    assert!(read.defect.is_none() || read.deposit.is_none() || read.note == Note::default());
    assert_eq!(decode(given.clone()).event.id(), read.event.id());

    if !is_taken(&given) {
        return;
    }
    assert!(is_taken(&read.message), "{:?}", read.message);
    let deferred = read.message.with_note(&read.note);
    assert!(is_taken(&deferred), "{deferred:?}");
    let deferred = decode(deferred);
    assert_same(&deferred.event, &read.event);
    assert_eq!(
        (&deferred.note, &deferred.message),
        (&read.note, &read.message)
    );

    let room = MESSAGE_MAX.saturating_sub(read.message.size());
    let note = Note::of_dead_letter(bounded(&record(), room), Timestamp::UNIX_EPOCH);
    let dead = read.message.with_note(&note);
    assert!(is_taken(&dead), "{dead:?}");
    let dead = decode(dead);
    assert_same(&dead.event, &read.event);
    assert_eq!(dead.note, note);
    assert_eq!(
        dead.message, read.message,
        "redriven it is the same message"
    );

    if read.defect.is_some() {
        return;
    }
    if let Some(deposit) = &read.deposit {
        assert!(!deposit.url.is_empty() || read.event.data().is_empty());
        let data = Bytes::from_static(b"from elsewhere");
        let whole = decode(given).with_data(data.clone());
        assert!(whole.defect.is_none(), "{:?}", whole.defect);
        assert_eq!(whole.event.data(), &data);
    }
    match encode(&read.event, Timestamp::UNIX_EPOCH) {
        Ok(written) => assert_eq!(decode(written).event, read.event),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Limit, "{error}"),
    }
}

/// The message as the SDK has it.
fn as_received(message: &Message) -> aws_sdk_sqs::types::Message {
    aws_sdk_sqs::types::Message::builder()
        .body(&message.body)
        .set_message_attributes(Some(message.for_sqs().unwrap()))
        .build()
}

/// Whether SQS takes the message.
fn is_taken(message: &Message) -> bool {
    let mut attributes = message.attributes.iter();
    message.attributes.len() <= ATTRIBUTES_MAX
        && is_sendable(&message.body)
        && attributes.all(|(name, value)| value.is_taken_as(name))
}

/// Equal, but for the time of an event that does not say one.
fn assert_same(is: &Event, was: &Event) {
    assert_eq!(is.id(), was.id());
    assert_eq!(&is.clone().with_time(was.time()), was);
}

fn record() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["why".into()],
        attempts: 3,
        actor: "Order-Payment".into(),
        host: "hive-1".into(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A message attribute as a line of a form.
    fn attribute() -> impl Strategy<Value = String> {
        let record = serde_json::to_string(&record()).unwrap();
        let note = prop_oneof![
            Just(format!("{{\"record\":{record}}}")),
            "\\{\"attempts\":[0-9]{1,11}(,\"due\":\"2023-01-0[0-9]T00:00:00Z\")?\\}",
            "\\{\"kept\":\\{(\"[a-c]{0,1}\":\\{\"type\":\"(Binary|String)?\",\"value\":\"[A-Za-z=]{0,4}\"\\},?){0,3}\\}\\}",
            ".{0,9}",
        ];
        prop_oneof![
            "ce-(id|source|specversion|type|time|subject)( (String|Number|Binary)(\\.x)?)?: (1\\.0|2023-11-14T22:13:20Z|.{0,9})",
            "ce-extensions: (\\{(\"[a-z]{1,5}\":\"[a-z0-9]{0,5}\",?){0,2}\\}|.{0,9})",
            "content-(type|encoding): (base64|claim|empty|[a-z/]{0,9})",
            note.prop_map(|note| format!("beehive: {note}")),
            "[a-c]{1,2}( Binary)?: .{0,5}",
        ]
    }

    proptest! {
        #[test]
        fn any_message(
            attributes in proptest::collection::vec(attribute(), 0..10),
            sound in any::<bool>(),
            body in "[A-Za-z0-9+/]{0,8}={0,2}|\\{\"url\":\"u\",\"sha256\":\"h\",\"size\":[0-9]{1,3}\\}|.{0,9}",
        ) {
            let mut lines = attributes;
            if sound {
                lines.extend(["id: 1", "source: s", "specversion: 1.0", "type: T"].map(|line| format!("ce-{line}")));
            }
            form(format!("{}\n\n{body}", lines.join("\n")).as_bytes());
        }
    }
}
