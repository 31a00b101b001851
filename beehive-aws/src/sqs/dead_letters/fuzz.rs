//! What must hold of a cursor, whatever is in it.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use beehive_core::ErrorKind;

use super::letter::Place;

/// A cursor that somebody stored, altered, or made up.
///
/// It is refused as invalid, or names a place whose own cursor leads to that place.
pub(crate) fn cursor(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Place::from_cursor(text) {
        Ok(place) => assert_eq!(Place::from_cursor(&place.to_cursor()).unwrap(), place),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(!error.is_temporary(), "{error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_cursor(
            text in "[0-9]{4}-01-0[1-9]T[0-9]{2}:00:00(\\.[0-9]{1,9})?(Z|[+-]0[0-9]:30) .{0,20}|.{0,40}",
        ) {
            cursor(text.as_bytes());
        }
    }
}
