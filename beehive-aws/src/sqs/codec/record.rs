//! The record of a dead letter, cut to what a message has room for.

use beehive_core::queue::DeadLetterRecord;

/// Deeper causes than this are not read by anyone.
const ERRORS_MAX: usize = 16;
/// Actors and hosts have short names.
const NAME_MAX: usize = 128;
/// What a note needs beside the record.
const BESIDE: usize = 256;

/// The record, its texts cut so far that its JSON has at most so many bytes. A dead letter that SQS
/// refuses would be worse than one whose last cause is cut off.
pub(crate) fn bounded(record: &DeadLetterRecord, room: usize) -> DeadLetterRecord {
    let room = room.saturating_sub(BESIDE);
    if length(record) <= room {
        return record.clone();
    }
    let mut text_max = room / 2;
    loop {
        let cut = cut(record, text_max);
        if length(&cut) <= room || text_max == 0 {
            return cut;
        }
        text_max /= 2;
    }
}

fn length(record: &DeadLetterRecord) -> usize {
    serde_json::to_string(record).map_or(0, |json| json.len())
}

fn cut(record: &DeadLetterRecord, text_max: usize) -> DeadLetterRecord {
    let errors = record.errors.iter().take(ERRORS_MAX);
    DeadLetterRecord {
        errors: errors.map(|error| start(error, text_max)).collect(),
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
