//! A message of SQS, as it is sent and as it came.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_sqs::error::BuildError;
use aws_smithy_types::Blob;

use super::note::{NOTE, Note};
use super::text::is_sendable;

/// The largest message that is sent, its attributes included. SQS takes more of late, SNS does not.
pub(crate) const MESSAGE_MAX: usize = 256 * 1024;
/// As many attributes as a message may have.
pub(super) const ATTRIBUTES_MAX: usize = 10;

/// A message of SQS, as it is sent and as it came, without our note.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, Value>,
}

/// The value of a message attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Of a type that is or begins with `String` or `Number`.
    Text { data_type: String, value: String },
    /// Of a type that is or begins with `Binary`.
    Binary { data_type: String, value: Vec<u8> },
}

impl Value {
    pub(super) fn text(value: impl Into<String>) -> Self {
        Self::Text {
            data_type: "String".into(),
            value: value.into(),
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { value, .. } => Some(value),
            Self::Binary { .. } => None,
        }
    }

    /// Whether SQS takes this for an attribute of this name, by the rules of `SendMessage`.
    pub(super) fn is_taken_as(&self, name: &str) -> bool {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let is_word = |text: &str| !text.is_empty() && text.chars().all(is_plain);
        let (data_type, kinds, is_filled): (_, &[&str], _) = match self {
            Self::Text { data_type, value } => {
                (data_type, &["String", "Number"], is_sendable(value))
            }
            Self::Binary { data_type, value } => (data_type, &["Binary"], !value.is_empty()),
        };
        let mut labels = kinds.iter().filter_map(|kind| data_type.strip_prefix(kind));
        let is_known = labels.any(|label| label.is_empty() || label.starts_with('.'));
        is_word(name) && is_word(data_type) && is_known && is_filled
    }

    fn size(&self) -> usize {
        match self {
            Self::Text { data_type, value } => data_type.len() + value.len(),
            Self::Binary { data_type, value } => data_type.len() + value.len(),
        }
    }
}

impl Message {
    /// How large it is, as SQS counts.
    pub(crate) fn size(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes: usize = attributes
            .map(|(name, value)| name.len() + value.size())
            .sum();
        self.body.len() + attributes
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).and_then(Value::as_text)
    }

    /// The same message with this note on it. A message of another program that has ten attributes
    /// has no room for one more: one of its own then goes into the note, and comes out again with it.
    pub(crate) fn with_note(&self, note: &Note) -> Self {
        let mut noted = self.clone();
        if *note == Note::default() {
            return noted;
        }
        let mut note = note.clone();
        if noted.attributes.len() >= ATTRIBUTES_MAX
            && let Some((name, value)) = noted.attributes.pop_last()
        {
            note.keep(name, value);
        }
        noted
            .attributes
            .insert(NOTE.into(), Value::text(note.to_json()));
        noted
    }

    /// Reads what SQS gave.
    pub(crate) fn received(message: aws_sdk_sqs::types::Message) -> Self {
        let attributes = message.message_attributes.unwrap_or_default();
        Self {
            body: message.body.unwrap_or_default(),
            attributes: attributes
                .into_iter()
                .map(|(name, value)| {
                    let data_type = value.data_type;
                    let value = match value.binary_value {
                        Some(bytes) => Value::Binary {
                            data_type,
                            value: bytes.into_inner(),
                        },
                        None => Value::Text {
                            data_type,
                            value: value.string_value.unwrap_or_default(),
                        },
                    };
                    (name, value)
                })
                .collect(),
        }
    }

    /// Its attributes for SQS.
    pub(crate) fn for_sqs(
        &self,
    ) -> Result<
        std::collections::HashMap<String, aws_sdk_sqs::types::MessageAttributeValue>,
        BuildError,
    > {
        let builder = aws_sdk_sqs::types::MessageAttributeValue::builder;
        let value = |value: &Value| match value.clone() {
            Value::Text { data_type, value } => {
                builder().data_type(data_type).string_value(value).build()
            }
            Value::Binary { data_type, value } => builder()
                .data_type(data_type)
                .binary_value(Blob::new(value))
                .build(),
        };
        let all = self.attributes.iter();
        all.map(|(name, each)| Ok((name.clone(), value(each)?)))
            .collect()
    }

    /// Its attributes for SNS.
    pub(crate) fn for_sns(
        &self,
    ) -> Result<
        std::collections::HashMap<String, aws_sdk_sns::types::MessageAttributeValue>,
        BuildError,
    > {
        let builder = aws_sdk_sns::types::MessageAttributeValue::builder;
        let value = |value: &Value| match value.clone() {
            Value::Text { data_type, value } => {
                builder().data_type(data_type).string_value(value).build()
            }
            Value::Binary { data_type, value } => builder()
                .data_type(data_type)
                .binary_value(Blob::new(value))
                .build(),
        };
        let all = self.attributes.iter();
        all.map(|(name, each)| Ok((name.clone(), value(each)?)))
            .collect()
    }
}

impl fmt::Debug for Message {
    /// Without the body, which is its owner's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("bytes", &self.size())
            .field("attributes", &self.attributes.keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_held_to_the_rules_of_sqs() {
        let text = |data_type: &str, value: &str| Value::Text {
            data_type: data_type.into(),
            value: value.into(),
        };
        let binary = |data_type: &str, value: &[u8]| Value::Binary {
            data_type: data_type.into(),
            value: value.into(),
        };
        for value in [
            text("String", "a"),
            text("Number.x", "1"),
            binary("Binary.png", &[0]),
        ] {
            assert!(value.is_taken_as("a.B-1_"), "{value:?}");
            for name in ["", "a b", "\u{e4}"] {
                assert!(!value.is_taken_as(name), "{name}");
            }
        }
        for value in [
            text("String", ""),
            text("String", "a\0"),
            text("", "a"),
            text("Stringy", "a"),
            text("String. ", "a"),
            text("Binary", "a"),
            binary("Binary", &[]),
            binary("String", &[0]),
        ] {
            assert!(!value.is_taken_as("a"), "{value:?}");
        }
    }
}
