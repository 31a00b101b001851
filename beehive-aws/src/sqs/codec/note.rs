//! What we note on a message beside the event.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use beehive_core::queue::{DeadLetterRecord, FailureHistory};
use beehive_core::{Error, ErrorKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::message::Value;
use super::text::sendable_json;

/// The attribute that holds the note.
pub(super) const NOTE: &str = "beehive";

/// What we note on a message beside the event. It lasts as long as the message does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Note {
    /// How many attempts the last deferral noted.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) attempts: u32,
    /// When the first of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_failure: Option<Timestamp>,
    /// How many of the last of them ended without a word.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) silent: u32,
    /// When the event is to be delivered, where SQS cannot delay it so long at one go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Timestamp>,
    /// Why it is a dead letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<DeadLetterRecord>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dead_lettered: Option<Timestamp>,
    /// An attribute of another program that found no room beside the note.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) kept: BTreeMap<String, Kept>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(rename = "type")]
    data_type: String,
    /// In base64 if the type is binary.
    value: String,
}

impl Kept {
    /// The value, unless it should be base64 and is not.
    fn into_value(self) -> Option<Value> {
        let Self { data_type, value } = self;
        if !data_type.starts_with("Binary") {
            return Some(Value::Text { data_type, value });
        }
        let value = base64::decode(&value).ok()?;
        Some(Value::Binary { data_type, value })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Note {
    /// What a deferral until then notes.
    pub(crate) fn of_deferral(history: FailureHistory, due: Timestamp) -> Self {
        Self {
            attempts: history.attempts,
            first_failure: history.first_failure,
            silent: history.silent,
            due: Some(due),
            ..Self::default()
        }
    }

    /// What is noted of a dead letter.
    pub(crate) fn of_dead_letter(record: DeadLetterRecord, now: Timestamp) -> Self {
        Self {
            record: Some(record),
            dead_lettered: Some(now),
            ..Self::default()
        }
    }

    pub(crate) fn history(&self) -> FailureHistory {
        FailureHistory {
            attempts: self.attempts,
            first_failure: self.first_failure,
            silent: self.silent,
        }
    }

    pub(super) fn keep(&mut self, name: String, value: Value) {
        let kept = match value {
            Value::Text { data_type, value } => Kept { data_type, value },
            Value::Binary { data_type, value } => Kept {
                data_type,
                value: base64::encode(value),
            },
        };
        self.kept.insert(name, kept);
    }

    /// Takes out what was kept of the message's own attributes.
    ///
    /// # Errors
    /// `Undecodable` if that is not one attribute that SQS takes: the message could not be sent again.
    pub(super) fn take_kept(&mut self) -> Result<Option<(String, Value)>, Error> {
        let mut kept = std::mem::take(&mut self.kept).into_iter();
        let Some((name, value)) = kept.next() else {
            return Ok(None);
        };
        let value = value.into_value().ok_or_else(unreadable)?;
        if kept.next().is_some() || name == NOTE || !value.is_taken_as(&name) {
            return Err(unreadable());
        }
        Ok(Some((name, value)))
    }

    pub(super) fn to_json(&self) -> String {
        // Texts, numbers and times alone, which always have a form in JSON.
        let json = serde_json::to_string(self).unwrap_or_default();
        sendable_json(&json).into_owned()
    }

    /// Reads a note.
    ///
    /// # Errors
    /// `Undecodable` if it is not what we write: an event whose attempts cannot be counted would be
    /// tried for ever.
    pub(super) fn read(value: &Value) -> Result<Self, Error> {
        let text = value.as_text().ok_or_else(unreadable)?;
        serde_json::from_str(text).map_err(|error| unreadable().with_source(error))
    }
}

pub(super) fn unreadable() -> Error {
    Error::new(
        ErrorKind::Undecodable,
        "the message attribute of beehive's own holds something else; another program writes it",
    )
    .with_operation("read message")
    .with_context("attribute", NOTE)
}
