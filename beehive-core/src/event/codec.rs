//! Codecs: how bodies are written and read, chosen by content type.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{BoxError, Error, ErrorKind};

/// The content type of bodies unless another is chosen.
pub const JSON: &str = "application/json";

/// Reads the value out of whatever deserializer a [`Codec`] offers.
pub type ReadBody<'a> =
    dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error> + 'a;

/// Writes and reads bodies of one content type.
///
/// Give one to the hive and [`Event::body`](crate::Event::body) uses it for events that carry its
/// content type. JSON needs none.
pub trait Codec: fmt::Debug + Send + Sync + 'static {
    /// The content type it stands for, such as `application/cbor`, without parameters.
    fn content_type(&self) -> &str;

    /// Writes a body.
    ///
    /// # Errors
    /// Whatever the format says.
    fn encode(&self, body: &dyn erased_serde::Serialize) -> Result<Bytes, BoxError>;

    /// Reads a body by passing a deserializer of it to `read`.
    ///
    /// # Errors
    /// Whatever the format says.
    fn decode(&self, data: &[u8], read: &mut ReadBody<'_>) -> Result<(), BoxError>;
}

/// The codecs a hive knows beside JSON.
#[derive(Clone, Debug, Default)]
pub struct Codecs {
    codecs: Vec<Arc<dyn Codec>>,
}

impl Codecs {
    /// Adds a codec; of two for one content type the later one is used.
    #[must_use]
    pub fn with(mut self, codec: impl Codec) -> Self {
        self.codecs.push(Arc::new(codec));
        self
    }

    fn find(&self, content_type: &str) -> Option<&dyn Codec> {
        let essence = essence(content_type);
        self.codecs
            .iter()
            .rev()
            .find(|codec| codec.content_type().eq_ignore_ascii_case(essence))
            .map(|codec| &**codec)
    }
}

pub(super) fn encode_json<T: Serialize + ?Sized>(body: &T) -> Result<Bytes, Error> {
    serde_json::to_vec(body)
        // Without room to grow, of which a waiting event has no use.
        .map(|data| Bytes::from(data.into_boxed_slice()))
        .map_err(|error| unencodable(JSON).with_source(error))
}

pub(super) fn encode_with<T: Serialize>(codec: &dyn Codec, body: &T) -> Result<Bytes, Error> {
    codec
        .encode(body)
        .map_err(|error| unencodable(codec.content_type()).with_source(error))
}

pub(super) fn decode<T: DeserializeOwned>(
    codecs: Option<&Codecs>,
    content_type: &str,
    data: &[u8],
) -> Result<T, Error> {
    if is_json(content_type) {
        return serde_json::from_slice(data)
            .map_err(|error| undecodable::<T>(content_type).with_source(error));
    }
    let codec = codecs
        .and_then(|codecs| codecs.find(content_type))
        .ok_or_else(|| {
            undecodable::<T>(content_type)
                .with_source("no codec for this content type; give one to the hive")
        })?;
    let mut body = None;
    codec
        .decode(data, &mut |deserializer| {
            body = Some(erased_serde::deserialize(deserializer)?);
            Ok(())
        })
        .map_err(|error| undecodable::<T>(content_type).with_source(error))?;
    body.ok_or_else(|| undecodable::<T>(content_type).with_source("the codec read nothing"))
}

fn undecodable<T>(content_type: &str) -> Error {
    Error::new(ErrorKind::Undecodable, "the body does not decode")
        .with_operation("decode body")
        .with_context("into", std::any::type_name::<T>())
        .with_context("content type", content_type)
}

fn unencodable(content_type: &str) -> Error {
    Error::new(ErrorKind::Invalid, "the body does not encode")
        .with_operation("encode body")
        .with_context("content type", content_type)
}

/// The content type without its parameters.
fn essence(content_type: &str) -> &str {
    content_type
        .split_once(';')
        .map_or(content_type, |(essence, _)| essence)
        .trim()
}

fn is_json(content_type: &str) -> bool {
    if content_type == JSON {
        return true;
    }
    let essence = essence(content_type).to_ascii_lowercase();
    essence == JSON || essence == "text/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_as_it_went() {
        // What `serde_json` reads in a hurry is a little less: 1.0624558134710999e285.
        for number in [1.062_455_813_471_1e285, 0.1, -5e-324, f64::MAX] {
            let data = encode_json(&number).unwrap();
            let read: f64 = decode(None, JSON, &data).unwrap();
            assert_eq!(
                read.to_bits(),
                number.to_bits(),
                "{number:e} came back as {read:e}"
            );
        }
    }
}
