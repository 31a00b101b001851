//! Records of dead letters.

use crate::queue::{DeadLetterReason, DeadLetterRecord};

/// A record as JSON.
///
/// What is read is the same when it is written and read again, and a reason that is not known takes
/// nothing else with it.
pub fn dead_letter_record(data: &[u8]) {
    let Ok(record) = serde_json::from_slice::<DeadLetterRecord>(data) else {
        return;
    };
    let json = serde_json::to_vec(&record).unwrap();
    let again: DeadLetterRecord = serde_json::from_slice(&json).unwrap();
    assert_eq!(again, record);

    let mut fields: serde_json::Value = serde_json::from_slice(&json).unwrap();
    fields["reason"] = "a-reason-yet-to-come".into();
    let later: DeadLetterRecord = serde_json::from_value(fields).unwrap();
    assert_eq!(later.reason, DeadLetterReason::Other);
    assert_eq!(later.errors[1..], record.errors);
    let known = DeadLetterRecord {
        reason: record.reason,
        errors: record.errors.clone(),
        ..later
    };
    assert_eq!(known, record);
}
