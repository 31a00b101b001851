//! The record of why, where and when an event was given up.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::queue::DeadLetterReason;

/// Why, where and when an event was given up.
///
/// It can be read by older and by newer versions than the one that wrote it: what a later one adds
/// is left out, and a reason that is not known is [`Other`](DeadLetterReason::Other), with its word
/// before the errors.
///
/// ```
/// use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
///
/// let record: DeadLetterRecord = serde_json::from_str(
///     r#"{
///         "reason": "a-reason-yet-to-come", "errors": ["why"], "attempts": 1,
///         "actor": "Pay", "host": "hive-1", "colour": "red",
///         "first_failure": "2026-01-01T00:00:00Z", "last_failure": "2026-01-01T00:00:01Z"
///     }"#,
/// )?;
/// assert_eq!(record.reason, DeadLetterReason::Other);
/// assert!(record.errors[0].contains("a-reason-yet-to-come"));
/// assert_eq!((record.errors[1].as_str(), record.actor.as_str()), ("why", "Pay"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct DeadLetterRecord {
    /// Why.
    pub reason: DeadLetterReason,
    /// The last error and its causes, outermost first.
    pub errors: Vec<String>,
    /// How many attempts were made.
    pub attempts: u32,
    /// The actor that gave up.
    pub actor: String,
    /// The host it ran on.
    pub host: String,
    /// When an attempt first failed.
    pub first_failure: Timestamp,
    /// When the last one failed.
    pub last_failure: Timestamp,
}

/// A record as this version or another one wrote it.
#[derive(Deserialize)]
struct Written {
    reason: String,
    errors: Vec<String>,
    attempts: u32,
    actor: String,
    host: String,
    first_failure: Timestamp,
    last_failure: Timestamp,
}

impl From<Written> for DeadLetterRecord {
    fn from(written: Written) -> Self {
        let Written {
            reason: word,
            mut errors,
            ..
        } = written;
        let reason = DeadLetterReason::of_word(&word).unwrap_or_else(|| {
            errors.insert(
                0,
                format!("it was given up as `{word}`, a reason that this version does not know"),
            );
            DeadLetterReason::Other
        });
        Self {
            reason,
            errors,
            attempts: written.attempts,
            actor: written.actor,
            host: written.host,
            first_failure: written.first_failure,
            last_failure: written.last_failure,
        }
    }
}
