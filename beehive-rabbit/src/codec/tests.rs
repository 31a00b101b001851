//! Round trips, foreign messages and the wire format as it was released.

pub(crate) mod arbitrary;
mod dead_letters;
mod foreign;
mod wire;

use beehive_core::event::{DeliverAt, Event};
use beehive_core::queue::FailureHistory;
use jiff::Timestamp;
use proptest::prelude::*;

use self::arbitrary::{event, note, properties};
use super::*;

proptest! {
    #[test]
    fn an_event_and_its_note_come_back_as_they_went(event in event(), note in note()) {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let sent = encode(&event, &note, now);
        let read = decode(&sent, event.data().clone());
        prop_assert!(read.defect.is_none(), "{:?}", read.defect);
        let expected = match event.delivers() {
            DeliverAt::After(delay) => event.deliver_at(now.saturating_add(delay).unwrap()),
            _ => event,
        };
        prop_assert_eq!(&read.event, &expected);
        prop_assert_eq!(read.note, note);
        prop_assert_eq!(read.record, None);
        prop_assert_eq!(&read.original, &None);
        prop_assert_eq!(sent.delivery_mode(), &Some(2));
        let again = encode_again(&read.event, read.original.as_ref(), &note, now);
        prop_assert_eq!(again, sent);
    }

    #[test]
    fn whatever_comes_is_read_in_some_way(
        properties in properties(),
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let body = bytes::Bytes::from(body);
        let first = decode(&properties, body.clone());
        prop_assert_eq!(first.event.data(), &body);
        if first.defect.is_some() {
            // Delivered again, it is the same event; given up and redriven too.
            let again = decode(&properties, body.clone());
            prop_assert_eq!(again.event.id(), first.event.id());
            let original = first.original.as_ref();
            let redriven = encode_again(&first.event, original, &Note::default(), Timestamp::now());
            let redriven = decode(&redriven, body).event;
            prop_assert_eq!(redriven.id(), first.event.id());
        }
    }

    #[test]
    fn the_size_of_properties_is_not_underestimated(properties in properties()) {
        prop_assert!(properties_size(&properties) >= arbitrary::wire_size(&properties));
    }
}

#[test]
fn an_ordinary_event_carries_no_note() {
    let event = Event::new("Topic", "text/plain", "body");
    let properties = encode(&event, &Note::default(), event.time());
    let headers = properties.headers().as_ref().unwrap();
    let noted = |(name, _): (&lapin::types::ShortString, _)| headers::is_ours(name.as_str());
    assert!(!headers.into_iter().any(noted), "{headers:?}");
}

#[test]
fn a_note_is_read_whatever_its_parts() {
    let now = Timestamp::from_second(1_700_000_000).unwrap();
    let note = Note {
        history: FailureHistory {
            attempts: u32::MAX,
            first_failure: Some(now),
            silent: 7,
        },
        deliveries: 1,
        due: Some(now),
    };
    let event = Event::new("Topic", "text/plain", "body");
    let read = decode(&encode(&event, &note, now), event.data().clone());
    assert_eq!(read.note, note);
}
