//! One dead letter, as it is held while somebody looks.

use beehive_core::event::EventId;
use beehive_core::queue::{DeadLetter, DeadLetterReason, DeadLetterRecord};
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::super::bodies::Bodies;
use super::super::codec::Incoming;

/// What stands for the actor and the host where a service gave the event up.
const SERVICE: &str = "SQS";

/// Where a dead letter stands: by when it was given up, and then by its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) time: Timestamp,
    pub(super) id: EventId,
}

impl Place {
    pub(super) fn to_cursor(&self) -> String {
        format!("{} {}", self.time, self.id)
    }

    pub(super) fn from_cursor(cursor: &str) -> Result<Self> {
        let read = || {
            let (time, id) = cursor.split_once(' ')?;
            Some(Self {
                time: time.parse().ok()?,
                id: EventId::parse(id).ok()?,
            })
        };
        read().ok_or_else(|| {
            Error::new(ErrorKind::Invalid, "the cursor is none of this list's")
                .with_context("cursor", cursor)
        })
    }
}

/// One dead letter, as it is held while somebody looks.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) place: Place,
    pub(super) receipt: String,
    pub(super) incoming: Incoming,
    record: DeadLetterRecord,
}

/// What makes two messages copies of one dead letter: the event's id and its body.
///
/// The body counts because programs other than beehive may use an id twice; no message of theirs may
/// pass for a copy of another and be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    id: EventId,
    body: [u8; 32],
}

impl Letter {
    /// Reads what came; `sent` is when SQS got it.
    pub(super) fn read(
        mut incoming: Incoming,
        receipt: String,
        sent: Timestamp,
        deliveries: u32,
    ) -> Self {
        let time = incoming.note.dead_lettered.unwrap_or(sent);
        let attempts = incoming.note.attempts.saturating_add(deliveries);
        let first_failure = incoming.note.first_failure.unwrap_or(sent);
        let record = incoming.note.record.take();
        let unknown = match &incoming.defect {
            Some(defect) if incoming.has_unread_note => by_somebody(defect, deliveries, time),
            _ => by_a_service(attempts, first_failure, time),
        };
        Self {
            place: Place {
                time,
                id: incoming.event.id().clone(),
            },
            receipt,
            record: record.unwrap_or(unknown),
            incoming,
        }
    }

    pub(super) fn identity(&self) -> Identity {
        Identity {
            id: self.place.id.clone(),
            body: Sha256::digest(self.incoming.message.body.as_bytes()).into(),
        }
    }

    pub(super) fn size(&self) -> usize {
        self.incoming.message.size()
    }

    /// For who asked, with a body that may be elsewhere.
    ///
    /// # Errors
    /// The body cannot be fetched now.
    pub(super) async fn into_dead_letter(self, bodies: &Bodies) -> Result<DeadLetter> {
        let incoming = bodies.unpack(self.incoming).await?;
        Ok(DeadLetter {
            event: incoming.event,
            record: self.record,
        })
    }
}

/// The record of what a service gave up by itself: SQS after a thousand deliveries, SNS when it could
/// not deliver at all.
fn by_a_service(attempts: u32, first_failure: Timestamp, time: Timestamp) -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Crashed,
        errors: vec![
            "SQS gave it up by itself after a thousand deliveries, or SNS could not deliver it"
                .into(),
        ],
        attempts,
        actor: SERVICE.into(),
        host: SERVICE.into(),
        first_failure,
        last_failure: time,
    }
}

/// The record of what was given up with a note that cannot be read.
fn by_somebody(defect: &Error, attempts: u32, time: Timestamp) -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Undecodable,
        errors: vec![
            "the record of why this is a dead letter cannot be read".into(),
            defect.to_string(),
        ],
        attempts,
        actor: String::new(),
        host: String::new(),
        first_failure: time,
        last_failure: time,
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::event::Event;

    use super::super::super::codec::{Note, Value, decode, encode};
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_place_survives_its_cursor() {
        for id in ["a", "Order#4711 \u{1f41d} x"] {
            let place = Place {
                time: "2026-11-22T03:04:05.123456789Z".parse().unwrap(),
                id: EventId::parse(id).unwrap(),
            };
            assert_eq!(Place::from_cursor(&place.to_cursor()).unwrap(), place);
        }
        for cursor in ["", "x", "2026-11-22T03:04:05Z", "never a"] {
            let error = Place::from_cursor(cursor).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{cursor}");
        }
    }

    #[test]
    fn a_note_that_cannot_be_read_is_not_put_down_to_a_service() {
        let mut message = encode(&Event::new("A", "", "x"), at(1)).unwrap();
        let note = Value::Text {
            data_type: "String".into(),
            value: r#"{"record":{"reason":"terminal"}}"#.into(),
        };
        message.attributes.insert("beehive".into(), note);
        let letter = Letter::read(decode(message), "r".into(), at(5), 2);
        assert_eq!(letter.record.reason, DeadLetterReason::Undecodable);
        assert_eq!((letter.record.attempts, letter.place.time), (2, at(5)));
        assert!(letter.record.errors[1].contains("attribute: beehive"));
    }

    #[test]
    fn what_a_service_gave_up_says_so() {
        let message = encode(&Event::new("A", "", "x"), at(1)).unwrap();
        let note = Note {
            attempts: 7,
            first_failure: Some(at(2)),
            ..Note::default()
        };
        let incoming = decode(message.with_note(&note));
        let letter = Letter::read(incoming, "r".into(), at(5), 1_000);
        assert_eq!(letter.place.time, at(5));
        assert_eq!(letter.record.reason, DeadLetterReason::Crashed);
        assert_eq!(letter.record.attempts, 1_007);
        assert_eq!(letter.record.first_failure, at(2));
    }
}
