//! Everything an event carries.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use smol_str::SmolStr;

use crate::event::{EventId, TraceContext};
use crate::queue::QueueName;

/// When an event is to be delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeliverAt {
    /// As soon as it is published.
    #[default]
    Now,
    /// So long after it is published.
    After(Duration),
    /// Not before this time.
    At(Timestamp),
}

impl DeliverAt {
    /// How long to wait from `now` on; zero when the time has come.
    pub fn delay(self, now: Timestamp) -> Duration {
        match self {
            Self::Now => Duration::ZERO,
            Self::After(delay) => delay,
            Self::At(time) => Duration::try_from(time.duration_since(now)).unwrap_or_default(),
        }
    }
}

/// The fields of an event, shared by its copies: fan-out clones a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) id: EventId,
    pub(crate) event_type: SmolStr,
    pub(crate) source: SmolStr,
    pub(crate) time: Timestamp,
    pub(crate) subject: Option<SmolStr>,
    pub(crate) content_type: SmolStr,
    pub(crate) data: Bytes,
    pub(crate) body_url: Option<Box<str>>,
    pub(crate) deliver_at: DeliverAt,
    pub(crate) correlation_id: Option<EventId>,
    pub(crate) causation_id: Option<EventId>,
    pub(crate) trace: Option<Box<TraceContext>>,
    pub(crate) hops: u32,
    // Most events have none, and an event is moved often.
    #[expect(clippy::box_collection, reason = "the box is smaller than the map")]
    pub(crate) properties: Option<Box<BTreeMap<SmolStr, String>>>,
    pub(crate) destination: Option<QueueName>,
}
