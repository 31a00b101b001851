//! What we note on a message beside the event.

use std::collections::BTreeMap;

use beehive_core::queue::FailureHistory;
use beehive_core::{Error, ErrorKind};
use jiff::Timestamp;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::headers;

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

impl Note {
    /// Adds the headers; none for what there is nothing to note of, as with most events.
    pub(super) fn write(&self, headers: &mut BTreeMap<ShortString, AMQPValue>) {
        let mut set = |name: &str, value| headers.insert(headers::name(name), value);
        if self.history.attempts > 0 {
            set(headers::ATTEMPTS, count(self.history.attempts));
        }
        if self.history.silent > 0 {
            set(headers::SILENT, count(self.history.silent));
        }
        if self.deliveries > 0 {
            set(headers::DELIVERIES, count(self.deliveries));
        }
        if let Some(time) = self.history.first_failure {
            set(headers::FIRST_FAILURE, headers::text(time.to_string()));
        }
        if let Some(time) = self.due {
            set(headers::DUE, headers::text(time.to_string()));
        }
    }

    /// Reads the headers.
    ///
    /// # Errors
    /// `Undecodable` if one of them is not what we write: an event whose attempts cannot be counted
    /// would be tried for ever.
    pub(super) fn read(headers: Option<&FieldTable>) -> Result<Self, Error> {
        Ok(Self {
            history: FailureHistory {
                attempts: read(headers, headers::ATTEMPTS, headers::as_count)?.unwrap_or(0),
                first_failure: read(headers, headers::FIRST_FAILURE, headers::as_time)?,
                silent: read(headers, headers::SILENT, headers::as_count)?.unwrap_or(0),
            },
            deliveries: read(headers, headers::DELIVERIES, headers::as_count)?.unwrap_or(0),
            due: read(headers, headers::DUE, headers::as_time)?,
        })
    }
}

/// As wide as every client reads it as it is.
fn count(count: u32) -> AMQPValue {
    AMQPValue::LongLongInt(count.into())
}

fn read<T>(
    headers: Option<&FieldTable>,
    header: &'static str,
    convert: impl FnOnce(&AMQPValue) -> Option<T>,
) -> Result<Option<T>, Error> {
    let Some(value) = headers::get(headers, header) else {
        return Ok(None);
    };
    convert(value).map(Some).ok_or_else(|| {
        Error::new(
            ErrorKind::Undecodable,
            "a header of beehive's own holds something else; another program writes it",
        )
        .with_operation("read message")
        .with_context("header", header)
    })
}
