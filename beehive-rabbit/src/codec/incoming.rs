//! What a delivery says.

use beehive_core::Error;
use beehive_core::event::Event;
use beehive_core::queue::DeadLetterRecord;
use jiff::Timestamp;

use super::{Note, Original};

/// What a delivery says.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// The event; if it could not be read, its body and what was readable.
    pub(crate) event: Event,
    /// Why it could not be read, if so.
    pub(crate) defect: Option<Error>,
    /// What we noted on it.
    pub(crate) note: Note,
    /// How often a quorum queue says that it was delivered before (`x-delivery-count`).
    pub(crate) deliveries_before: u32,
    /// Why it is a dead letter, if it is one.
    pub(crate) record: Option<DeadLetterRecord>,
    /// When it was given up, if we did.
    pub(crate) dead_lettered: Option<Timestamp>,
    /// The properties of another program's message, which its event does not hold: whoever sends
    /// the event once more sends these, by [`encode_again`](super::encode_again) or
    /// [`encode_given_up`](super::encode_given_up).
    pub(crate) original: Option<Original>,
}
