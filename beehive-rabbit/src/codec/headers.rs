//! What headers are called, and how values of any producer are read.

use std::borrow::Cow;

use jiff::Timestamp;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};

/// Before the name of each `CloudEvents` attribute.
pub(super) const ATTRIBUTE: &str = "cloudEvents:";
/// The same for clients whose header names cannot hold a colon.
const ATTRIBUTE_JMS: &str = "cloudEvents_";

/// Before everything that we note ourselves.
const OURS: &str = "x-beehive-";
pub(super) const ATTEMPTS: &str = "x-beehive-attempts";
pub(super) const SILENT: &str = "x-beehive-silent";
pub(super) const DELIVERIES: &str = "x-beehive-deliveries";
pub(super) const FIRST_FAILURE: &str = "x-beehive-first-failure";
pub(super) const DUE: &str = "x-beehive-due";
pub(super) const DEAD_LETTER: &str = "x-beehive-dead-letter";
pub(super) const DEAD_LETTERED: &str = "x-beehive-dead-lettered";

/// How often a quorum queue delivered the message before.
pub(super) const DELIVERY_COUNT: &str = "x-delivery-count";
/// Where the broker notes why it dead-lettered the message.
pub(super) const DEATH: &str = "x-death";

/// The name of the attribute that a header holds, if it holds one.
pub(super) fn attribute(header: &str) -> Option<&str> {
    header
        .strip_prefix(ATTRIBUTE)
        .or_else(|| header.strip_prefix(ATTRIBUTE_JMS))
}

/// Whether we wrote the header.
pub(super) fn is_ours(header: &str) -> bool {
    header.starts_with(OURS)
}

/// Whether the broker writes the header, about this copy of the message alone.
pub(super) fn is_brokers(header: &str) -> bool {
    matches!(header, DELIVERY_COUNT | DEATH | "x-acquired-count")
        || header.starts_with("x-first-death-")
        || header.starts_with("x-last-death-")
}

/// A header's name; every name of ours is short enough.
pub(super) fn name(name: &str) -> ShortString {
    ShortString::try_new(name).unwrap_or_default()
}

/// A text as a header's value.
pub(super) fn text(value: impl Into<Vec<u8>>) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}

/// The value of a header.
pub(super) fn get<'a>(headers: Option<&'a FieldTable>, header: &str) -> Option<&'a AMQPValue> {
    headers?.inner().get(header)
}

/// A value as `CloudEvents` writes it as text; `None` for what has no such form.
pub(super) fn as_text(value: &AMQPValue) -> Option<Cow<'_, str>> {
    match value {
        AMQPValue::LongString(text) => std::str::from_utf8(text.as_bytes()).ok().map(Cow::Borrowed),
        AMQPValue::ShortString(text) => Some(Cow::Borrowed(text.as_str())),
        AMQPValue::Boolean(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        AMQPValue::Timestamp(_) => as_time(value).map(|time| Cow::Owned(time.to_string())),
        _ => as_integer(value).map(|number| Cow::Owned(number.to_string())),
    }
}

/// A whole number of any width and sign.
pub(super) fn as_integer(value: &AMQPValue) -> Option<i64> {
    match *value {
        AMQPValue::ShortShortInt(number) => Some(number.into()),
        AMQPValue::ShortShortUInt(number) => Some(number.into()),
        AMQPValue::ShortInt(number) => Some(number.into()),
        AMQPValue::ShortUInt(number) => Some(number.into()),
        AMQPValue::LongInt(number) => Some(number.into()),
        AMQPValue::LongUInt(number) => Some(number.into()),
        AMQPValue::LongLongInt(number) => Some(number),
        _ => None,
    }
}

/// A whole number as a count: none below zero, and at most as many as can be counted.
pub(super) fn as_count(value: &AMQPValue) -> Option<u32> {
    let number = as_integer(value)?;
    Some(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
}

/// A time: a timestamp of whole seconds, or a text.
pub(super) fn as_time(value: &AMQPValue) -> Option<Timestamp> {
    match value {
        AMQPValue::Timestamp(seconds) => Timestamp::from_second(i64::try_from(*seconds).ok()?).ok(),
        AMQPValue::LongString(text) => std::str::from_utf8(text.as_bytes()).ok()?.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_from_whole_numbers_of_any_width() {
        let cases = [
            (AMQPValue::ShortShortInt(3), Some(3)),
            (AMQPValue::ShortShortUInt(3), Some(3)),
            (AMQPValue::ShortInt(3), Some(3)),
            (AMQPValue::ShortUInt(3), Some(3)),
            (AMQPValue::LongInt(3), Some(3)),
            (AMQPValue::LongUInt(3), Some(3)),
            (AMQPValue::LongLongInt(3), Some(3)),
            (AMQPValue::LongLongInt(-1), Some(0)),
            (AMQPValue::LongLongInt(i64::MAX), Some(u32::MAX)),
            (text("3"), None),
            (AMQPValue::Boolean(true), None),
        ];
        for (value, expected) in cases {
            assert_eq!(as_count(&value), expected, "{value:?}");
        }
    }

    #[test]
    fn attributes_are_known_by_both_prefixes() {
        assert_eq!(attribute("cloudEvents:id"), Some("id"));
        assert_eq!(attribute("cloudEvents_id"), Some("id"));
        assert_eq!(attribute("id"), None);
    }
}
