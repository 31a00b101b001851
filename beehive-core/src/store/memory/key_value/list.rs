//! Listing keys: prefix, delimiter and pages.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::Stored;
use crate::error::{Error, ErrorKind, Result};
use crate::page::Cursor;
use crate::store::memory::shared::page_limit;
use crate::store::{ListOptions, Listing};

/// What a listing has come to: a key, or keys folded into one prefix. The last one of a page is the
/// cursor of the next, told apart by its first character.
enum Place {
    Key(String),
    Folded(String),
}

impl Place {
    fn cursor(&self) -> Cursor {
        match self {
            Self::Key(key) => Cursor::new(format!("k{key}")),
            Self::Folded(prefix) => Cursor::new(format!("p{prefix}")),
        }
    }

    fn read(cursor: &Cursor) -> Result<Self> {
        if let Some(key) = cursor.as_str().strip_prefix('k') {
            Ok(Self::Key(key.to_owned()))
        } else if let Some(prefix) = cursor.as_str().strip_prefix('p') {
            Ok(Self::Folded(prefix.to_owned()))
        } else {
            Err(Error::new(
                ErrorKind::Invalid,
                "the cursor is not from this store's listings",
            ))
        }
    }

    /// Where the first key after this place can be.
    fn rest(self) -> Option<Bound<String>> {
        match self {
            Self::Key(key) => Some(Bound::Excluded(key)),
            Self::Folded(prefix) => after_all_with(prefix).map(Bound::Included),
        }
    }
}

pub(super) fn list(
    values: &BTreeMap<String, Stored>,
    prefix: &str,
    options: &ListOptions,
) -> Result<Listing> {
    let limit = page_limit(&options.page);
    let mut listing = Listing::default();
    let mut last: Option<Cursor> = None;
    let mut rest = match options.page.after() {
        Some(cursor) => Place::read(cursor)?.rest(),
        None => Some(Bound::Included(prefix.to_owned())),
    };
    // Seeks from place to place, so that folding skips what it hides instead of reading it.
    while let Some(start) = rest.take() {
        let Some((key, stored)) = values
            .range((start, Bound::Unbounded))
            .next()
            .filter(|(key, _)| key.starts_with(prefix))
        else {
            return Ok(listing);
        };
        if listing.entries.len() + listing.prefixes.len() == limit {
            listing.next = last;
            return Ok(listing);
        }
        let place = if let Some(folded) = fold(key, prefix, options.delimiter) {
            listing.prefixes.push(folded.to_owned());
            Place::Folded(folded.to_owned())
        } else {
            listing.entries.push(stored.info(key));
            Place::Key(key.clone())
        };
        last = Some(place.cursor());
        rest = place.rest();
    }
    Ok(listing)
}

/// What the delimiter folds the key into, if it does.
fn fold<'k>(key: &'k str, prefix: &str, delimiter: Option<char>) -> Option<&'k str> {
    let delimiter = delimiter?;
    let position = key[prefix.len()..].find(delimiter)?;
    Some(&key[..prefix.len() + position + delimiter.len_utf8()])
}

/// The smallest text above every text that starts with this one; `None` if there is none.
///
/// The order of bytes is that of characters in UTF-8, so counting up the last one will do.
fn after_all_with(mut prefix: String) -> Option<String> {
    while let Some(last) = prefix.pop() {
        let following = match last {
            // The code points between these two are no characters.
            '\u{D7FF}' => Some('\u{E000}'),
            char::MAX => None,
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(following) = following {
            prefix.push(following);
            return Some(prefix);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_after_a_prefix_is_above_all_that_start_with_it() {
        let after = |prefix: &str| after_all_with(prefix.to_owned());
        assert_eq!(after("a/").as_deref(), Some("a0"));
        assert_eq!(after("a\u{D7FF}").as_deref(), Some("a\u{E000}"));
        assert_eq!(after("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after("\u{10FFFF}"), None);
    }
}
