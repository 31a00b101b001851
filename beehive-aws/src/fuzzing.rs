//! What must hold of everything that reads bytes from outside, whatever they are. Not for use by hand.
//!
//! As in `beehive_core::fuzzing`.

#![allow(clippy::missing_panics_doc, reason = "to panic is what they are for")]

use beehive_core::fuzzing::Target;

/// All of this crate that its features have.
pub const TARGETS: &[Target] = &[
    ("aws_endpoint", endpoint),
    #[cfg(feature = "dynamo")]
    ("dynamo_item", dynamo_item),
    #[cfg(feature = "lambda")]
    ("lambda_batch", lambda_batch),
    #[cfg(feature = "s3")]
    ("s3_claim", s3_claim),
    #[cfg(feature = "s3")]
    ("s3_key", s3_key),
    #[cfg(feature = "sqs")]
    ("sqs_attribute", sqs_attribute),
    #[cfg(feature = "sqs")]
    ("sqs_cursor", sqs_cursor),
    #[cfg(feature = "sqs")]
    ("sqs_message", sqs_message),
];

/// The URL of an endpoint.
pub fn endpoint(data: &[u8]) {
    crate::config::fuzz::endpoint(data);
}

/// An item of a table.
#[cfg(feature = "dynamo")]
pub fn dynamo_item(data: &[u8]) {
    crate::dynamo::fuzz::item(data);
}

/// What a trigger hands to a function.
#[cfg(feature = "lambda")]
pub fn lambda_batch(data: &[u8]) {
    crate::lambda::fuzz::batch(data);
}

/// Where a body is said to be.
#[cfg(feature = "s3")]
pub fn s3_claim(data: &[u8]) {
    crate::s3::fuzz::claim(data);
}

/// A key as it is listed, and its version.
#[cfg(feature = "s3")]
pub fn s3_key(data: &[u8]) {
    crate::s3::fuzz::key(data);
}

/// An attribute of a queue, as it is and as it should be.
#[cfg(feature = "sqs")]
pub fn sqs_attribute(data: &[u8]) {
    crate::sqs::fuzz::attribute(data);
}

/// A cursor of a list of dead letters.
#[cfg(feature = "sqs")]
pub fn sqs_cursor(data: &[u8]) {
    crate::sqs::fuzz::cursor(data);
}

/// A message as it is received.
#[cfg(feature = "sqs")]
pub fn sqs_message(data: &[u8]) {
    crate::sqs::fuzz::message(data);
}
