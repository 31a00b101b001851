//! The identity of an event.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use uuid::{ContextV7, Uuid};

use crate::error::{Error, ErrorKind};
use crate::queue::QueueName;

/// What makes an event that event, whatever its content.
///
/// A root event gets a new id that is unique and ordered by time (UUID version 7). A follow-up's id
/// is derived from its parent's id, the subscription that made it and its position among the
/// follow-ups, so that a parent that is processed twice announces the same events. Events from
/// other systems keep the id they came with.
///
/// ```
/// use beehive_core::event::EventId;
/// use beehive_core::queue::QueueName;
///
/// let parent = EventId::new();
/// let subscription: QueueName = "OrderAccepted-Payment".parse()?;
/// let first = EventId::derive(&parent, &subscription, 0);
/// assert_eq!(first, EventId::derive(&parent, &subscription, 0));
/// assert_ne!(first, EventId::derive(&parent, &subscription, 1));
/// assert_eq!(first, first.to_string().parse()?);
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(Repr);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    /// Nearly all of ours; sixteen bytes, no allocation.
    Uuid(Uuid),
    /// An id of another system, kept to the letter.
    Text(SmolStr),
}

impl EventId {
    /// The longest id accepted, in bytes.
    pub const LENGTH_MAX: usize = 256;

    /// A new root id: unique, and later ones sort after earlier ones.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each call gives another id")]
    pub fn new() -> Self {
        Self::at(Timestamp::now())
    }

    /// A new root id for an event of this time, which is the present; saves a look at the clock.
    pub(crate) fn at(time: Timestamp) -> Self {
        /// Keeps ids in order that are made within one millisecond.
        static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());
        // A clock that is set before 1970 makes ids of 1970, in order nevertheless.
        let seconds = u64::try_from(time.as_second()).unwrap_or_default();
        let nanos = time.subsec_nanosecond().unsigned_abs();
        let time = uuid::Timestamp::from_unix(&ORDER, seconds, nanos);
        Self(Repr::Uuid(Uuid::new_v7(time)))
    }

    /// The id of the follow-up at `position` that `subscription` answers to `parent`.
    ///
    /// The first 16 bytes of a SHA-256 over the three, as a UUID version 8 (RFC 9562, appendix B.2).
    #[must_use]
    pub fn derive(parent: &Self, subscription: &QueueName, position: u32) -> Self {
        Self::derived(parent, subscription, 0, &position.to_be_bytes())
    }

    /// The id of the follow-up of a type that `subscription` answers to `parent` under `key`,
    /// wherever it stands among the follow-ups; see [`Event::with_key`](crate::Event::with_key).
    #[must_use]
    pub fn derive_keyed(
        parent: &Self,
        subscription: &QueueName,
        event_type: &str,
        key: &str,
    ) -> Self {
        let mut name = Vec::with_capacity(event_type.len() + key.len() + 8);
        name.extend((event_type.len() as u64).to_be_bytes());
        name.extend(event_type.as_bytes());
        name.extend(key.as_bytes());
        Self::derived(parent, subscription, 1, &name)
    }

    fn derived(parent: &Self, subscription: &QueueName, form: u8, name: &[u8]) -> Self {
        let mut hash = Sha256::new();
        match &parent.0 {
            Repr::Uuid(uuid) => {
                hash.update([0]);
                hash.update(uuid.as_bytes());
            }
            Repr::Text(text) => {
                hash.update([1]);
                hash.update(text.as_bytes());
                // An id holds no control character, so a zero byte ends the text unambiguously.
                hash.update([0]);
            }
        }
        hash.update(subscription.as_str().as_bytes());
        hash.update([0, form]);
        hash.update(name);
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(Repr::Uuid(Uuid::new_v8(bytes)))
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is empty, longer than [`LENGTH_MAX`](Self::LENGTH_MAX) or holds
    /// a control character.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() || text.len() > Self::LENGTH_MAX || text.chars().any(char::is_control) {
            return Err(Error::new(
                ErrorKind::Invalid,
                "an event id has 1 to 256 bytes and no control characters",
            )
            .with_context("length", text.len()));
        }
        // Only the canonical form becomes a UUID, since an id must come out as it went in.
        if text.len() == 36
            && let Ok(uuid) = Uuid::try_parse(text)
            && uuid
                .as_hyphenated()
                .encode_lower(&mut Uuid::encode_buffer())
                == text
        {
            return Ok(Self(Repr::Uuid(uuid)));
        }
        Ok(Self(Repr::Text(SmolStr::new(text))))
    }

    /// Sixteen bytes that stand for this id, for whatever is derived from it.
    pub(crate) fn seed(&self) -> [u8; 16] {
        match &self.0 {
            Repr::Uuid(uuid) => *uuid.as_bytes(),
            Repr::Text(text) => {
                let mut bytes = [0; 16];
                bytes.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
                bytes
            }
        }
    }

    /// How many bytes the id takes as text.
    pub(crate) fn text_len(&self) -> usize {
        match &self.0 {
            Repr::Uuid(_) => 36,
            Repr::Text(text) => text.len(),
        }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Uuid(uuid) => uuid.as_hyphenated().fmt(f),
            Repr::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EventId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn root_ids_sort_by_time() {
        let ids: Vec<_> = (0..1_000).map(|_| EventId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn derived_ids_never_change_between_versions() {
        let parent: EventId = "018f2f5e-8c5a-7c3b-9a1d-0123456789ab".parse().unwrap();
        let subscription = "OrderAccepted-Payment".parse().unwrap();
        // Pinned: another value would make every redelivery during an upgrade a new event.
        assert_eq!(
            EventId::derive(&parent, &subscription, 0).to_string(),
            "5ea1d3d3-195a-8cb1-b60e-c54e2bd18dd6"
        );
        let foreign = EventId::parse("order-4711").unwrap();
        assert_eq!(
            EventId::derive(&foreign, &subscription, 1).to_string(),
            "a480628d-58bd-87ad-8474-6a1467b04b76"
        );
        assert_eq!(
            EventId::derive_keyed(&parent, &subscription, "Shipped", "order-1").to_string(),
            "c10effda-065f-8649-ae22-0a7c187d4900"
        );
    }

    #[test]
    fn an_upper_case_uuid_keeps_its_case() {
        let text = "018F2F5E-8C5A-7C3B-9A1D-0123456789AB";
        assert_eq!(EventId::parse(text).unwrap().to_string(), text);
    }

    proptest! {
        #[test]
        fn an_id_comes_out_as_it_went_in(text in "[^\\p{Cc}]{1,60}") {
            prop_assert_eq!(EventId::parse(&text).unwrap().to_string(), text);
        }
    }
}
