//! A delivery as it can be sent again.

use beehive_core::event::Event;
use bytes::Bytes;
use jiff::Timestamp;
use lapin::BasicProperties;

use crate::codec::{Note, encode};

/// A delivery as it can be sent again: the event with its own attributes, and our note on it.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) event: Event,
    pub(super) note: Note,
    /// The properties as they came, of what could not be read as an event.
    pub(super) unread: Option<Box<BasicProperties>>,
}

impl Original {
    /// The properties with which it is sent again under this note. What could not be read is sent as
    /// it came.
    pub(super) fn properties(&self, note: &Note) -> BasicProperties {
        match &self.unread {
            Some(properties) => (**properties).clone(),
            None => encode(&self.event, note, Timestamp::now()),
        }
    }

    pub(super) fn body(&self) -> Bytes {
        self.event.data().clone()
    }
}
