//! Events as messages of SQS and back. Pure.
//!
//! An event is a `CloudEvents` 1.0 message in binary mode: the message's body is the data, and its
//! attributes stand beside it.
//!
//! | message attribute | holds |
//! |---|---|
//! | `ce-specversion`, `ce-id`, `ce-source`, `ce-type`, `ce-time`, `ce-subject` | the attribute of that name |
//! | `content-type` | `datacontenttype` |
//! | `ce-extensions` | every other attribute, and what a message attribute cannot hold, as one JSON object |
//! | `content-encoding` | how the body is to be read; see below |
//! | `beehive` | our own note, as JSON: attempts, first failure, when it is due, why it is a dead letter |
//!
//! That is ten, as many as SQS takes. The body is the data as text where SQS takes it as it is; else
//! `content-encoding` is `base64`, or `empty` where there is none, or `claim` where the body is a JSON
//! object with the `url`, the `sha256` and the `size` of an object on S3 that is the data.
//!
//! A message of another program that is not an event is read with a defect, and kept as it came.

mod body;
mod decode;
mod encode;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod message;
mod note;
mod record;
mod text;
mod unreadable;

pub(super) use self::body::Deposit;
pub(super) use self::decode::{Incoming, decode};
pub(super) use self::encode::{encode, encode_claim, is_too_large_inline};
#[cfg(test)]
pub(super) use self::message::Value;
pub(super) use self::message::{MESSAGE_MAX, Message};
pub(super) use self::note::Note;
pub(super) use self::record::bounded;

#[cfg(test)]
mod tests;
