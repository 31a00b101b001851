//! Items and tables of DynamoDB, as a program by hand has them.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use beehive_tests::services::aws::TABLES;

/// The name of a table of the tests.
pub(super) fn table(of: &str) -> String {
    format!("{TABLES}-{of}")
}

/// An item with these attributes.
pub(super) fn item<const N: usize>(
    attributes: [(&str, AttributeValue); N],
) -> HashMap<String, AttributeValue> {
    attributes
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

pub(super) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(super) fn bytes(bytes: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}
