//! How data becomes a message's body, and back.

use aws_smithy_types::base64;
use beehive_core::{Error, ErrorKind};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::text::is_sendable;

/// The attribute that says how the body is to be read.
pub(super) const ENCODING: &str = "content-encoding";
const BASE64: &str = "base64";
const EMPTY: &str = "empty";
pub(super) const CLAIM: &str = "claim";

/// Where the data of an event was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deposit {
    pub(crate) url: String,
    pub(crate) sha256: String,
    pub(crate) size: usize,
}

/// What a message's body says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    Here(Bytes),
    Elsewhere(Deposit),
}

/// The body for this data, and what is to be said of it.
pub(super) fn write(data: &[u8]) -> (String, Option<&'static str>) {
    if data.is_empty() {
        // SQS refuses a message without a body.
        return ("-".into(), Some(EMPTY));
    }
    match std::str::from_utf8(data) {
        Ok(text) if is_sendable(text) => (text.to_owned(), None),
        _ => (base64::encode(data), Some(BASE64)),
    }
}

/// How large the body for this data is.
pub(super) fn written_size(data: &[u8]) -> usize {
    match std::str::from_utf8(data) {
        Ok(text) if is_sendable(text) => data.len(),
        _ => data.len().div_ceil(3) * 4,
    }
}

pub(super) fn read(body: &str, encoding: Option<&str>) -> Result<Body, Error> {
    match encoding {
        None => Ok(Body::Here(Bytes::from(body.to_owned()))),
        Some(EMPTY) => Ok(Body::Here(Bytes::new())),
        Some(BASE64) => base64::decode(body)
            .map(|data| Body::Here(data.into()))
            .map_err(|error| unreadable("the body is not base64").with_source(error)),
        Some(CLAIM) => serde_json::from_str(body)
            .map(Body::Elsewhere)
            .map_err(|error| unreadable("the body is no claim").with_source(error)),
        Some(other) => {
            Err(unreadable("the body has an unknown encoding").with_context("encoding", other))
        }
    }
}

fn unreadable(message: &'static str) -> Error {
    Error::new(ErrorKind::Undecodable, message).with_operation("read message")
}
