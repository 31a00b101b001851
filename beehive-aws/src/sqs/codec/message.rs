//! A message of SQS, as it is sent and as it came.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_sqs::error::BuildError;
use aws_smithy_types::Blob;

use super::note::{NOTE, Note};

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
