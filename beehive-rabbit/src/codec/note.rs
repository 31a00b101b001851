//! What we note on a message beside the event.

use beehive_core::queue::FailureHistory;
use jiff::Timestamp;

/// What we note on a message beside the event. It survives the broker's restart, as the message does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// What the last deferral noted.
    pub(crate) history: FailureHistory,
    /// Deliveries since then that this message does not count itself, as when a lease on a classic
    /// queue expired and the event was sent back as a new message.
    pub(crate) deliveries: u32,
    /// When the event is to be delivered, if that is later than one trip through the delays reaches.
    pub(crate) due: Option<Timestamp>,
}
