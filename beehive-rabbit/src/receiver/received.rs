//! A delivery as it can be sent again.

use beehive_core::event::Event;
use beehive_core::queue::DeadLetterRecord;
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;

use crate::codec::{Note, Original, encode_again, encode_given_up};

/// A delivery as it can be sent again.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) event: Event,
    pub(super) note: Note,
    /// What the event does not hold of another program's message.
    pub(super) original: Option<Original>,
}

impl Received {
    /// The properties with which it is sent again under this note.
    pub(super) fn again(&self, note: &Note) -> BasicProperties {
        encode_again(&self.event, self.original.as_ref(), note, Timestamp::now())
    }

    /// The properties with which it is given up.
    pub(super) fn given_up(&self, record: &DeadLetterRecord) -> BasicProperties {
        encode_given_up(
            &self.event,
            self.original.as_ref(),
            record,
            Timestamp::now(),
        )
    }

    pub(super) fn body(&self) -> Bytes {
        self.event.data().clone()
    }
}
