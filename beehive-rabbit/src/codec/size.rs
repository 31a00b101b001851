//! How large properties are on the wire.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

/// The largest properties that are sent. AMQP sends them in one frame of at most 128 KiB, by the
/// broker's default; a larger frame ends the whole connection. What is left over is for the frame itself.
pub(crate) const PROPERTIES_MAX: usize = 127 * 1024;

/// At least as much as the properties take.
pub(crate) fn properties_size(properties: &BasicProperties) -> usize {
    /// Flags, and the properties of a fixed size.
    const FIXED: usize = 2 + 1 + 1 + 8;
    let texts = [
        properties.content_type(),
        properties.content_encoding(),
        properties.correlation_id(),
        properties.reply_to(),
        properties.expiration(),
        properties.message_id(),
        properties.kind(),
        properties.user_id(),
        properties.app_id(),
        properties.cluster_id(),
    ];
    let texts: usize = texts.into_iter().flatten().map(short).sum();
    FIXED + texts + properties.headers().as_ref().map_or(0, table)
}

/// How much one header takes.
pub(super) fn header_size(name: &ShortString, value: &AMQPValue) -> usize {
    short(name) + self::value(value)
}

fn table(table: &FieldTable) -> usize {
    let entries: usize = table
        .inner()
        .iter()
        .map(|(name, value)| header_size(name, value))
        .sum();
    4 + entries
}

fn short(text: &ShortString) -> usize {
    1 + text.as_str().len()
}

fn value(value: &AMQPValue) -> usize {
    1 + match value {
        AMQPValue::LongString(text) => 4 + text.len(),
        AMQPValue::ShortString(text) => short(text),
        AMQPValue::ByteArray(bytes) => 4 + bytes.len(),
        AMQPValue::FieldTable(inner) => table(inner),
        AMQPValue::FieldArray(inner) => 4 + inner.as_slice().iter().map(self::value).sum::<usize>(),
        // No other takes more than 8 bytes.
        _ => 8,
    }
}
