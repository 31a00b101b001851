//! What S3 tells of a value, as the core has it.

use std::collections::HashMap;

use aws_smithy_types::DateTime;
use beehive_core::store::{Etag, Metadata};
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;

/// What S3 calls bytes of which nobody said what they are.
pub(super) const NO_CONTENT_TYPE: &str = "binary/octet-stream";
/// Where the name of the write is kept, beside the metadata of the caller.
pub(super) const WRITE_ID: &str = "beehive-write";

/// The version that an `ETag` names, without its quotes, which not every answer has.
pub(super) fn etag(tag: Option<&str>) -> Result<Etag> {
    match tag.map(|tag| tag.trim_matches('"')) {
        Some(tag) if !tag.is_empty() => Ok(Etag::new(tag)),
        _ => Err(untold("version")),
    }
}

/// A version as S3 wants to read it.
pub(super) fn quoted(etag: &Etag) -> String {
    format!("\"{}\"", etag.as_str())
}

pub(super) fn modified(time: Option<&DateTime>) -> Result<Timestamp> {
    let time = time.ok_or_else(|| untold("time"))?;
    let nanos = i32::try_from(time.subsec_nanos()).unwrap_or_default();
    Timestamp::new(time.secs(), nanos).map_err(|error| untold("time").with_source(error))
}

pub(super) fn size(length: Option<i64>) -> Result<u64> {
    length
        .and_then(|length| u64::try_from(length).ok())
        .ok_or_else(|| untold("length"))
}

pub(super) fn content_type(told: Option<String>) -> Option<String> {
    told.filter(|told| told != NO_CONTENT_TYPE)
}

/// The caller's metadata, and the name of the write if there is one.
pub(super) fn metadata(told: Option<HashMap<String, String>>) -> (Metadata, Option<String>) {
    let mut metadata: Metadata = told.unwrap_or_default().into_iter().collect();
    let write = metadata.remove(WRITE_ID);
    (metadata, write)
}

/// Text in which S3 has written some characters as in a URL, since its answers cannot hold them.
pub(super) fn unescaped(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let value = digit().zip(digit()).map(|(high, low)| high * 16 + low);
                let value = value.and_then(|value| u8::try_from(value).ok());
                bytes.push(value.ok_or_else(|| untold("key"))?);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|error| untold("key").with_source(error))
}

fn untold(what: &'static str) -> Error {
    Error::new(
        ErrorKind::Unexpected,
        "S3 did not tell, or told in a way that cannot be read, what belongs to every value",
    )
    .with_context("what", what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_versions_without_quotes() {
        assert_eq!(etag(Some("\"abc-2\"")).unwrap(), Etag::new("abc-2"));
        assert_eq!(etag(Some("abc")).unwrap(), Etag::new("abc"));
        assert_eq!(quoted(&Etag::new("abc")), "\"abc\"");
        for bad in [None, Some(""), Some("\"\"")] {
            assert!(etag(bad).is_err());
        }
    }

    #[test]
    fn escaped_text_is_read() {
        for (escaped, text) in [
            ("plain/key", "plain/key"),
            ("a+b", "a b"),
            ("a%2Bb%20c", "a+b c"),
            ("%F0%9F%90%9D", "\u{1f41d}"),
            ("%01", "\u{1}"),
        ] {
            assert_eq!(unescaped(escaped).unwrap(), text);
        }
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert!(unescaped(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_name_of_the_write_is_not_the_callers() {
        let told = [(WRITE_ID, "1"), ("order", "4711")];
        let told = told.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (metadata, write) = metadata(Some(told.into_iter().collect()));
        assert_eq!(write.as_deref(), Some("1"));
        assert_eq!(metadata.into_keys().collect::<Vec<_>>(), ["order"]);
    }

    #[test]
    fn unknown_bytes_have_no_type() {
        assert_eq!(content_type(Some(NO_CONTENT_TYPE.into())), None);
        assert_eq!(
            content_type(Some("text/plain".into())),
            Some("text/plain".into())
        );
    }

    #[test]
    fn times_are_read_to_the_nanosecond() {
        let time = modified(Some(&DateTime::from_secs_and_nanos(7, 500))).unwrap();
        assert_eq!((time.as_second(), time.subsec_nanosecond()), (7, 500));
        assert!(modified(None).is_err());
        assert!(size(Some(-1)).is_err());
    }
}
