//! The record of a dead letter as a header.

use std::collections::BTreeMap;

use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
use jiff::Timestamp;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::{headers, size};

/// The longest record, in bytes. What is longer is cut: a dead letter that the broker refuses would
/// be worse than one whose last cause is cut off.
const LENGTH_MAX: usize = 32 * 1024;
/// The shortest that a record is cut to; before that, headers of other programs go.
const LENGTH_MIN: usize = 2 * 1024;
/// How much room is left for the properties beside the headers: ten texts of 255 bytes.
const BESIDE: usize = 3 * 1024;

/// Adds the record and the time at which the event is given up, so that all of the headers can be
/// sent.
pub(super) fn write(
    headers: &mut BTreeMap<ShortString, AMQPValue>,
    record: &DeadLetterRecord,
    now: Timestamp,
) {
    headers.insert(
        headers::name(headers::DEAD_LETTERED),
        headers::text(now.to_string()),
    );
    let room = size::PROPERTIES_MAX - BESIDE;
    make_room(headers, room - LENGTH_MIN);
    let taken: usize = total(headers);
    let json = bounded(record, LENGTH_MAX.min(room - taken));
    headers.insert(headers::name(headers::DEAD_LETTER), headers::text(json));
}

/// Drops the largest headers until the rest fits.
fn make_room(headers: &mut BTreeMap<ShortString, AMQPValue>, room: usize) {
    while total(headers) > room {
        let largest = headers
            .iter()
            .max_by_key(|(name, value)| size::header_size(name, value))
            .map(|(name, _)| name.clone());
        let Some(largest) = largest else { return };
        headers.remove(&largest);
    }
}

fn total(headers: &BTreeMap<ShortString, AMQPValue>) -> usize {
    headers
        .iter()
        .map(|(name, value)| size::header_size(name, value))
        .sum()
}

/// The record as JSON of at most `length` bytes, its texts cut as far as that needs.
fn bounded(record: &DeadLetterRecord, length: usize) -> Vec<u8> {
    // The header's name and lengths.
    let length = length.saturating_sub(64);
    let whole = json(record);
    if whole.len() <= length {
        return whole;
    }
    let mut text_max = length / 2;
    loop {
        let cut = json(&cut(record, text_max));
        if cut.len() <= length || text_max == 0 {
            return cut;
        }
        text_max /= 2;
    }
}

fn json(record: &DeadLetterRecord) -> Vec<u8> {
    // A record holds texts, numbers and times alone, which always have a form in JSON.
    serde_json::to_vec(record).unwrap_or_default()
}

fn cut(record: &DeadLetterRecord, text_max: usize) -> DeadLetterRecord {
    /// Deeper causes than this are not read by anyone.
    const ERRORS_MAX: usize = 16;
    /// Actors and hosts have short names.
    const NAME_MAX: usize = 128;
    DeadLetterRecord {
        errors: record
            .errors
            .iter()
            .take(ERRORS_MAX)
            .map(|error| start(error, text_max))
            .collect(),
        actor: start(&record.actor, NAME_MAX.min(text_max)),
        host: start(&record.host, NAME_MAX.min(text_max)),
        ..record.clone()
    }
}

/// The start of a text that is longer than it may be.
fn start(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max);
    format!("{}… (cut, {} bytes)", &text[..end], text.len())
}

/// Reads the record, if we wrote one.
pub(super) fn read(headers: Option<&FieldTable>) -> Option<DeadLetterRecord> {
    let value = headers::get(headers, headers::DEAD_LETTER)?;
    let json = match value {
        AMQPValue::LongString(text) => text.as_bytes(),
        _ => &[],
    };
    Some(serde_json::from_slice(json).unwrap_or_else(|error| {
        // Still a dead letter: shown with what is known.
        let now = Timestamp::now();
        DeadLetterRecord {
            reason: DeadLetterReason::Undecodable,
            errors: vec![format!(
                "the record of why this is a dead letter cannot be read: {error}"
            )],
            attempts: 0,
            actor: String::new(),
            host: String::new(),
            first_failure: now,
            last_failure: now,
        }
    }))
}
