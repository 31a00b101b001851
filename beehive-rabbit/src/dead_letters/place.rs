//! Where a dead letter stands among the others. Pure.

use std::hash::{DefaultHasher, Hash, Hasher};

use beehive_core::event::EventId;
use beehive_core::page::Cursor;
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;

/// Where a dead letter stands among the others: by the time at which it was given up.
///
/// It is read from the dead letter itself, so it stays the same however often the broker takes
/// messages back, and whatever is added or removed before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// When it was given up, by the clock of who did.
    pub(super) time: Timestamp,
    pub(super) identity: Identity,
}

/// What makes two messages copies of one dead letter: the event's id and its body.
///
/// The body counts because programs other than beehive may use an id twice; no message of theirs may
/// pass for a copy of another and be deleted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Identity {
    pub(super) id: EventId,
    body: u64,
}

impl Identity {
    pub(super) fn new(id: EventId, body: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        Self {
            id,
            body: hasher.finish(),
        }
    }
}

impl Place {
    /// The cursor of a page that starts here.
    pub(super) fn to_cursor(&self) -> Cursor {
        let Identity { id, body } = &self.identity;
        Cursor::new(format!("{} {body:016x} {id}", self.time))
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is not one of [`to_cursor`](Self::to_cursor).
    pub(super) fn from_cursor(cursor: &Cursor) -> Result<Self> {
        let mut parts = cursor.as_str().splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_default();
        let (time, body, id) = (part(), part(), part());
        Ok(Self {
            time: time.parse().map_err(not_a_cursor)?,
            identity: Identity {
                body: u64::from_str_radix(body, 16).map_err(not_a_cursor)?,
                id: id.parse().map_err(not_a_cursor)?,
            },
        })
    }
}

fn not_a_cursor(error: impl Into<beehive_core::BoxError>) -> Error {
    Error::new(ErrorKind::Invalid, "the cursor is not one of this list").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(time: &str, id: &str, body: &str) -> Place {
        Place {
            time: time.parse().unwrap(),
            identity: Identity::new(id.parse().unwrap(), body.as_bytes()),
        }
    }

    #[test]
    fn the_earlier_given_up_stands_first() {
        let early = place("2026-01-01T00:00:00.000000001Z", "z", "z");
        let late = place("2026-01-01T00:00:00.000000002Z", "a", "a");
        assert!(early < late);
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let ids = ["a", "two words", "0197a1b2-0000-7000-8000-000000000000"];
        for time in ["1970-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789Z"] {
            for id in ids {
                let place = place(time, id, "body");
                assert_eq!(Place::from_cursor(&place.to_cursor()).unwrap(), place);
            }
        }
    }

    #[test]
    fn another_lists_cursor_is_refused() {
        for text in ["", "7", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z x y"] {
            let error = Place::from_cursor(&Cursor::new(text)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{text}");
        }
    }
}
