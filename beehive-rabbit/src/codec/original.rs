//! Messages of other programs, kept as they came.

use std::collections::BTreeMap;

use beehive_core::queue::DeadLetterRecord;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::{Note, headers, record};

/// The properties of a message that holds more than its event says, or whose event could not be
/// read: another program's. Sent again, it is to be the same message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Original(Box<BasicProperties>);

impl Original {
    /// Keeps the properties if the event, encoded again, would lack some of them.
    pub(super) fn of(properties: &BasicProperties, is_readable: bool) -> Option<Self> {
        let keep = !is_readable || has_foreign_properties(properties) || has_foreign(properties);
        keep.then(|| Self(Box::new(properties.clone())))
    }

    /// The message again, with this note instead of the one it had.
    pub(crate) fn with_note(&self, note: &Note) -> BasicProperties {
        let mut headers = self.headers();
        note.write(&mut headers);
        self.properties(headers)
    }

    /// The message as a dead letter.
    pub(crate) fn with_record(&self, record: &DeadLetterRecord, now: Timestamp) -> BasicProperties {
        let mut headers = self.headers();
        record::write(&mut headers, record, now);
        self.properties(headers)
    }

    /// All headers that belong to the message itself.
    fn headers(&self) -> BTreeMap<ShortString, AMQPValue> {
        self.0
            .headers()
            .iter()
            .flat_map(FieldTable::inner)
            .filter(|(name, _)| is_kept(name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// All properties but those that would do something to the copy: the broker compares `user_id`
    /// with who publishes, and an `expiration` would end a dead letter.
    fn properties(&self, headers: BTreeMap<ShortString, AMQPValue>) -> BasicProperties {
        let mut copy = BasicProperties::default()
            .with_delivery_mode(super::PERSISTENT)
            .with_headers(headers.into());
        let original = &self.0;
        if let Some(value) = original.content_type() {
            copy = copy.with_content_type(value.clone());
        }
        if let Some(value) = original.content_encoding() {
            copy = copy.with_content_encoding(value.clone());
        }
        if let Some(value) = original.priority() {
            copy = copy.with_priority(*value);
        }
        if let Some(value) = original.correlation_id() {
            copy = copy.with_correlation_id(value.clone());
        }
        if let Some(value) = original.reply_to() {
            copy = copy.with_reply_to(value.clone());
        }
        if let Some(value) = original.message_id() {
            copy = copy.with_message_id(value.clone());
        }
        if let Some(value) = original.timestamp() {
            copy = copy.with_timestamp(*value);
        }
        if let Some(value) = original.kind() {
            copy = copy.with_type(value.clone());
        }
        if let Some(value) = original.app_id() {
            copy = copy.with_app_id(value.clone());
        }
        if let Some(value) = original.cluster_id() {
            copy = copy.with_cluster_id(value.clone());
        }
        copy
    }
}

fn has_foreign_properties(properties: &BasicProperties) -> bool {
    properties.content_encoding().is_some()
        || properties.priority().is_some()
        || properties.correlation_id().is_some()
        || properties.reply_to().is_some()
        || properties.app_id().is_some()
        || properties.cluster_id().is_some()
}

fn has_foreign(properties: &BasicProperties) -> bool {
    properties
        .headers()
        .iter()
        .flat_map(FieldTable::inner)
        .any(|(name, _)| is_kept(name.as_str()) && headers::attribute(name.as_str()).is_none())
}

/// Whether a header is the message's own. By `CC` and `BCC` the broker would route a copy to others again.
pub(super) fn is_kept(header: &str) -> bool {
    !headers::is_ours(header) && !headers::is_brokers(header) && !matches!(header, "CC" | "BCC")
}
