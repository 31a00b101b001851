//! Preconditions: how a write says what it expects to find.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// One version of an item. Opaque; only good for comparing.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Etag(Box<str>);

impl Etag {
    /// For backends: wraps their version mark.
    pub fn new(mark: impl Into<Box<str>>) -> Self {
        Self(mark.into())
    }

    /// The version mark.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a write expects to find; otherwise it changes nothing and fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precondition {
    /// Anything.
    #[default]
    None,
    /// No item; else the write fails with [`ErrorKind::AlreadyExists`].
    Absent,
    /// This version; else, or if there is none, the write fails with [`ErrorKind::Conflict`].
    Match(Etag),
}

impl Precondition {
    /// For backends that can look before they write: decides by the version that is there.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] or [`ErrorKind::Conflict`].
    pub fn check(&self, current: Option<&Etag>) -> Result<(), Error> {
        match (self, current) {
            (Self::None, _) | (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(Error::new(
                ErrorKind::AlreadyExists,
                "the item is there already",
            )),
            (Self::Match(expected), Some(current)) if expected == current => Ok(()),
            (Self::Match(_), Some(_)) => Err(Error::new(
                ErrorKind::Conflict,
                "the item was changed meanwhile",
            )),
            (Self::Match(_), None) => Err(Error::new(
                ErrorKind::Conflict,
                "the item was deleted meanwhile",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precondition_is_decided_by_what_is_there() {
        let (one, two) = (Etag::new("1"), Etag::new("2"));
        let matching = Precondition::Match(one.clone());
        let cases = [
            (&Precondition::None, None, None),
            (&Precondition::None, Some(&one), None),
            (&Precondition::Absent, None, None),
            (
                &Precondition::Absent,
                Some(&one),
                Some(ErrorKind::AlreadyExists),
            ),
            (&matching, Some(&one), None),
            (&matching, Some(&two), Some(ErrorKind::Conflict)),
            (&matching, None, Some(ErrorKind::Conflict)),
        ];
        for (precondition, current, expected) in cases {
            let kind = precondition.check(current).err().map(|error| error.kind());
            assert_eq!(kind, expected, "{precondition:?} {current:?}");
        }
    }
}
