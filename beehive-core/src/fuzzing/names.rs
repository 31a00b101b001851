//! Names and ids: what is read prints as it was written.

use crate::error::{Error, ErrorKind};
use crate::event::{EventId, TraceContext};
use crate::queue::{QueueKind, QueueName};

/// The name of a queue.
///
/// Names that are read follow the rule, all that follow it are read, and none changes on its way.
pub fn queue_name(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let is_word = |word: &str| {
        (1..=QueueName::WORD_LENGTH_MAX).contains(&word.len())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let words: Vec<_> = text.split('-').collect();
    let should_be = match words[..] {
        [topic, ""] if is_word(topic) => Some(QueueKind::Topic),
        [topic, second] if is_word(topic) && topic == second => Some(QueueKind::Queue),
        [topic, second] if is_word(topic) && is_word(second) => Some(QueueKind::Subscription),
        _ => None,
    };
    match QueueName::parse(text) {
        Ok(name) => {
            assert_eq!(Some(name.kind()), should_be, "{text}");
            assert_eq!(name.topic(), words[0]);
            let second = (name.kind() == QueueKind::Subscription).then_some(words[1]);
            assert_eq!(name.subscription(), second);
            assert_eq!(name.is_readable(), name.kind() != QueueKind::Topic);
            comes_back(text, &name);
        }
        Err(error) => {
            assert_eq!(should_be, None, "{error}");
            assert_invalid(&error);
        }
    }
    let of_word = [QueueName::of_topic(text), QueueName::of_queue(text)];
    for (name, ending) in of_word.into_iter().zip(["", text]) {
        match name {
            Ok(name) => assert_eq!(name.to_string(), format!("{text}-{ending}")),
            Err(error) => {
                assert!(!is_word(text), "{error}");
                assert_invalid(&error);
            }
        }
    }
}

/// The id of an event.
///
/// An id comes out to the letter as it went in, and what derives from it depends on nothing else.
pub fn event_id(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let fits = (1..=EventId::LENGTH_MAX).contains(&text.len());
    let should_be = fits && !text.chars().any(char::is_control);
    match EventId::parse(text) {
        Ok(id) => {
            assert!(should_be, "{text:?}");
            assert_eq!(id.text_len(), text.len());
            comes_back(text, &id);
            let of = QueueName::of_queue("Queue").unwrap();
            let derived = EventId::derive(&id, &of, 0);
            assert_eq!(derived, EventId::derive(&id.clone(), &of, 0));
            assert_ne!(derived, EventId::derive(&id, &of, 1));
            assert_ne!(derived, EventId::derive_keyed(&id, &of, "Type", text));
            comes_back(&derived.to_string(), &derived);
            let trace = TraceContext::root(&id);
            traceparent(trace.traceparent().as_bytes());
            traceparent(trace.child(&derived).traceparent().as_bytes());
        }
        Err(error) => {
            assert!(!should_be, "{error}");
            assert_invalid(&error);
        }
    }
}

/// A `traceparent`, and a `tracestate` on the next line.
///
/// What is read is written as it was, and its children stay in the trace.
pub fn traceparent(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (text, state) = text.split_once('\n').unwrap_or((text, ""));
    let trace = match TraceContext::parse(text) {
        Ok(trace) => trace.with_state(state),
        Err(error) => return assert_invalid(&error),
    };
    assert_eq!(trace.traceparent(), text);
    if let Some(kept) = trace.tracestate() {
        assert_eq!(kept, state);
        assert!(kept.len() <= TraceContext::STATE_LENGTH_MAX);
    }
    let child = trace.child(&EventId::parse("child").unwrap());
    assert_eq!(child.traceparent()[..36], text[..36]);
    assert_eq!(child.tracestate(), trace.tracestate());
    assert_eq!(child.is_sampled(), trace.is_sampled());
    let again = TraceContext::parse(&child.traceparent()).unwrap();
    assert_eq!(again.traceparent(), child.traceparent());
}

fn assert_invalid(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(!error.is_temporary(), "{error}");
}

/// Printed, parsed, and within JSON it is the same.
fn comes_back<T>(text: &str, value: &T)
where
    T: std::fmt::Display + std::fmt::Debug + PartialEq + std::str::FromStr<Err = Error>,
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    assert_eq!(value.to_string(), text);
    assert_eq!(&text.parse::<T>().unwrap(), value);
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(json, serde_json::to_string(text).unwrap());
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
}
