//! Events as AMQP messages and back. Pure.
//!
//! An event is a `CloudEvents` 1.0 message in binary mode: the body is the data, each attribute a
//! header `cloudEvents:…`, and the content type the property of that name. Beside it stand our own
//! notes in headers `x-beehive-…`. A message of another program that is not an event is read with
//! a defect, and kept as it came.

mod death;
mod decode;
mod encode;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod headers;
mod incoming;
mod note;
mod original;
mod record;
mod size;
mod unreadable;

pub(crate) use self::decode::decode;
use self::encode::PERSISTENT;
pub(crate) use self::encode::{encode, encode_again, encode_given_up};
pub(crate) use self::incoming::Incoming;
pub(crate) use self::note::Note;
pub(crate) use self::original::Original;
pub(crate) use self::size::{PROPERTIES_MAX, properties_size};

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use self::tests::arbitrary;
